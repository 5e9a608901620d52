import { batchCodeFor } from "./batch-code-slot.js";
import type { BitReader } from "./bit-reader.js";
import { PayloadError } from "./error.js";
import { type FieldLayout, type Layout, optionalFields, type Row } from "./layout.js";
import type { UnpackRow } from "./unpack-code.js";
import { readUtf8 } from "./utf8.js";

/** Unpacks a row from the bits of a single reading, which is also a batch's first row. */
export class RowUnpacker {
  readonly #layout: Layout;
  readonly #bits: Uint8Array;
  readonly #last: Uint32Array;
  /** Indexes of the fields that have a bit in the mask. */
  readonly #optional: readonly number[];
  /** Every row has the same slots in the same places. */
  readonly #isFixed: boolean;
  readonly #made: UnpackRow | undefined;

  /** @param generate - make straight-line code, where the host and the layout let one */
  constructor(layout: Layout, generate: boolean) {
    this.#made = batchCodeFor(layout, generate)?.makeUnpackRow(layout);
    this.#layout = layout;
    this.#bits = Uint8Array.from(layout.slots, ({ bits }) => bits);
    this.#last = Uint32Array.from(layout.slots, ({ last }) => last);
    this.#optional = optionalFields(layout);
    this.#isFixed = layout.maskBits === 0 && layout.blobSize === 0;
  }

  /** Reads what `RowPacker.put` writes. */
  take(row: Row, reader: BitReader): void {
    if (this.#made !== undefined) {
      this.#made(row, reader);
      return;
    }
    const { steps, present } = row;
    if (this.#isFixed) {
      this.#takeSlots(steps, 0, steps.length, reader);
      present.fill(1);
      return;
    }
    const { fields } = this.#layout;
    present.fill(1);
    for (const index of this.#optional) {
      reader.note("presence", index);
      present[index] = reader.take(1);
    }
    for (const field of fields) {
      if (present[field.index] === 0) continue;
      this.#takeSlots(steps, field.slot, field.slot + field.slotCount, reader);
      if (field.blobSize > 0) takeBlob(row, field, reader);
    }
  }

  #takeSlots(steps: Uint32Array, from: number, to: number, reader: BitReader): void {
    const bits = this.#bits;
    const last = this.#last;
    for (let slot = from; slot < to; slot++) {
      reader.note("step", slot);
      const width = bits[slot] ?? 0;
      const step = reader.take(width);
      if (step > (last[slot] ?? 0)) {
        stepAboveRange(this.#layout, slot, step, reader.offsetBefore(width));
      }
      steps[slot] = step;
    }
  }
}

/** Throws for a number above its slot's last. */
export function stepAboveRange(layout: Layout, slot: number, step: number, offset: number): never {
  const shape = layout.slots[slot];
  const name = layout.fields[shape?.field ?? 0]?.field.name;
  const message = `Step ${step} of ${name} is above its last, ${shape?.last}`;
  throw new PayloadError("PAYLOAD_STEP_ABOVE_RANGE", { offset }, message);
}

/** Reads as many bytes as the field's slot says, and checks a text's UTF-8. */
export function takeBlob(row: Row, { field, slot, blob }: FieldLayout, reader: BitReader): void {
  const length = row.steps[slot] ?? 0;
  const { offset } = reader;
  reader.note("blob", slot);
  for (let index = 0; index < length; index++) row.blobs[blob + index] = reader.take(8);
  if (field.kind !== "text") return;
  const text = readUtf8(row.blobs, blob, blob + length);
  if (typeof text === "string") return;
  const place = { offset: offset + text - blob };
  throw new PayloadError("PAYLOAD_BAD_TEXT", place, `${field.name} is no well-formed UTF-8`);
}
