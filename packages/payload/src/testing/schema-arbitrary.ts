import {
  checkSchema,
  type FieldInput,
  fillDefaults,
  type SchemaInput,
  type SensorSchema,
} from "@bollard/schema";
import fc from "fast-check";

type Arbitrary<Value> = fc.Arbitrary<Value>;

const decimals = fc.integer({ min: -2, max: 4 });

/** A range by whole steps of 10^-decimals: any width from one bit to 32, with and without a sign. */
const range = fc
  .record({
    decimals,
    multiple: fc.constantFrom(1, 1, 1, 2, 5, 25),
    least: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -1000, max: 1000 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
    ),
    last: fc.oneof(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20_000 }),
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    ),
    typical: fc.option(
      fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 5000 })),
      { nil: undefined },
    ),
  })
  .map(({ decimals, multiple, least, last, typical }) => {
    const exact = (steps: number) => Number(`${steps * multiple}e${-decimals}`);
    const all = { min: exact(least), max: exact(least + last), resolution: exact(1) };
    // In tenths of a step, so that a mean below one step is met too.
    return typical === undefined
      ? all
      : { ...all, typicalStep: Number(`${typical * multiple}e${-decimals - 1}`) };
  });

/** The rest of a number's profile; a field that follows comes behind a number. */
const profile = fc
  .record({
    trend: fc.constantFrom(undefined, "returns", "stays", "continues"),
    follows: fc.constantFrom(undefined, undefined, 1, -1, 0.5, -0.02, 300, 1e-9),
  })
  .map((profile) => Object.fromEntries(Object.entries(profile).filter(([, value]) => value)));

const optional = fc.boolean();
const outOfRange = fc.constant("refuse" as const);

const kinds: Readonly<Record<string, Arbitrary<object>>> = {
  quantity: fc
    .record({ range, profile })
    .map(({ range, profile }) => ({ kind: "quantity", unit: "Cel", ...range, ...profile })),
  counter: fc
    .record({ bits: fc.constantFrom(8, 16, 24, 32), profile, typicalStep: fc.nat({ max: 300 }) })
    .map(({ profile, ...rest }) => ({ kind: "counter", ...rest, ...profile })),
  boolean: fc.constant({ kind: "boolean" }),
  enum: fc
    .integer({ min: 2, max: 256 })
    .map((count) => ({ kind: "enum", values: names("v", count) })),
  flags: fc
    .integer({ min: 1, max: 32 })
    .map((count) => ({ kind: "flags", flags: names("b", count) })),
  position: fc
    .record({ resolution: fc.constantFrom(0.00001, 0.0001, 0.01, 1), high: fc.boolean() })
    .map(({ resolution, high }) => ({
      kind: "position",
      resolution,
      ...(high ? { altitude: { min: -100, max: 4000, resolution: 0.5 } } : {}),
    })),
  duration: fc
    .integer({ min: 1, max: 100_000 })
    .map((max) => ({ kind: "duration", max, resolution: 0.5 })),
  text: fc.integer({ min: 1, max: 40 }).map((maxBytes) => ({ kind: "text", maxBytes })),
  bytes: fc.integer({ min: 1, max: 255 }).map((maxBytes) => ({ kind: "bytes", maxBytes })),
  array: fc
    .record({ length: fc.integer({ min: 2, max: 12 }), range, profile })
    .map(({ length, range, profile }) => ({
      kind: "array",
      unit: "dB",
      length,
      ...range,
      ...profile,
    })),
};

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

function isNumber(field: object): boolean {
  const { kind } = field as { kind: string };
  return ["quantity", "counter", "duration", "array", "position"].includes(kind);
}

const field = fc.record({
  kind: fc.oneof(
    { weight: 8, arbitrary: kinds.quantity ?? fc.constant({}) },
    ...Object.values(kinds).map((arbitrary) => ({ weight: 1, arbitrary })),
  ),
  optional,
  outOfRange,
});

/** Any schema that `checkSchema` finds nothing wrong with: 1 to 12 fields of every kind. */
export const schemaArbitrary: Arbitrary<SensorSchema> = fc
  .record({
    fields: fc.array(field, { minLength: 1, maxLength: 12 }),
    id: fc.oneof(fc.integer({ min: 1, max: 127 }), fc.integer({ min: 128, max: 16383 })),
    mode: fc.constantFrom("none", "absolute", "16", "uptime"),
    milliseconds: fc.boolean(),
    reportInterval: fc.constantFrom(undefined, 0.25, 60, 3600),
  })
  .map(({ fields, id, mode, milliseconds, reportInterval }) => ({
    name: "any",
    id,
    ...(reportInterval === undefined ? {} : { reportInterval }),
    time: { mode, milliseconds: milliseconds && mode !== "none" },
    fields: fields.map(({ kind, ...rest }, index) => {
      const { follows, ...whole } = kind as { kind: string; follows?: number };
      const before = fields.slice(0, index).some(({ kind }) => isNumber(kind));
      const kept = follows !== undefined && (before || whole.kind === "array") ? { follows } : {};
      return { name: `f${index}`, ...rest, ...whole, ...kept } as FieldInput;
    }),
  }))
  .filter((input) => checkSchema(input).length === 0)
  .map((input) => fillDefaults(input as SchemaInput));
