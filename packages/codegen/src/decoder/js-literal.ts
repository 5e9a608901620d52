import type { DecoderTable, FieldTable, SlotTable } from "./decoder-table.js";

/** A table as the JavaScript runtime takes it: a field on a line. */
export function jsTable({ name, id, fingerprint, interval, fields }: DecoderTable): string {
  const lines = fields.map((field) => `\t\t${fieldOf(field)},`);
  // A comma behind the last would be one element more in old engines.
  if (lines.length > 0) lines.push((lines.pop() ?? "").slice(0, -1));
  return [
    `{`,
    `\tname: ${text(name)}, id: ${id}, fingerprint: ${text(fingerprint)},`,
    ...(interval === null ? [] : [`\tinterval: ${interval},`]),
    `\tfields: [`,
    ...lines,
    "\t]",
    "}",
  ].join("\n");
}

function fieldOf({ name, kind, optional, names, slots }: FieldTable): string {
  const may = optional ? ", optional: true" : "";
  const head = `name: ${text(name)}, kind: ${text(kind)}${may}`;
  const list = names ? `, names: ${JSON.stringify(names)}` : "";
  return `{ ${head}${list}, slots: [${slots.map(slotOf).join(", ")}] }`;
}

/** Members that are not written where they are 0. */
const LEFT_OUT: ReadonlySet<string> = new Set(["trend", "follows"]);

function slotOf(slot: SlotTable): string {
  // What is not there is as it is for most numbers.
  const told = Object.entries(slot).filter(
    ([name, value]) =>
      value !== null &&
      !(value === 0 && LEFT_OUT.has(name)) &&
      !(name === "shift" && slot.follows === 0),
  );
  const members = told.map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${members.join(", ")} }`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
