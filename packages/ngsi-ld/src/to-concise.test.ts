import { describe, expect, test } from "vitest";
import { toConcise } from "./to-concise.js";

describe("toConcise", () => {
  test("leaves out what the shape of an attribute tells", () => {
    const location = { type: "Point", coordinates: [12.57, 55.67] };
    expect(
      toConcise({
        id: "urn:ngsi-ld:WeatherObserved:a",
        type: "WeatherObserved",
        temperature: { type: "Property", value: 21.5, unitCode: "CEL" },
        weatherType: { type: "Property", value: "rain" },
        parts: { type: "Property", value: { inner: 1 } },
        location: { type: "GeoProperty", value: location },
        refDevice: { type: "Relationship", object: "urn:ngsi-ld:Device:a" },
        twice: [
          { type: "Property", value: 1, datasetId: "urn:x:1" },
          { type: "Property", value: 2 },
        ],
        "@context": ["https://example.com/context.jsonld"],
      }),
    ).toEqual({
      id: "urn:ngsi-ld:WeatherObserved:a",
      type: "WeatherObserved",
      temperature: { value: 21.5, unitCode: "CEL" },
      weatherType: "rain",
      parts: { value: { inner: 1 } },
      location,
      refDevice: { object: "urn:ngsi-ld:Device:a" },
      twice: [{ value: 1, datasetId: "urn:x:1" }, 2],
      "@context": ["https://example.com/context.jsonld"],
    });
  });

  test("keeps a geometry that moved at a time beside that time", () => {
    const value = { type: "Point", coordinates: [1, 2] };
    const observedAt = "2026-01-01T00:00:00.000Z";
    expect(
      toConcise({ id: "urn:x:1", type: "T", location: { type: "GeoProperty", value, observedAt } }),
    ).toEqual({ id: "urn:x:1", type: "T", location: { value, observedAt } });
  });
});
