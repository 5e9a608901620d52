import { describe, expect, test } from "vitest";
import { shapeOf } from "./shape.js";

const entity = {
  id: "urn:ngsi-ld:Device:a",
  type: "Device",
  location: { type: "GeoProperty", value: { type: "Point", coordinates: [12, 55] } },
  value: { type: "Property", value: 1, unitCode: "CEL" },
  "@context": ["https://a.example", "https://b.example"],
};

describe("shapeOf", () => {
  test("is the same whatever the values and the id", () => {
    const other = {
      ...entity,
      id: "urn:ngsi-ld:Device:b",
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [1, 2, 3] } },
      value: { type: "Property", value: "two", unitCode: "KEL" },
    };
    expect(shapeOf(other)).toBe(shapeOf(entity));
  });

  test.each([
    ["the type", { ...entity, type: "Sensor" }],
    ["the context", { ...entity, "@context": ["https://b.example", "https://a.example"] }],
    ["a name", { ...entity, extra: { type: "Property", value: 1 } }],
    ["a name below", { ...entity, value: { type: "Property", value: { inner: 1 } } }],
    ["an attribute's type", { ...entity, value: { type: "VocabProperty", vocab: "a" } }],
    ["null in place of a value", { ...entity, value: { type: "Property", value: null } }],
  ])("changes with %s", (_, other) => {
    expect(shapeOf(other)).not.toBe(shapeOf(entity));
  });

  test("holds the words of a vocabulary, which are terms too", () => {
    const with_ = (vocab: unknown) => ({ ...entity, value: { type: "VocabProperty", vocab } });
    expect(shapeOf(with_("a"))).not.toBe(shapeOf(with_("b")));
    expect(shapeOf(with_(["a", "b"]))).not.toBe(shapeOf(with_(["a", "c"])));
  });

  test("keeps names and types apart that only look joined", () => {
    const nested = { type: "T", a: { b: { type: "x" } }, "@context": "c" };
    const flat = { type: "T", a: {}, b: { type: "x" }, "@context": "c" };
    expect(shapeOf(nested)).not.toBe(shapeOf(flat));
  });

  test("refuses what is nested too deeply", () => {
    let value: object = {};
    for (let depth = 0; depth < 40; depth++) value = { a: value };
    expect(() => shapeOf({ ...entity, value })).toThrow(RangeError);
  });
});
