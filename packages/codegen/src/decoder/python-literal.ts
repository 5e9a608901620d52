import type { DecoderTable, FieldTable, SlotTable } from "./decoder-table.js";

/** A table as the Python runtime takes it. */
export function pythonTable(table: DecoderTable): string {
  const { name, id, fingerprint, interval, fields } = table;
  const lines = fields.map((field) => `        ${fieldOf(field)},`);
  return [
    "{",
    `    "name": ${text(name)},`,
    `    "id": ${id},`,
    `    "fingerprint": ${text(fingerprint)},`,
    `    "interval": ${interval ?? "None"},`,
    "    # name, kind, optional, names, numbers: (last, (m, r, scale), mean, increment, trend, follows, shift)",
    `    "fields": [`,
    ...lines,
    "    ],",
    "}",
  ].join("\n");
}

function fieldOf({ name, kind, optional, names, slots }: FieldTable): string {
  const list = names ? `[${names.map(text).join(", ")}]` : "None";
  const tuples = slots.map(slotOf);
  // The elements of an array are alike behind the first.
  const all = kind === "array" ? repeated(tuples) : `[${tuples.join(", ")}]`;
  return `(${text(name)}, ${text(kind)}, ${optional ? "True" : "False"}, ${list}, ${all})`;
}

function repeated([first = "", ...others]: readonly string[]): string {
  return `[${first}] + [${others[0]}] * ${others.length}`;
}

function slotOf({ last, steps, mean, increment, trend, follows, shift }: SlotTable): string {
  if (!steps) return `(${last},)`;
  return `(${last}, (${steps.join(", ")}), ${mean}, ${increment ?? "None"}, ${trend}, ${follows}, ${shift})`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
