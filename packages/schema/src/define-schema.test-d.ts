import { expectTypeOf, test } from "vitest";
import { type AnyValue, defineSchema, type ReadingOf, type SensorSchema } from "./index.js";

test("a wrong unit, kind or a missing key does not compile", () => {
  const pa = { name: "a", unit: "Pa", min: 0, max: 1, resolution: 1 } as const;
  defineSchema({ name: "a", id: 1, fields: [pa] });
  // @ts-expect-error a field that is measured has a unit
  defineSchema({ name: "a", id: 1, fields: [{ name: "a", min: 0, max: 1, resolution: 1 }] });
  // @ts-expect-error the registry has hPa
  defineSchema({ name: "a", id: 1, fields: [{ ...pa, unit: "hpa" }] });
  // @ts-expect-error there is no such kind
  defineSchema({ name: "a", id: 1, fields: [{ ...pa, kind: "number" }] });
  // @ts-expect-error an enum has values
  defineSchema({ name: "a", id: 1, fields: [{ name: "a", kind: "enum" }] });
  // @ts-expect-error a schema has an id
  defineSchema({ name: "a", fields: [pa] });
});

test("a wrong field or value does not compile", () => {
  const schema = defineSchema({
    name: "a",
    id: 1,
    fields: [
      { name: "mode", kind: "enum", values: ["day", "night"] },
      { name: "lux", unit: "lx", min: 0, max: 1, resolution: 1, optional: true },
    ],
  });
  type Reading = ReadingOf<typeof schema>;
  expectTypeOf<{ mode: "day" }>().toExtend<Reading>();
  expectTypeOf<{ mode: "day"; lux: null }>().toExtend<Reading>();
  expectTypeOf<{ mode: "dusk" }>().not.toExtend<Reading>();
  expectTypeOf<{ lux: 1 }>().not.toExtend<Reading>();
  expectTypeOf<{ mode: "day"; lux: "1" }>().not.toExtend<Reading>();
});

test("a schema from a file takes values of any kind", () => {
  expectTypeOf<ReadingOf<SensorSchema>>().toEqualTypeOf<Readonly<Record<string, AnyValue>>>();
});
