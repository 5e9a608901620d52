import { type Field, type SensorSchema, type Steps, valueOfStep } from "@bollard/schema";
import fc from "fast-check";
import { type Layout, layoutOf } from "../layout.js";
import type { FieldValue, Reading } from "../reading.js";

/** Any reading of a schema that comes back from its payload just as it is. */
export function readingArbitrary(schema: SensorSchema): fc.Arbitrary<Reading> {
  return fc
    .record({ time: timeArbitrary(schema), values: valuesArbitrary(schema) })
    .map(({ time, values }) => (time === undefined ? { values } : { time, values }));
}

/**
 * Readings as a street gives them: the same value again, small steps, now and then a jump or a
 * missing value.
 */
export function readingsArbitrary(
  schema: SensorSchema,
  maxLength = 40,
): fc.Arbitrary<readonly Reading[]> {
  const change = fc.record({
    fresh: readingArbitrary(schema),
    seconds: fc.oneof(fc.constant(60), fc.integer({ min: -5, max: 70 })),
    keep: fc.array(fc.constantFrom("same", "near", "near", "fresh"), {
      minLength: schema.fields.length,
      maxLength: schema.fields.length,
    }),
    jitter: fc.integer({ min: -9, max: 9 }),
  });
  const layout = layoutOf(schema);
  return fc.array(change, { minLength: 1, maxLength }).map((changes) => {
    const readings: Reading[] = [];
    for (const { fresh, seconds, keep, jitter } of changes) {
      const before = readings.at(-1);
      readings.push(
        before === undefined ? fresh : follow(layout, before, fresh, seconds, keep, jitter),
      );
    }
    return readings;
  });
}

function follow(
  layout: Layout,
  before: Reading,
  fresh: Reading,
  seconds: number,
  keep: readonly string[],
  jitter: number,
): Reading {
  const values: Record<string, FieldValue> = {};
  for (const [index, { field }] of layout.fields.entries()) {
    const old = before.values[field.name] ?? null;
    const how = keep[index];
    if (how === "fresh") values[field.name] = fresh.values[field.name] ?? null;
    else values[field.name] = how === "near" ? near(layout, index, old, jitter) : old;
  }
  if (before.time === undefined) return { values };
  const whole = before.time * 1000 + seconds * 1000;
  const later = Math.round(whole) / 1000;
  return { time: later >= 0 && later < 2 ** 32 ? later : before.time, values };
}

/** A number some steps away, in each part of the field that has steps. */
function near(layout: Layout, index: number, value: FieldValue, jitter: number): FieldValue {
  const steps = layout.slots[layout.fields[index]?.slot ?? 0]?.steps;
  if (steps === undefined) return value;
  const move = (number: number, by: number) => {
    const moved = Math.round((number * steps.scale - steps.min) / steps.resolution) + by;
    return moved >= 0 && moved <= steps.last ? valueOfStep(steps, moved) : number;
  };
  if (typeof value === "number") return move(value, jitter);
  if (!Array.isArray(value)) return value;
  return value.map((element, place) => move(element as number, (jitter * (place + 1)) % 5));
}

function timeArbitrary({ time }: SensorSchema): fc.Arbitrary<number | undefined> {
  if (time.mode === "none") return fc.constant(undefined);
  const seconds =
    time.mode === "16"
      ? fc.integer({ min: arrivalForTests - 8 * 3600, max: arrivalForTests })
      : fc.oneof(
          fc.integer({ min: 0, max: 2 ** 32 - 1 }),
          fc.integer({ min: 1_500_000_000, max: 1_600_000_000 }),
        );
  if (!time.milliseconds) return seconds;
  return fc
    .record({ seconds, milliseconds: fc.integer({ min: 0, max: 999 }) })
    .map(({ seconds, milliseconds }) => (seconds * 1000 + milliseconds) / 1000);
}

/** The arrival, seconds since 1970, that completes the 16-bit times of these readings. */
export const arrivalForTests = 1_538_352_143;

function valuesArbitrary(schema: SensorSchema): fc.Arbitrary<Record<string, FieldValue>> {
  const layout = layoutOf(schema);
  const values: Record<string, fc.Arbitrary<FieldValue>> = {};
  for (const { field, slot, slotCount } of layout.fields) {
    const steps = layout.slots.slice(slot, slot + slotCount).map(({ steps }) => steps);
    const value = valueArbitrary(field, steps);
    values[field.name] = field.optional ? fc.option(value, { nil: null, freq: 4 }) : value;
  }
  return fc.record(values);
}

function numberArbitrary(steps: Steps | undefined): fc.Arbitrary<number> {
  if (steps === undefined) throw new RangeError("the slot has no scale");
  return fc
    .oneof(fc.integer({ min: 0, max: steps.last }), fc.constantFrom(0, steps.last))
    .map((step) => valueOfStep(steps, step));
}

function valueArbitrary(
  field: Field,
  steps: readonly (Steps | undefined)[],
): fc.Arbitrary<FieldValue> {
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return numberArbitrary(steps[0]);
    case "array":
      return fc.array(numberArbitrary(steps[0]), {
        minLength: field.length,
        maxLength: field.length,
      });
    case "boolean":
      return fc.boolean();
    case "enum":
      return fc.constantFrom(...field.values);
    case "flags":
      return fc.subarray([...field.flags]);
    case "position":
      return fc.record({
        latitude: numberArbitrary(steps[0]),
        longitude: numberArbitrary(steps[1]),
        ...(field.altitude === undefined ? {} : { altitude: numberArbitrary(steps[2]) }),
      });
    case "text":
      return fc.string({ unit: "binary", maxLength: Math.floor(field.maxBytes / 4) });
    case "bytes":
      return fc.uint8Array({ maxLength: field.maxBytes });
  }
}
