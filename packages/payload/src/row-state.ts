import { emptyRow, type FieldLayout, type Layout, type Row } from "./layout.js";

/** What a batch knows of its numbers beforehand, by slot. */
export interface NumberTables {
  /** 1 for a number, 0 for what is sent whole or not at all. */
  readonly isNumber: Uint8Array;
  readonly last: Float64Array;
  readonly bits: Uint8Array;
  /** The slot whose mean is used: the elements of an array share that of the first. */
  readonly meanSlot: Uint16Array;
  /** 1 where the number is the increment of a counter. */
  readonly counts: Uint8Array;
  /** The increment guessed first. */
  readonly increment: Float64Array;
  readonly mean: Int32Array;
  /** -1, 0 or 1: half of a change is taken back, nothing, or comes once more. */
  readonly trend: Int8Array;
  /** -1, 0 or 1: the sign by which the number before it counts. */
  readonly follow: Int8Array;
  readonly followShift: Uint8Array;
}

/** The tables of a layout. */
export function numberTables({ slots, fields }: Layout): NumberTables {
  const models = slots.map(({ model }) => model);
  return {
    isNumber: Uint8Array.from(models, (model) => (model === undefined ? 0 : 1)),
    last: Float64Array.from(slots, ({ last }) => last),
    bits: Uint8Array.from(slots, ({ bits }) => bits),
    meanSlot: Uint16Array.from(slots, ({ field }, slot) =>
      fields[field]?.field.kind === "array" ? (fields[field]?.slot ?? slot) : slot,
    ),
    counts: Uint8Array.from(models, (model) => (model?.increment === undefined ? 0 : 1)),
    increment: Float64Array.from(models, (model) => model?.increment ?? 0),
    mean: Int32Array.from(models, (model) => model?.mean ?? 0),
    trend: Int8Array.from(models, (model) => trends[model?.trend ?? "stays"]),
    follow: Int8Array.from(models, (model) =>
      model?.follow === undefined ? 0 : model.follow.negative ? -1 : 1,
    ),
    followShift: Uint8Array.from(models, (model) => model?.follow?.shift ?? 0),
  };
}

const trends = { returns: -1, stays: 0, continues: 1 } as const;

/** Rows after the first in which a mean follows faster. */
const fastRows = 4;

/**
 * How fast a mean follows: by half in a batch's first rows, then by a quarter.
 *
 * @param row - rows before this one
 */
export function meanShift(row: number): number {
  return row <= fastRows ? 1 : 2;
}

/** A number with such a mean is left out of a quiet row. */
export function isQuietMean(mean: number): boolean {
  return mean < 4;
}

/** A name that is one of two: where it changes, it is the other one. */
export function isEither({ blobSize }: FieldLayout, last: number | undefined): boolean {
  return last === 1 && blobSize === 0;
}

/** Copies what is there; what is missing in `from` stays as it was in `to`. */
export function copyRow(from: Row, to: Row, { fields }: Layout): void {
  to.present.set(from.present);
  for (const { index, slot, slotCount, blob, blobSize } of fields) {
    if (from.present[index] === 0) continue;
    for (let part = slot; part < slot + slotCount; part++) to.steps[part] = from.steps[part] ?? 0;
    if (blobSize === 0) continue;
    const end = blob + (from.steps[slot] ?? 0);
    for (let byte = blob; byte < end; byte++) to.blobs[byte] = from.blobs[byte] ?? 0;
  }
}

/** What the rows before say about the next. */
export class RowState {
  /** The row before; a missing field keeps what it last had. */
  readonly before: Row;
  /** By slot: the number's guess, or that of a counter's increment. */
  guess: Float64Array | Int32Array;
  /** By `meanSlot`, in sixteenths. */
  mean: Int32Array;
  /** Rows before the next one. */
  rowCount = 0;
  readonly tables: NumberTables;

  /** @param isNarrow - every number is below 2^30, which made code is faster with */
  constructor(layout: Layout, tables: NumberTables, isNarrow = false) {
    const { length } = layout.slots;
    this.tables = tables;
    this.before = emptyRow(layout);
    this.guess = isNarrow ? new Int32Array(length) : new Float64Array(length);
    this.mean = new Int32Array(length);
  }

  /** Starts a batch with its first row; a number that is missing in it counts as 0. */
  start(row: Row, layout: Layout): void {
    const { tables, before, guess } = this;
    before.steps.fill(0);
    copyRow(row, before, layout);
    this.mean.set(tables.mean);
    for (let slot = 0; slot < guess.length; slot++) {
      guess[slot] =
        tables.counts[slot] === 1 ? (tables.increment[slot] ?? 0) : (before.steps[slot] ?? 0);
    }
    this.rowCount = 1;
  }
}
