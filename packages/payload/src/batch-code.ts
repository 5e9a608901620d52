import type { BatchClock } from "./batch-clock.js";
import type { BitReader } from "./bit-reader.js";
import type { BitWriter } from "./bit-writer.js";
import { type Layout, optionalFields, type Row } from "./layout.js";
import { numberBits, putNumber, takeNumber } from "./number-code.js";
import type { NumberTables, RowState } from "./row-state.js";
import { stepAboveRange } from "./row-unpacker.js";

/** @returns the bits that the row took, or -1 where it does not fit and nothing has happened */
export type AppendRow = (
  row: Row,
  clockNumber: number,
  clock: BatchClock | undefined,
  room: number,
  writer: BitWriter,
) => number;

/**
 * Reads a row; `takeClock` is asked for its time. The row still holds the presence of the row before.
 */
export type TakeRow = (
  row: Row,
  clock: BatchClock | undefined,
  reader: BitReader,
  takeClock: (clock: BatchClock, isQuiet: boolean, reader: BitReader) => number,
) => number;

/** Layouts with more slots make code that no engine compiles well. */
const mostSlots = 48;

/** Numbers up to here stay whole numbers of the engine's own, also doubled. */
const mostLast = 2 ** 30 - 1;

/**
 * Whether straight-line code is made for a layout: one of a few numbers, flags and enums. Texts, bytes
 * and arrays are left to the loops of `BatchRowEncoder` and `BatchRowDecoder`, which this code repeats.
 */
export function isMadeFor(layout: Layout): boolean {
  return (
    layout.blobSize === 0 &&
    layout.slots.length <= mostSlots &&
    layout.slots.every(({ last }) => last <= mostLast) &&
    layout.fields.every(({ field }) => field.kind !== "array")
  );
}

/**
 * Only numbers of the layout go into the code, no name.
 *
 * @returns undefined where the host forbids to make code
 */
export function makeAppendRow(
  layout: Layout,
  tables: NumberTables,
  state: RowState,
): AppendRow | undefined {
  const slots = slotsOf(layout, tables);
  const { maskBits } = layout;
  const hasNames = tables.isNumber.includes(0);
  const code = `"use strict";
const { before, guess, mean } = state, wasPresent = before.present, old = before.steps;
return (row, clockNumber, clock, room, writer) => {
  const steps = row.steps, present = row.present, shift = state.rowCount <= 4 ? 1 : 2;
  // Where any row fits, its bits need not be summed beforehand.
  const isTight = room < ${mostRowBits(layout)};
  let isQuiet = true, hasQuietBit = ${maskBits > 0 || hasNames}, allBits = 0, quietBits = 0;
  let x = 0, own = 0, near = 0, error = 0, size = 0, high = 0, taken = 0, change = 0, m = 0;
  let isClockQuiet = false, low = 0;
  ${maskBits > 0 ? planMask(layout) : ""}
  if (clock !== undefined) {
    low = clock.low; isClockQuiet = clock.isQuiet;
    if (isTight) taken = numberBits(clockNumber, low, 32);
    if (isClockQuiet) {
      hasQuietBit = true; quietBits += taken; if (clockNumber !== 0) isQuiet = false;
    } else allBits += taken;
  }
  ${slots.map(planSlot).join("\n")}
  if (isTight && allBits + (hasQuietBit ? 1 : 0) + (isQuiet ? 0 : quietBits) > room) return -1;
  const out = writer.bytes;
  let pending = writer.pending, count = writer.count, position = writer.position;
  const start = 8 * position + count;
  if (hasQuietBit) { pending = (pending << 1) | (isQuiet ? 0 : 1); count++; }
  ${maskBits > 0 ? putMask(layout) : ""}
  while (count >= 8) { count -= 8; out[position++] = pending >>> count; }
  if (clock !== undefined) {
    if (!(isQuiet && isClockQuiet)) { ${callPut("clockNumber", "low", 32)} }
    clock.take(clockNumber);
  }
  ${slots.map(putSlot).join("\n")}
  writer.pending = pending; writer.count = count; writer.position = position;
  state.rowCount++;
  return 8 * position + count - start;
};`;
  try {
    return new Function("state", "numberBits", "putNumber", code)(
      state,
      numberBits,
      putNumber,
    ) as AppendRow;
  } catch {
    return undefined;
  }
}

interface CodeSlot {
  readonly slot: number;
  readonly field: number;
  readonly isNumber: boolean;
  readonly last: number;
  readonly bits: number;
  readonly counts: boolean;
  readonly trend: number;
  readonly follow: number;
  readonly followShift: number;
}

function slotsOf({ slots }: Layout, tables: NumberTables): readonly CodeSlot[] {
  return slots.map(({ field, last, bits }, slot) => ({
    slot,
    field,
    last,
    bits,
    isNumber: tables.isNumber[slot] === 1,
    counts: tables.counts[slot] === 1,
    trend: tables.trend[slot] ?? 0,
    follow: tables.follow[slot] ?? 0,
    followShift: tables.followShift[slot] ?? 0,
  }));
}

/** The most bits that a later row takes. */
function mostRowBits({ slots, maskBits }: Layout): number {
  return slots.reduce((sum, { bits }) => sum + 16 + bits, 1 + 48 + 1 + maskBits);
}

function planMask(layout: Layout): string {
  const differs = optionalFields(layout).map(
    (field) => `present[${field}] !== wasPresent[${field}]`,
  );
  return `const isMaskChanged = ${differs.join(" || ")};
  quietBits = isMaskChanged ? ${1 + layout.maskBits} : 1; if (isMaskChanged) isQuiet = false;`;
}

function putMask(layout: Layout): string {
  const bits = optionalFields(layout).map(
    (field) => `writer.put(present[${field}], 1); wasPresent[${field}] = present[${field}];`,
  );
  return `if (!isQuiet) {
    pending = (pending << 1) | (isMaskChanged ? 1 : 0); count++;
    while (count >= 8) { count -= 8; out[position++] = pending >>> count; }
    if (isMaskChanged) { ${leave} ${bits.join(" ")} ${enter} }
  }`;
}

const leave = "writer.pending = pending; writer.count = count; writer.position = position;";
const enter = "pending = writer.pending; count = writer.count; position = writer.position;";

function callPut(number: string, low: string, bits: number): string {
  return `${leave} putNumber(${number}, ${low}, ${bits}, writer); ${enter}`;
}

/** The guess of this row: its own, moved with the number before it. */
function followCode({ follow, followShift, last }: CodeSlot): string {
  if (follow === 0) return "";
  const [up, down] = follow > 0 ? ["+", "-"] : ["-", "+"];
  return `own = change < 0 ? own ${down} (-change >>> ${followShift}) : own ${up} (change >>> ${followShift});
    own = own < 0 ? 0 : own > ${last} ? ${last} : own;`;
}

function nextGuessCode({ slot, trend, last }: CodeSlot): string {
  if (trend === 0) return `guess[${slot}] = x;`;
  const [up, down] = trend > 0 ? ["+", "-"] : ["-", "+"];
  return `own = change < 0 ? x ${down} (-change >>> 1) : x ${up} (change >>> 1);
    guess[${slot}] = own < 0 ? 0 : own > ${last} ? ${last} : own;`;
}

function planSlot(slot: CodeSlot): string {
  const { slot: i, field, last, bits } = slot;
  if (!slot.isNumber) {
    return `let c${i} = false;
  if (present[${field}] === 1) {
    c${i} = steps[${i}] !== old[${i}]; quietBits += c${i} ? ${last === 1 ? 1 : 1 + bits} : 1;
    if (c${i}) isQuiet = false;
  }`;
  }
  return `let u${i} = 0, k${i} = 0;
  m = mean[${i}];
  if (present[${field}] === 1) {
    x = ${slot.counts ? `(steps[${i}] - old[${i}]) & ${last}` : `steps[${i}] | 0`};
    own = guess[${i}]; size = x - own;
    ${followCode(slot)} change = size;
    error = x - own; size = error < 0 ? -error : error;
    near = ${last} - own; if (own < near) near = own;
    u${i} = size > near ? near + size : (error << 1) ^ (error >> 31);
    k${i} = 32 - Math.clz32((m + 6) >> 5);
    if (isTight) taken = numberBits(u${i}, k${i}, ${bits});
    if (m < 4) { hasQuietBit = true; quietBits += taken; if (u${i} !== 0) isQuiet = false; }
    else allBits += taken;
  } else { change = 0; if (m < 4) hasQuietBit = true; }`;
}

function putSlot(slot: CodeSlot): string {
  const { slot: i, field, last, bits } = slot;
  if (!slot.isNumber) {
    return `if (!isQuiet && present[${field}] === 1) {
    ${leave} writer.put(c${i} ? 1 : 0, 1);
    ${last === 1 ? "" : `if (c${i}) writer.put(steps[${i}], ${bits});`}
    ${enter} old[${i}] = steps[${i}];
  }`;
  }
  return `if (present[${field}] === 1) {
    m = mean[${i}];
    if (!(isQuiet && m < 4)) {
      high = u${i} >>> k${i};
      if (high < 4) {
        taken = high + 1 + k${i};
        pending = (pending << taken) | (((2 << high) - 2) << k${i}) | (u${i} & ((1 << k${i}) - 1));
        count += taken;
        while (count >= 8) { count -= 8; out[position++] = pending >>> count; }
      } else { ${callPut(`u${i}`, `k${i}`, bits)} }
    }
    mean[${i}] = m - (m >> shift) + ((u${i} < 4095 ? u${i} : 4095) << (4 - shift));
    x = ${slot.counts ? `(steps[${i}] - old[${i}]) & ${last}` : `steps[${i}] | 0`};
    ${slot.trend === 0 ? "" : `change = x - guess[${i}];`} ${nextGuessCode(slot)}
    ${slot.counts ? `old[${i}] = steps[${i}];` : ""}
  }`;
}

/** As `makeAppendRow`. */
export function makeTakeRow(
  layout: Layout,
  tables: NumberTables,
  state: RowState,
): TakeRow | undefined {
  const slots = slotsOf(layout, tables);
  const { maskBits } = layout;
  const numbers = slots.filter(({ isNumber }) => isNumber);
  const always = maskBits > 0 || numbers.length < slots.length;
  const anyLeftOut = numbers.map(({ slot }) => `m${slot} < 4`).join(" || ");
  const code = `"use strict";
const { before, guess, mean } = state, wasPresent = before.present, old = before.steps;
return (row, clock, reader, takeClock) => {
  const steps = row.steps, present = row.present, shift = state.rowCount <= 4 ? 1 : 2;
  let x = 0, own = 0, near = 0, above = 0, size = 0, change = 0, k = 0, u = 0, ones = 0, at = 0;
  ${numbers.map(({ slot }) => `const m${slot} = mean[${slot}];`).join(" ")}
  const hasQuietBit = ${always} || (clock !== undefined && clock.isQuiet)${anyLeftOut === "" ? "" : ` || ${anyLeftOut}`};
  const isQuiet = hasQuietBit && reader.take(1) === 0;
  ${maskBits > 0 ? takeMask(layout) : ""}
  const time = clock === undefined ? 0 : takeClock(clock, isQuiet, reader);
  const bytes = reader.bytes, length = bytes.length;
  let pending = reader.pending, count = reader.count, position = reader.position;
  ${slots.map(takeSlot).join("\n")}
  ${leaveReader}
  state.rowCount++;
  return time;
};`;
  const aboveRange = (slot: number, step: number, offset: number) =>
    stepAboveRange(layout, slot, step, offset);
  try {
    return new Function("state", "takeNumber", "aboveRange", code)(
      state,
      takeNumber,
      aboveRange,
    ) as TakeRow;
  } catch {
    return undefined;
  }
}

const leaveReader = "reader.pending = pending; reader.count = count; reader.position = position;";
const enterReader = "pending = reader.pending; count = reader.count; position = reader.position;";

function takeMask(layout: Layout): string {
  const bits = optionalFields(layout).map(
    (field) => `wasPresent[${field}] = present[${field}] = reader.take(1);`,
  );
  return `if (!isQuiet && reader.take(1) === 1) { ${bits.join(" ")} }`;
}

function takeSlot(slot: CodeSlot): string {
  const { slot: i, field, last, bits } = slot;
  if (!slot.isNumber) {
    return `if (present[${field}] === 1) {
    x = old[${i}];
    if (!isQuiet) {
      ${leaveReader}
      if (reader.take(1) === 1) {
        ${last === 1 ? "x = 1 - x;" : `at = reader.offset; x = reader.take(${bits}); if (x > ${last}) aboveRange(${i}, x, at);`}
      }
      ${enterReader}
    }
    steps[${i}] = old[${i}] = x;
  }`;
  }
  return `if (present[${field}] === 1) {
    u = 0;
    if (!(isQuiet && m${i} < 4)) {
      k = 32 - Math.clz32((m${i} + 6) >> 5);
      if (count < 16 && position + 1 < length) {
        pending = (pending << 16) | (bytes[position] << 8) | bytes[position + 1];
        position += 2; count += 16;
      }
      // Within 16 bits there are up to 3 ones, a 0 and the low bits.
      ones = count < 16 ? 4 : Math.clz32(~(pending << (32 - count)));
      if (ones < 4) {
        count -= ones + 1 + k;
        u = (ones << k) | ((pending >>> count) & ((1 << k) - 1));
        if (u > ${last}) aboveRange(${i}, u, (8 * position - count - ones - 1 - k) >> 3);
      } else {
        ${leaveReader} at = reader.offset; u = takeNumber(k, ${bits}, reader); ${enterReader}
        if (u > ${last}) aboveRange(${i}, u, at);
      }
    }
    own = guess[${i}]; size = own;
    ${followCode(slot)}
    above = ${last} - own; near = own < above ? own : above;
    if (u > 2 * near) x = own < above ? own + u - near : own - u + near;
    else x = own + ((u >> 1) ^ -(u & 1));
    change = x - size;
    mean[${i}] = m${i} - (m${i} >> shift) + ((u < 4095 ? u : 4095) << (4 - shift));
    ${nextGuessCode(slot)}
    ${slot.counts ? `x = (x + old[${i}]) & ${last}; old[${i}] = x;` : ""}
    steps[${i}] = x;
  } else change = 0;`;
}
