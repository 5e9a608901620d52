import type { EnumField, FlagsField } from "@bollard/schema";
import { valueOfStep } from "@bollard/schema";
import { bytesCodec, textCodec } from "./blob-codec.js";
import type { FieldLayout, Row, Slot } from "./layout.js";
import type { FieldValue } from "./reading.js";
import { refuse, stepsIn, toStep, wrongType } from "./to-step.js";

/** One field's value to its place in a row and back. */
export interface FieldCodec {
  /**
   * @returns whether there is a value
   * @throws PayloadError with the field's name
   */
  toRow(value: unknown, row: Row): boolean;
  /** Only asked for where there is a value. */
  toValue(row: Row): FieldValue;
}

/** Makes the codec of one field. */
export function fieldCodecOf(layout: FieldLayout, slots: readonly Slot[]): FieldCodec {
  const codec = kindCodecOf(layout, slots.slice(layout.slot, layout.slot + layout.slotCount));
  const { field } = layout;
  return {
    toRow(value, row) {
      if (value !== null && value !== undefined) return codec.toRow(value, row);
      if (field.optional) return false;
      return refuse(field, "PAYLOAD_MISSING_VALUE", "there is no value, and it is not optional");
    },
    toValue: codec.toValue,
  };
}

function kindCodecOf(layout: FieldLayout, slots: readonly Slot[]): FieldCodec {
  const { field, slot } = layout;
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return numberCodec(layout, slots);
    case "array":
      return arrayCodec(layout, slots);
    case "position":
      return positionCodec(layout, slots);
    case "boolean":
      return {
        toRow(value, row) {
          if (typeof value !== "boolean") wrongType(field, value, "true or false");
          row.steps[slot] = value ? 1 : 0;
          return true;
        },
        toValue: (row) => row.steps[slot] === 1,
      };
    case "enum":
      return enumCodec(field, slot);
    case "flags":
      return flagsCodec(field, slot);
    case "text":
      return textCodec(field, layout);
    case "bytes":
      return bytesCodec(field, layout);
  }
}

function numberCodec({ field, slot }: FieldLayout, slots: readonly Slot[]): FieldCodec {
  const steps = stepsIn(slots, 0);
  return {
    toRow(value, row) {
      const step = toStep(field, steps, value);
      row.steps[slot] = step;
      return step >= 0;
    },
    toValue: (row) => valueOfStep(steps, row.steps[slot] ?? 0),
  };
}

function arrayCodec({ field, slot, slotCount }: FieldLayout, slots: readonly Slot[]): FieldCodec {
  const steps = stepsIn(slots, 0);
  const wanted = `${slotCount} numbers`;
  return {
    toRow(value, row) {
      if (!Array.isArray(value) && !ArrayBuffer.isView(value)) wrongType(field, value, wanted);
      const elements = value as ArrayLike<unknown>;
      if (elements.length !== slotCount) wrongType(field, value, wanted);
      for (let index = 0; index < slotCount; index++) {
        const step = toStep(field, steps, elements[index]);
        if (step < 0) return false;
        row.steps[slot + index] = step;
      }
      return true;
    },
    toValue(row) {
      const values = new Array<number>(slotCount);
      for (let index = 0; index < slotCount; index++) {
        values[index] = valueOfStep(steps, row.steps[slot + index] ?? 0);
      }
      return values;
    },
  };
}

function positionCodec(
  { field, slot, slotCount }: FieldLayout,
  slots: readonly Slot[],
): FieldCodec {
  const latitude = stepsIn(slots, 0);
  const longitude = stepsIn(slots, 1);
  const altitude = slotCount > 2 ? stepsIn(slots, 2) : undefined;
  return {
    toRow(value, row) {
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
    },
    toValue({ steps }) {
      const ground = {
        latitude: valueOfStep(latitude, steps[slot] ?? 0),
        longitude: valueOfStep(longitude, steps[slot + 1] ?? 0),
      };
      if (altitude === undefined) return ground;
      return { ...ground, altitude: valueOfStep(altitude, steps[slot + 2] ?? 0) };
    },
  };
}

function enumCodec(field: EnumField, slot: number): FieldCodec {
  const indexes = new Map<unknown, number>(field.values.map((name, index) => [name, index]));
  return {
    toRow(value, row) {
      const index = indexes.get(value);
      if (index !== undefined) {
        row.steps[slot] = index;
        return true;
      }
      if (typeof value !== "string") wrongType(field, value, "one of its names");
      if (field.outOfRange === "missing") return false;
      const known = field.values.join(", ");
      return refuse(field, "PAYLOAD_OUT_OF_RANGE", `"${value}" is not one of ${known}`);
    },
    toValue: ({ steps }) => field.values[steps[slot] ?? 0] ?? null,
  };
}

function flagsCodec(field: FlagsField, slot: number): FieldCodec {
  const bits = new Map<unknown, number>(field.flags.map((name, index) => [name, index]));
  return {
    toRow(value, row) {
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
    },
    toValue({ steps }) {
      const set = steps[slot] ?? 0;
      return field.flags.filter((_, bit) => ((set >>> bit) & 1) === 1);
    },
  };
}
