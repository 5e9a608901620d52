import type { BytesField, EnumField, FlagsField, TextField } from "@bollard/schema";
import type { FieldLayout, Row, Slot } from "./layout.js";
import { refuse, stepsIn, toStep, wrongType } from "./to-step.js";
import { utf8Length, writeUtf8 } from "./utf8.js";

/**
 * Puts one field's value in its place in a row.
 *
 * @returns whether there is a value
 * @throws PayloadError with the field's name
 */
export type FieldWriter = (value: unknown, row: Row) => boolean;

/** Makes the writer of one field. */
export function fieldWriterOf(layout: FieldLayout, slots: readonly Slot[]): FieldWriter {
  const { field } = layout;
  const own = slots.slice(layout.slot, layout.slot + layout.slotCount);
  const write = kindWriterOf(layout, own);
  return (value, row) => {
    if (value !== null && value !== undefined) return write(value, row);
    if (field.optional) return false;
    return refuse(field, "PAYLOAD_MISSING_VALUE", "there is no value, and it is not optional");
  };
}

function kindWriterOf(layout: FieldLayout, slots: readonly Slot[]): FieldWriter {
  const { field, slot } = layout;
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration": {
      const steps = stepsIn(slots, 0);
      return (value, row) => {
        const step = toStep(field, steps, value);
        row.steps[slot] = step;
        return step >= 0;
      };
    }
    case "array":
      return arrayWriter(layout, slots);
    case "position":
      return positionWriter(layout, slots);
    case "boolean":
      return (value, row) => {
        if (typeof value !== "boolean") wrongType(field, value, "true or false");
        row.steps[slot] = value ? 1 : 0;
        return true;
      };
    case "enum":
      return enumWriter(field, slot);
    case "flags":
      return flagsWriter(field, slot);
    case "text":
      return textWriter(field, layout);
    case "bytes":
      return bytesWriter(field, layout);
  }
}

function arrayWriter({ field, slot, slotCount }: FieldLayout, slots: readonly Slot[]): FieldWriter {
  const steps = stepsIn(slots, 0);
  const wanted = `${slotCount} numbers`;
  return (value, row) => {
    if (!Array.isArray(value) && !ArrayBuffer.isView(value)) wrongType(field, value, wanted);
    const elements = value as ArrayLike<unknown>;
    if (elements.length !== slotCount) wrongType(field, value, wanted);
    for (let index = 0; index < slotCount; index++) {
      const step = toStep(field, steps, elements[index]);
      if (step < 0) return false;
      row.steps[slot + index] = step;
    }
    return true;
  };
}

function positionWriter(
  { field, slot, slotCount }: FieldLayout,
  slots: readonly Slot[],
): FieldWriter {
  const latitude = stepsIn(slots, 0);
  const longitude = stepsIn(slots, 1);
  const altitude = slotCount > 2 ? stepsIn(slots, 2) : undefined;
  return (value, row) => {
    if (typeof value !== "object") wrongType(field, value, "a position");
    const given = value as Readonly<Record<string, unknown>>;
    const steps = [
      toStep(field, latitude, given.latitude),
      toStep(field, longitude, given.longitude),
    ];
    if (altitude !== undefined) steps.push(toStep(field, altitude, given.altitude));
    for (const [index, step] of steps.entries()) {
      if (step < 0) return false;
      row.steps[slot + index] = step;
    }
    return true;
  };
}

function enumWriter(field: EnumField, slot: number): FieldWriter {
  const indexes = new Map<unknown, number>(field.values.map((name, index) => [name, index]));
  return (value, row) => {
    const index = indexes.get(value);
    if (index !== undefined) {
      row.steps[slot] = index;
      return true;
    }
    if (typeof value !== "string") wrongType(field, value, "one of its names");
    if (field.outOfRange === "missing") return false;
    const known = field.values.join(", ");
    return refuse(field, "PAYLOAD_OUT_OF_RANGE", `"${value}" is not one of ${known}`);
  };
}

function flagsWriter(field: FlagsField, slot: number): FieldWriter {
  const bits = new Map<unknown, number>(field.flags.map((name, index) => [name, index]));
  return (value, row) => {
    if (!Array.isArray(value)) wrongType(field, value, "a list of its names");
    let set = 0;
    for (const name of value) {
      const bit = bits.get(name);
      if (bit === undefined) {
        if (field.outOfRange === "missing") return false;
        const known = field.flags.join(", ");
        refuse(field, "PAYLOAD_OUT_OF_RANGE", `"${String(name)}" is not one of ${known}`);
      } else {
        set |= 1 << bit;
      }
    }
    row.steps[slot] = set;
    return true;
  };
}

/** A text's length goes in the slot, its UTF-8 in the blobs. */
function textWriter(field: TextField, { slot, blob }: FieldLayout): FieldWriter {
  return (value, row) => {
    if (typeof value !== "string") wrongType(field, value, "a text");
    const length = utf8Length(value);
    if (length < 0) refuse(field, "PAYLOAD_BAD_TEXT", "half a surrogate pair stands alone");
    if (length > field.maxBytes) return tooLong(field, length);
    row.steps[slot] = length;
    writeUtf8(value, row.blobs, blob);
    return true;
  };
}

/** The count of bytes goes in the slot, themselves in the blobs. */
function bytesWriter(field: BytesField, { slot, blob }: FieldLayout): FieldWriter {
  return (value, row) => {
    if (!(value instanceof Uint8Array)) wrongType(field, value, "a Uint8Array");
    if (value.length > field.maxBytes) return tooLong(field, value.length);
    row.steps[slot] = value.length;
    row.blobs.set(value, blob);
    return true;
  };
}

function tooLong(field: TextField | BytesField, length: number): false {
  if (field.outOfRange === "missing") return false;
  const message = `${length} bytes are too many; at most ${field.maxBytes}`;
  return refuse(field, "PAYLOAD_OUT_OF_RANGE", message);
}
