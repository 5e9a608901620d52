import type { BitWriter } from "./bit-writer.js";
import { type Layout, optionalFields, type Row } from "./layout.js";

/** Packs a row into bits as a single reading, which is also a batch's first row. */
export class RowPacker {
  readonly #layout: Layout;
  readonly #bits: Uint8Array;
  /** Indexes of the fields that have a bit in the mask. */
  readonly #optional: readonly number[];
  /** Every row has the same slots in the same places. */
  readonly #isFixed: boolean;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#bits = Uint8Array.from(layout.slots, ({ bits }) => bits);
    this.#optional = optionalFields(layout);
    this.#isFixed = layout.maskBits === 0 && layout.blobSize === 0;
  }

  /** The bits that `put` writes. */
  bitsOf(row: Row): number {
    const { fields, maskBits, maxRowBits } = this.#layout;
    if (this.#isFixed) return maxRowBits;
    let total = maskBits;
    for (const { index, slot, slotCount, blobSize } of fields) {
      if (row.present[index] === 0) continue;
      for (let part = slot; part < slot + slotCount; part++) total += this.#bits[part] ?? 0;
      if (blobSize > 0) total += 8 * (row.steps[slot] ?? 0);
    }
    return total;
  }

  /** Writes the presence mask, then each field that is there. */
  put(row: Row, writer: BitWriter): void {
    const { steps, present } = row;
    if (this.#isFixed) {
      this.#putSlots(steps, 0, steps.length, writer);
      return;
    }
    const { fields } = this.#layout;
    for (const index of this.#optional) writer.put(present[index] ?? 0, 1);
    for (const { index, slot, slotCount, blob, blobSize } of fields) {
      if (present[index] === 0) continue;
      this.#putSlots(steps, slot, slot + slotCount, writer);
      if (blobSize > 0) putBlob(row.blobs, blob, steps[slot] ?? 0, writer);
    }
  }

  #putSlots(steps: Uint32Array, from: number, to: number, writer: BitWriter): void {
    const bits = this.#bits;
    for (let slot = from; slot < to; slot++) writer.put(steps[slot] ?? 0, bits[slot] ?? 0);
  }
}

/** Writes the bytes of a text or of bytes, wherever in a byte that starts. */
export function putBlob(blobs: Uint8Array, start: number, length: number, writer: BitWriter): void {
  for (let index = start; index < start + length; index++) writer.put(blobs[index] ?? 0, 8);
}
