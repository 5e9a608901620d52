import { describe, expect, test } from "vitest";
import { toKeyValues } from "./to-key-values.js";

describe("toKeyValues", () => {
  test("leaves each attribute its value and drops the context", () => {
    expect(
      toKeyValues({
        id: "urn:ngsi-ld:WeatherObserved:a",
        type: "WeatherObserved",
        temperature: {
          type: "Property",
          value: 21.5,
          unitCode: "CEL",
          observedAt: "2026-01-01T00:00:00Z",
        },
        dateObserved: {
          type: "Property",
          value: { "@type": "DateTime", "@value": "2026-01-01T00:00:00Z" },
        },
        location: { type: "GeoProperty", value: { type: "Point", coordinates: [12.57, 55.67] } },
        refDevice: { type: "Relationship", object: ["urn:ngsi-ld:Device:a"] },
        name: { type: "LanguageProperty", languageMap: { da: "Torv" } },
        category: { type: "VocabProperty", vocab: "street" },
        raw: { type: "JsonProperty", json: { a: null } },
        trend: { type: "ListProperty", valueList: [1, 2] },
        near: { type: "ListRelationship", objectList: ["urn:x:1"] },
        "@context": "https://example.com/context.jsonld",
      }),
    ).toEqual({
      id: "urn:ngsi-ld:WeatherObserved:a",
      type: "WeatherObserved",
      temperature: 21.5,
      dateObserved: "2026-01-01T00:00:00Z",
      location: { type: "Point", coordinates: [12.57, 55.67] },
      refDevice: ["urn:ngsi-ld:Device:a"],
      name: { languageMap: { da: "Torv" } },
      category: { vocab: "street" },
      raw: { json: { a: null } },
      trend: { valueList: [1, 2] },
      near: { objectList: ["urn:x:1"] },
    });
  });

  test("gathers several instances of one attribute by datasetId", () => {
    const entity = {
      id: "urn:ngsi-ld:Vehicle:a",
      type: ["Vehicle", "Car"],
      speed: [
        { type: "Property", value: 55 },
        { type: "Property", value: 54, datasetId: "urn:ngsi-ld:Dataset:gps" },
      ],
    };
    expect(toKeyValues(entity)).toEqual({
      id: "urn:ngsi-ld:Vehicle:a",
      type: ["Vehicle", "Car"],
      speed: { dataset: { "@none": 55, "urn:ngsi-ld:Dataset:gps": 54 } },
    });
  });

  test("hands on what is no attribute", () => {
    const entity = { id: "urn:x:1", type: "T", a: 1, b: null, c: [1, 2], d: { type: "string" } };
    expect(toKeyValues(entity)).toEqual(entity);
  });
});
