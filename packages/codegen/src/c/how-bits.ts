import type { CSlot } from "./c-model.js";

/** What the row code knows of a slot, as bits named `BOLLARD_HOW_…` there. */
export const howBits = [
  { name: "BYTE", bit: 0x01, is: ({ bytes }: CSlot) => bytes === 1 },
  { name: "WIDE", bit: 0x02, is: ({ bytes }: CSlot) => bytes === 4 },
  { name: "CLAMP", bit: 0x04, is: isClamped },
  { name: "MISSING", bit: 0x08, is: isMissing },
  { name: "WHOLE", bit: 0x10, is: isWholeValue },
  { name: "BLOB", bit: 0x20, is: ({ field }: CSlot) => field.blobSize > 0 },
  { name: "TEXT", bit: 0x40, is: ({ field }: CSlot) => field.field.kind === "text" },
  { name: "UNSIGNED", bit: 0x80, is: (slot: CSlot) => isClamped(slot) && !slot.isSigned },
  { name: "WRAP", bit: 0x100, is: isWrapped },
] as const;

/** Out of range it is clamped. */
export function isClamped({ field, takesAll }: CSlot): boolean {
  const { kind, outOfRange } = field.field;
  const hasRange = ["quantity", "duration", "array", "position"].includes(kind);
  return !takesAll && outOfRange === "clamp" && hasRange;
}

function isMissing({ field, takesAll }: CSlot): boolean {
  return !takesAll && field.field.outOfRange === "missing" && field.field.kind !== "counter";
}

function isWholeValue({ field }: CSlot): boolean {
  return ["enum", "flags", "boolean"].includes(field.field.kind);
}

function isWrapped({ field, takesAll }: CSlot): boolean {
  return !takesAll && field.field.kind === "counter";
}

/** Some value of it can be refused. */
export function isRefused(slot: CSlot): boolean {
  if (slot.field.field.kind === "text") return true;
  return !slot.takesAll && !isClamped(slot) && !isMissing(slot) && !isWrapped(slot);
}

/** The bits of one slot. */
export function howOf(slot: CSlot): number {
  return howBits.reduce((how, { bit, is }) => (is(slot) ? how | bit : how), 0);
}

/** Bits as C: `BOLLARD_HOW_BYTE | BOLLARD_HOW_CLAMP`. */
export function formatHow(how: number): string {
  const names = howBits.filter(({ bit }) => (how & bit) !== 0);
  if (names.length === 0) return "0U";
  return names.map(({ name }) => `BOLLARD_HOW_${name}`).join(" | ");
}
