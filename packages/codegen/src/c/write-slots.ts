import { banner } from "./c-banner.js";
import { timeBits } from "./c-header-bytes.js";
import type { CModel, CSlot } from "./c-model.js";
import { type CText, toText, unsigned } from "./c-text.js";
import { formatHow, howBits, howOf, isRefused } from "./how-bits.js";
import { batchColumns } from "./write-batch.js";

/** Bytes from one number to the next, where all stand one behind the other; else 0. */
function strideOf({ slots }: CModel): number {
  const [first] = slots;
  if (first === undefined || slots.some(({ field }) => field.blobSize > 0)) return 0;
  return slots.every(({ bytes }) => bytes === first.bytes) ? first.bytes : 0;
}

/** Offsets fit a byte where those of the widest padding that a compiler may choose do. */
function offsetBits({ fields }: CModel): number {
  let size = 12;
  for (const { slots, blobSize } of fields) {
    for (const { bytes, count } of slots) size += bytes * count + 3;
    size += blobSize;
  }
  return size < 256 ? 8 : 16;
}

/** What is stored for step 0, modulo the width of a step. */
function minOf({ low }: CSlot, stepBits: number): string {
  const span = 2 ** stepBits;
  return unsigned(((low % span) + span) % span);
}

function slotLine(slot: CSlot, stepBits: number, how: number): string {
  const { last, bits, count, member, field } = slot;
  const columns = [
    minOf(slot, stepBits),
    unsigned(last),
    `${bits}U`,
    `${count}U`,
    unsigned(field.bit),
    member,
    formatHow(how),
    ...batchColumns(slot),
  ];
  return `\tSLOT(${columns.join(", ")})`;
}

/** `street_air_slots.h`: what the row code has to know of a schema, as macros. */
export function writeSlots(model: CModel): string {
  const { slots, name, maskBits, schema } = model;
  const hows = slots.map(howOf);
  const all = hows.reduce((left, right) => left & right, 0xffff);
  const some = hows.reduce((left, right) => left | right, 0) & ~all;
  const stepBits = slots.some(({ bytes }) => bytes === 4) ? 32 : 16;
  const { mode, milliseconds } = schema.time;
  const lines: CText = [
    banner(model, "Slots, for its own sources only,"),
    `#include "${name}.h"`,
    "",
    `#define READING ${name}_reading_t`,
    `#define FIRST ${slots[0]?.member}`,
    "/* least stored, highest step, bits, array length, bit of the mask, member, how; for batches:",
    "   mean in sixteenths, whether it counts, first increment, trend, what it follows by */",
    "#define SLOTS \\",
    slots.map((slot, index) => {
      const end = index + 1 < slots.length ? " \\" : "";
      return `${slotLine(slot, stepBits, (hows[index] ?? 0) & ~all)}${end}`;
    }),
    `#define SLOT_COUNT ${slots.length}`,
    `#define STEP_BITS ${stepBits}`,
    `#define STRIDE ${strideOf(model)}`,
    `#define OFFSET_BITS ${offsetBits(model)}`,
    `#define MASK_BITS ${maskBits}`,
    `#define TIME_BITS ${timeBits(mode)}`,
    `#define HAS_MILLISECONDS ${milliseconds ? 1 : 0}`,
    `#define HAS_ARRAYS ${slots.some(({ count }) => count > 1) ? 1 : 0}`,
    `#define CAN_REFUSE ${slots.some(isRefused) ? 1 : 0}`,
    `#define HOW_ALL ${formatBits(all)}`,
    `#define HOW_SOME ${formatBits(some)}`,
  ];
  return toText(lines);
}

/** As a number, since the preprocessor reads it before the names are known. */
function formatBits(how: number): string {
  const names = howBits
    .filter(({ bit }) => (how & bit) !== 0)
    .map(({ name }) => name.toLowerCase());
  const about = names.length === 0 ? "" : ` /* ${names.join(", ")} */`;
  return `0x${how.toString(16).padStart(2, "0")}U${about}`;
}
