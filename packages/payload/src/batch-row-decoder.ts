import type { BatchClock } from "./batch-clock.js";
import type { TakeRow } from "./batch-code.js";
import { batchCodeFor } from "./batch-code-slot.js";
import type { BitReader } from "./bit-reader.js";
import { PayloadError } from "./error.js";
import { followed, nextGuess, nextMean, unfoldError } from "./guess.js";
import type { FieldLayout, Layout, Row } from "./layout.js";
import { lowBits, takeNumber } from "./number-code.js";

import {
  copyRow,
  isEither,
  isQuietMean,
  meanShift,
  type NumberTables,
  RowState,
} from "./row-state.js";
import { stepAboveRange, takeBlob } from "./row-unpacker.js";

/**
 * Decodes a batch's rows after the first: by code made for the layout, or by a loop.
 *
 * @see docs/payload-format.md, section 7
 */
export class BatchRowDecoder {
  readonly #layout: Layout;
  readonly #tables: NumberTables;
  readonly #state: RowState;
  /** By `meanSlot`: left out of a quiet row. */
  readonly #isLeftOut: Uint8Array;
  readonly #hasNames: boolean;
  readonly #made: TakeRow | undefined;

  /** @param generate - make straight-line code, where the host and the layout let one */
  constructor(layout: Layout, tables: NumberTables, generate: boolean) {
    this.#layout = layout;
    this.#tables = tables;
    const code = batchCodeFor(layout, generate);
    this.#state = new RowState(layout, tables, code !== undefined);
    this.#made = code?.makeTakeRow(layout, tables, this.#state);
    this.#isLeftOut = new Uint8Array(layout.slots.length);
    this.#hasNames = tables.isNumber.includes(0);
  }

  /** Starts a batch with its first row, which is read as a single reading is. */
  start(row: Row): void {
    this.#state.start(row, this.#layout);
  }

  /**
   * Reads a row.
   *
   * @param row - holds it afterwards
   * @returns its time in whole milliseconds; 0 without a clock
   * @throws {@link PayloadError} with the offset of what is wrong
   */
  take(row: Row, clock: BatchClock | undefined, reader: BitReader): number {
    if (this.#made !== undefined) return this.#made(row, clock, reader, takeClock);
    const { maskBits } = this.#layout;
    const { before } = this.#state;
    const isQuiet = this.#takeQuiet(clock, reader);
    row.present.set(before.present);
    if (!isQuiet && maskBits > 0) this.#takePresence(row, reader);
    const milliseconds = clock === undefined ? 0 : takeClock(clock, isQuiet, reader);
    this.#takeFields(row, isQuiet, reader);
    copyRow(row, before, this.#layout);
    this.#state.rowCount++;
    return milliseconds;
  }

  #takePresence(row: Row, reader: BitReader): void {
    reader.note("presenceChange", 0);
    if (reader.take(1) === 0) return;
    for (const { field, index } of this.#layout.fields) {
      if (!field.optional) continue;
      reader.note("presence", index);
      row.present[index] = reader.take(1);
    }
  }

  /** Finds what a quiet row leaves out, and reads whether this one is quiet. */
  #takeQuiet(clock: BatchClock | undefined, reader: BitReader): boolean {
    const { isNumber, meanSlot } = this.#tables;
    const { mean } = this.#state;
    let hasQuietBit = this.#hasNames || this.#layout.maskBits > 0 || clock?.isQuiet === true;
    for (let slot = 0; slot < isNumber.length; slot++) {
      const isLeftOut =
        isNumber[slot] === 1 && meanSlot[slot] === slot && isQuietMean(mean[slot] ?? 0);
      this.#isLeftOut[slot] = isLeftOut ? 1 : 0;
      hasQuietBit ||= isLeftOut;
    }
    reader.note("quiet", 0);
    return hasQuietBit && reader.take(1) === 0;
  }

  #takeFields(row: Row, isQuiet: boolean, reader: BitReader): void {
    const { isNumber, last, bits } = this.#tables;
    const { before } = this.#state;
    let change = 0;
    for (const field of this.#layout.fields) {
      const isPresent = row.present[field.index] === 1;
      const { slot } = field;
      if (isNumber[slot] === 1) {
        change = isPresent ? this.#takeNumbers(row, field, isQuiet, change, reader) : 0;
      } else if (isPresent) {
        const step = before.steps[slot] ?? 0;
        row.steps[slot] = step;
        reader.note("change", slot);
        if (isQuiet || reader.take(1) === 0) {
          copyBlob(before, row, field);
        } else if (isEither(field, last[slot])) {
          row.steps[slot] = 1 - step;
        } else {
          const { offset } = reader;
          reader.note("step", slot);
          const taken = reader.take(bits[slot] ?? 0);
          if (taken > (last[slot] ?? 0)) stepAboveRange(this.#layout, slot, taken, offset);
          row.steps[slot] = taken;
          if (field.blobSize > 0) takeBlob(row, field, reader);
        }
      }
    }
  }

  #takeNumbers(
    row: Row,
    field: FieldLayout,
    isQuiet: boolean,
    changeBefore: number,
    reader: BitReader,
  ): number {
    const { last, bits, meanSlot, counts, trend, follow, followShift } = this.#tables;
    const { before, guess, mean, rowCount } = this.#state;
    const shift = meanShift(rowCount);
    let change = changeBefore;
    for (let slot = field.slot; slot < field.slot + field.slotCount; slot++) {
      const most = last[slot] ?? 0;
      const own = guess[slot] ?? 0;
      const sign = follow[slot] ?? 0;
      const better = sign === 0 ? own : followed(own, change, sign, followShift[slot] ?? 0, most);
      const place = meanSlot[slot] ?? 0;
      const running = mean[place] ?? 0;
      let number = 0;
      if (!isQuiet || this.#isLeftOut[place] === 0) {
        const { offset } = reader;
        reader.note("number", slot);
        number = takeNumber(lowBits(running), bits[slot] ?? 0, reader);
        if (number > most) stepAboveRange(this.#layout, slot, number, offset);
      }
      const value = unfoldError(number, better, most);
      mean[place] = nextMean(running, number, shift);
      change = value - own;
      guess[slot] = nextGuess(value, change, trend[slot] ?? 0, most);
      row.steps[slot] =
        counts[slot] === 1 ? ((value + (before.steps[slot] ?? 0)) & most) >>> 0 : value;
    }
    return change;
  }
}

function copyBlob(from: Row, to: Row, { slot, blob, blobSize }: FieldLayout): void {
  if (blobSize === 0) return;
  const end = blob + (from.steps[slot] ?? 0);
  for (let index = blob; index < end; index++) to.blobs[index] = from.blobs[index] ?? 0;
}

function takeClock(clock: BatchClock, isQuiet: boolean, reader: BitReader): number {
  const { offset } = reader;
  reader.note("clock", 0);
  const number = isQuiet && clock.isQuiet ? 0 : takeNumber(clock.low, 32, reader);
  const milliseconds = clock.take(number);
  if (milliseconds >= 0 && milliseconds < 2 ** 32 * 1000) return milliseconds;
  const message = `Time ${milliseconds / 1000} is out of its range, 0 to ${2 ** 32 - 1} seconds`;
  throw new PayloadError("PAYLOAD_TIME_OUT_OF_RANGE", { offset }, message);
}
