import type { BitReader } from "./bit-reader.js";
import { type Layout, optionalFields, type Row } from "./layout.js";
import { stepAboveRange } from "./row-unpacker.js";

/** Reads a row as a single reading has it. */
export type UnpackRow = (row: Row, reader: BitReader) => void;

/** What a reader has in one piece at any place, if there are as many bytes. */
const mostBitsAtOnce = 24;

/**
 * Straight-line code for a single reading, which is also a batch's first row: what `RowUnpacker` does
 * by loops. Only numbers of the layout go into it, no name.
 *
 * @param layout - one that `isMadeFor` is true of
 * @returns undefined where the host forbids to make code
 */
export function makeUnpackRow(layout: Layout): UnpackRow | undefined {
  const optional = optionalFields(layout);
  const code = `"use strict";
return (row, reader) => {
  const steps = row.steps, present = row.present, bytes = reader.bytes, length = bytes.length;
  let pending = reader.pending, count = reader.count, position = reader.position, x = 0;
  ${layout.fields.map(({ index }) => `let p${index} = 1;`).join(" ")}
  ${optional.map((index) => `${take(1)} p${index} = x;`).join("\n  ")}
  ${layout.fields.map(({ index }) => `present[${index}] = p${index};`).join(" ")}
  ${layout.slots.map((_, slot) => takeSlot(layout, slot)).join("\n  ")}
  ${leave}
};`;
  const aboveRange = (slot: number, step: number, offset: number) =>
    stepAboveRange(layout, slot, step, offset);
  try {
    return new Function("aboveRange", code)(aboveRange) as UnpackRow;
  } catch {
    return undefined;
  }
}

const leave = "reader.pending = pending; reader.count = count; reader.position = position;";
const enter = "pending = reader.pending; count = reader.count; position = reader.position;";

/** Takes bits into `x`; the reader itself does so near the end, and tells where it is too near. */
function take(bits: number): string {
  if (bits === 0) return "x = 0;";
  const byReader = `${leave} x = reader.take(${bits}); ${enter}`;
  if (bits > mostBitsAtOnce) return byReader;
  return `if (count < ${bits}) while (count <= 24 && position < length) {
    pending = (pending << 8) | bytes[position++]; count += 8;
  }
  if (count >= ${bits}) { count -= ${bits}; x = (pending >>> count) & ${2 ** bits - 1}; }
  else { ${byReader} }`;
}

function takeSlot({ slots, fields }: Layout, slot: number): string {
  const { field = 0, bits = 0, last = 0 } = slots[slot] ?? {};
  const check =
    last === 2 ** bits - 1
      ? ""
      : ` if (x > ${last}) aboveRange(${slot}, x, (8 * position - count - ${bits}) >> 3);`;
  const code = `${take(bits)}${check} steps[${slot}] = x;`;
  return fields[field]?.field.optional ? `if (p${field} === 1) { ${code} }` : code;
}
