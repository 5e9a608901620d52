import { valueOfStep } from "@bollard/schema";
import type { FieldLayout, Row, Slot } from "./layout.js";
import type { FieldValue } from "./reading.js";
import { stepsIn } from "./to-step.js";
import { readUtf8 } from "./utf8.js";

/** Reads one field's value out of a row; only asked for where there is a value. */
export type FieldReader = (row: Row) => FieldValue;

/** Makes the reader of one field. */
export function fieldReaderOf(layout: FieldLayout, slots: readonly Slot[]): FieldReader {
  const { field, slot, slotCount, blob } = layout;
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration": {
      const steps = stepsIn(slots, slot);
      return (row) => valueOfStep(steps, row.steps[slot] ?? 0);
    }
    case "array": {
      const steps = stepsIn(slots, slot);
      return (row) => {
        const values = new Array<number>(slotCount);
        for (let index = 0; index < slotCount; index++) {
          values[index] = valueOfStep(steps, row.steps[slot + index] ?? 0);
        }
        return values;
      };
    }
    case "position":
      return positionReader(layout, slots);
    case "boolean":
      return (row) => row.steps[slot] === 1;
    case "enum":
      return ({ steps }) => field.values[steps[slot] ?? 0] ?? null;
    case "flags":
      return ({ steps }) => {
        const set = steps[slot] ?? 0;
        return field.flags.filter((_, bit) => ((set >>> bit) & 1) === 1);
      };
    case "text":
      return ({ steps, blobs }) => {
        // The decoder has checked the bytes when it took them.
        const text = readUtf8(blobs, blob, blob + (steps[slot] ?? 0));
        return typeof text === "string" ? text : null;
      };
    case "bytes":
      return ({ steps, blobs }) => blobs.slice(blob, blob + (steps[slot] ?? 0));
  }
}

function positionReader({ slot, slotCount }: FieldLayout, slots: readonly Slot[]): FieldReader {
  const latitude = stepsIn(slots, slot);
  const longitude = stepsIn(slots, slot + 1);
  const altitude = slotCount > 2 ? stepsIn(slots, slot + 2) : undefined;
  return ({ steps }) => {
    const ground = {
      latitude: valueOfStep(latitude, steps[slot] ?? 0),
      longitude: valueOfStep(longitude, steps[slot + 1] ?? 0),
    };
    if (altitude === undefined) return ground;
    return { ...ground, altitude: valueOfStep(altitude, steps[slot + 2] ?? 0) };
  };
}
