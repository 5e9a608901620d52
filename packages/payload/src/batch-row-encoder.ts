import type { BatchClock } from "./batch-clock.js";
import type { AppendRow } from "./batch-code.js";
import { batchCodeFor } from "./batch-code-slot.js";
import type { BitWriter } from "./bit-writer.js";
import { foldError, followed, nextGuess, nextMean } from "./guess.js";
import type { FieldLayout, Layout, Row } from "./layout.js";
import { lowBits, numberBits, putNumber } from "./number-code.js";
import { putBlob } from "./row-packer.js";
import {
  copyRow,
  isEither,
  isQuietMean,
  meanShift,
  type NumberTables,
  RowState,
} from "./row-state.js";

/**
 * Encodes a batch's rows after the first: by code made for the layout, or by a loop in three steps.
 * `plan` finds how many bits a row takes, `put` writes them, `keep` makes it the row before.
 *
 * @see docs/payload-format.md, section 7
 */
export class BatchRowEncoder {
  readonly #layout: Layout;
  readonly #tables: NumberTables;
  readonly #state: RowState;
  readonly #clock: BatchClock | undefined;
  // What `plan` finds, by slot.
  readonly #number: Float64Array;
  readonly #low: Uint8Array;
  readonly #isChanged: Uint8Array;
  #nextGuess: Float64Array | Int32Array;
  #nextMean: Int32Array;
  #isQuiet = false;
  #hasQuietBit = false;
  #isMaskChanged = false;
  #clockNumber = 0;
  readonly #made: AppendRow | undefined;

  /**
   * @param clock - where rows have a time; the caller starts it
   * @param generate - make straight-line code, where the host and the layout let one
   */
  constructor(
    layout: Layout,
    tables: NumberTables,
    clock: BatchClock | undefined,
    generate: boolean,
  ) {
    const slots = layout.slots.length;
    this.#layout = layout;
    this.#tables = tables;
    this.#clock = clock;
    const code = batchCodeFor(layout, generate);
    this.#state = new RowState(layout, tables, code !== undefined);
    this.#made = code?.makeAppendRow(layout, tables, this.#state);
    this.#number = new Float64Array(slots);
    this.#low = new Uint8Array(slots);
    this.#isChanged = new Uint8Array(slots);
    this.#nextGuess = new Float64Array(slots);
    this.#nextMean = new Int32Array(slots);
  }

  /** Starts a batch with its first row, which is written as a single reading is. */
  start(row: Row): void {
    this.#state.start(row, this.#layout);
  }

  /**
   * Writes a row.
   *
   * @param clockNumber - of its time, by `BatchClock.numberOf`
   * @param room - bits that are left
   * @returns the bits that it took, or -1 where it does not fit and nothing has happened
   */
  append(row: Row, clockNumber: number, room: number, writer: BitWriter): number {
    if (this.#made !== undefined) {
      return this.#made(row, clockNumber, this.#clock, room, writer);
    }
    const bits = this.#plan(row, clockNumber);
    if (bits > room) return -1;
    this.#put(row, writer);
    this.#keep(row);
    return bits;
  }

  #plan(row: Row, clockNumber: number): number {
    const { fields, maskBits } = this.#layout;
    const { isNumber, bits, last, meanSlot } = this.#tables;
    const { before, mean } = this.#state;
    const isMaskChanged = this.#findMaskChange(row);
    let isQuiet = !isMaskChanged;
    let hasQuietBit = maskBits > 0;
    let allBits = 0;
    // Left out where all of them say that nothing has changed.
    let quietBits = maskBits === 0 ? 0 : isMaskChanged ? 1 + maskBits : 1;
    if (this.#clock !== undefined) {
      const clockBits = numberBits(clockNumber, this.#clock.low, 32);
      if (this.#clock.isQuiet) {
        hasQuietBit = true;
        isQuiet &&= clockNumber === 0;
        quietBits += clockBits;
      } else {
        allBits += clockBits;
      }
    }
    this.#guessNumbers(row);
    for (const field of fields) {
      const isPresent = row.present[field.index] === 1;
      for (let slot = field.slot; slot < field.slot + field.slotCount; slot++) {
        if (isNumber[slot] === 0) {
          hasQuietBit = true;
          if (!isPresent) continue;
          const isChanged = isDifferent(row, before, field);
          this.#isChanged[slot] = isChanged ? 1 : 0;
          quietBits += 1;
          if (!isChanged) continue;
          isQuiet = false;
          if (!isEither(field, last[slot])) quietBits += bits[slot] ?? 0;
          if (field.blobSize > 0) quietBits += 8 * (row.steps[slot] ?? 0);
        } else {
          const isLeftOut = isQuietMean(mean[meanSlot[slot] ?? 0] ?? 0);
          if (isLeftOut) hasQuietBit = true;
          if (!isPresent) continue;
          const number = this.#number[slot] ?? 0;
          const taken = numberBits(number, this.#low[slot] ?? 0, bits[slot] ?? 0);
          if (isLeftOut) {
            isQuiet &&= number === 0;
            quietBits += taken;
          } else {
            allBits += taken;
          }
        }
      }
    }
    this.#isMaskChanged = isMaskChanged;
    this.#isQuiet = isQuiet;
    this.#hasQuietBit = hasQuietBit;
    this.#clockNumber = clockNumber;
    return allBits + (hasQuietBit ? 1 : 0) + (isQuiet ? 0 : quietBits);
  }

  #findMaskChange(row: Row): boolean {
    const { present } = this.#state.before;
    for (let index = 0; index < present.length; index++) {
      if (row.present[index] !== present[index]) return true;
    }
    return false;
  }

  /** Finds the number of each value that is there, and what it says of the next. */
  #guessNumbers(row: Row): void {
    const { isNumber, last, meanSlot, counts, trend, follow, followShift } = this.#tables;
    const { before, guess, mean, rowCount } = this.#state;
    const shift = meanShift(rowCount);
    this.#nextGuess.set(guess);
    this.#nextMean.set(mean);
    // How far the number before was from its own guess.
    let change = 0;
    for (const field of this.#layout.fields) {
      if (isNumber[field.slot] === 0) continue;
      const isPresent = row.present[field.index] === 1;
      for (let slot = field.slot; slot < field.slot + field.slotCount; slot++) {
        if (!isPresent) {
          change = 0;
          continue;
        }
        const most = last[slot] ?? 0;
        let value = row.steps[slot] ?? 0;
        if (counts[slot] === 1) value = ((value - (before.steps[slot] ?? 0)) & most) >>> 0;
        const own = guess[slot] ?? 0;
        const sign = follow[slot] ?? 0;
        const better = sign === 0 ? own : followed(own, change, sign, followShift[slot] ?? 0, most);
        const number = foldError(value, better, most);
        const place = meanSlot[slot] ?? 0;
        const running = this.#nextMean[place] ?? 0;
        this.#number[slot] = number;
        this.#low[slot] = lowBits(running);
        this.#nextMean[place] = nextMean(running, number, shift);
        change = value - own;
        this.#nextGuess[slot] = nextGuess(value, change, trend[slot] ?? 0, most);
      }
    }
  }

  #put(row: Row, writer: BitWriter): void {
    const { fields, maskBits } = this.#layout;
    const { isNumber, bits, last, meanSlot } = this.#tables;
    const { mean } = this.#state;
    const isQuiet = this.#isQuiet;
    if (this.#hasQuietBit) writer.put(isQuiet ? 0 : 1, 1);
    if (!isQuiet && maskBits > 0) {
      writer.put(this.#isMaskChanged ? 1 : 0, 1);
      if (this.#isMaskChanged) {
        for (const { field, index } of fields) {
          if (field.optional) writer.put(row.present[index] ?? 0, 1);
        }
      }
    }
    const clock = this.#clock;
    if (clock !== undefined && !(isQuiet && clock.isQuiet)) {
      putNumber(this.#clockNumber, clock.low, 32, writer);
    }
    for (const field of fields) {
      if (row.present[field.index] === 0) continue;
      for (let slot = field.slot; slot < field.slot + field.slotCount; slot++) {
        if (isNumber[slot] === 1) {
          if (isQuiet && isQuietMean(mean[meanSlot[slot] ?? 0] ?? 0)) continue;
          putNumber(this.#number[slot] ?? 0, this.#low[slot] ?? 0, bits[slot] ?? 0, writer);
        } else if (!isQuiet) {
          writer.put(this.#isChanged[slot] ?? 0, 1);
          if (this.#isChanged[slot] === 0) continue;
          if (!isEither(field, last[slot])) writer.put(row.steps[slot] ?? 0, bits[slot] ?? 0);
          if (field.blobSize > 0) putBlob(row.blobs, field.blob, row.steps[slot] ?? 0, writer);
        }
      }
    }
  }

  #keep(row: Row): void {
    const state = this.#state;
    const { guess, mean } = state;
    state.guess = this.#nextGuess;
    state.mean = this.#nextMean;
    this.#nextGuess = guess;
    this.#nextMean = mean;
    copyRow(row, state.before, this.#layout);
    state.rowCount++;
    this.#clock?.take(this.#clockNumber);
  }
}

/** Whether a name, flags, a text or bytes are other than in the row before. */
function isDifferent(row: Row, before: Row, { slot, blob, blobSize }: FieldLayout): boolean {
  const length = row.steps[slot] ?? 0;
  if (length !== before.steps[slot]) return true;
  if (blobSize === 0) return false;
  for (let index = blob; index < blob + length; index++) {
    if (row.blobs[index] !== before.blobs[index]) return true;
  }
  return false;
}
