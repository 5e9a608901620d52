import {
  type Field,
  positionStepsOf,
  type SensorSchema,
  type Steps,
  stepsOf,
} from "@bollard/schema";
import { type NumberModel, numberModel } from "./number-model.js";

/** One whole number of a row; a field has one or more, or the length of its text or bytes. */
export interface Slot {
  /** Index of its field. */
  readonly field: number;
  /** `latitude` of a position, `3` of an array; empty where the field is one number. */
  readonly part: string;
  /** Bits it takes in a single reading, 1 to 32. */
  readonly bits: number;
  /** The highest number it may be. */
  readonly last: number;
  /** How the number is scaled; absent for what is no quantity. */
  readonly steps?: Steps;
  /** How a batch guesses it; there where `steps` is. */
  readonly model?: NumberModel;
}

/** Where a field's numbers stand in a row. */
export interface FieldLayout {
  readonly field: Field;
  readonly index: number;
  /** Index of its first slot. */
  readonly slot: number;
  readonly slotCount: number;
  /** Where its text or bytes start in `Row.blobs`; `blobSize` is 0 for all other kinds. */
  readonly blob: number;
  readonly blobSize: number;
}

/** A schema's fields as whole numbers: what packs them needs to know no more. */
export interface Layout {
  readonly fields: readonly FieldLayout[];
  readonly slots: readonly Slot[];
  /** Bits of the presence mask: the count of optional fields. */
  readonly maskBits: number;
  /** Bytes of all texts and bytes at their longest. */
  readonly blobSize: number;
  /** Bits of a single reading without its time, at the longest. */
  readonly maxRowBits: number;
}

/** A schema with its layout: plain data, which a device may bring instead of making it. */
export interface PreparedSchema {
  readonly schema: SensorSchema;
  readonly layout: Layout;
}

/** One reading as whole numbers. */
export interface Row {
  /** By slot. */
  readonly steps: Uint32Array;
  /** By field: 1 or, where it is missing, 0. */
  readonly present: Uint8Array;
  readonly blobs: Uint8Array;
}

type SlotShape = Omit<Slot, "field" | "model">;

function bitsFor(last: number): number {
  return 32 - Math.clz32(last);
}

function plain(last: number): SlotShape {
  return { part: "", bits: bitsFor(last), last };
}

function stepped(steps: Steps, part = ""): SlotShape {
  return { part, bits: steps.bits, last: steps.last, steps };
}

function slotsOf(field: Field): readonly SlotShape[] {
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return [stepped(stepsOf(field))];
    case "array": {
      const steps = stepsOf(field);
      return Array.from({ length: field.length }, (_, index) => stepped(steps, String(index)));
    }
    case "position": {
      const { latitude, longitude, altitude } = positionStepsOf(field);
      const ground = [stepped(latitude, "latitude"), stepped(longitude, "longitude")];
      return altitude === undefined ? ground : [...ground, stepped(altitude, "altitude")];
    }
    case "boolean":
      return [plain(1)];
    case "enum":
      return [plain(field.values.length - 1)];
    case "flags":
      return [plain(2 ** field.flags.length - 1)];
    case "text":
    case "bytes":
      return [plain(field.maxBytes)];
  }
}

/**
 * How a schema's readings are laid out in bits.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with, or a command's fields
 */
export function layoutOf(schema: Pick<SensorSchema, "fields">): Layout {
  const fields: FieldLayout[] = [];
  const slots: Slot[] = [];
  let blob = 0;
  let bits = 0;
  for (const [index, field] of schema.fields.entries()) {
    const shapes = slotsOf(field);
    const blobSize = field.kind === "text" || field.kind === "bytes" ? field.maxBytes : 0;
    fields.push({ field, index, slot: slots.length, slotCount: shapes.length, blob, blobSize });
    for (const [part, shape] of shapes.entries()) {
      const { steps } = shape;
      const model = steps === undefined ? {} : { model: numberModel(schema, index, steps, part) };
      slots.push({ field: index, ...shape, ...model });
      bits += shape.bits;
    }
    blob += blobSize;
  }
  const maskBits = schema.fields.filter((field) => field.optional).length;
  return { fields, slots, maskBits, blobSize: blob, maxRowBits: maskBits + bits + 8 * blob };
}

/** Indexes of the fields that have a bit in the presence mask, in order. */
export function optionalFields({ fields }: Layout): readonly number[] {
  return fields.filter(({ field }) => field.optional).map(({ index }) => index);
}

/** A row of zeros, to be filled again and again. */
export function emptyRow(layout: Layout): Row {
  return {
    steps: new Uint32Array(layout.slots.length),
    present: new Uint8Array(layout.fields.length),
    blobs: new Uint8Array(layout.blobSize),
  };
}
