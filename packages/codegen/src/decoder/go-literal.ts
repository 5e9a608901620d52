import type { DecoderTable, FieldTable, SlotTable } from "./decoder-table.js";

/** A table as the Go runtime takes it. */
export function goTable({ name, id, interval, fields }: DecoderTable): string {
  const timed = interval === null ? "interval: 0" : `interval: ${interval}, timed: true`;
  return [
    `schemaTable{name: ${text(name)}, id: ${id}, ${timed}, fields: []fieldTable{`,
    ...fields.map((field) => `\t${fieldOf(field)},`),
    "}}",
  ].join("\n");
}

function fieldOf({ name, kind, optional, names, slots }: FieldTable): string {
  const list = names ? `[]string{${names.map(text).join(", ")}}` : "nil";
  return `{${text(name)}, ${text(kind)}, ${optional}, ${list}, []slotTable{${slots.map(slotOf).join(", ")}}}`;
}

function slotOf({ last, steps, mean, increment, trend, follows, shift }: SlotTable): string {
  if (!steps) return `{last: ${last}, increment: -1}`;
  return `{${[last, ...steps, mean, increment ?? -1, trend, follows, shift].join(", ")}}`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
