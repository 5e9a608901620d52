import { describe, expect, test } from "vitest";
import type { Entity } from "./entity.js";
import { toConcise } from "./to-concise.js";
import { toGeoJson } from "./to-geo-json.js";

const location = { type: "Point", coordinates: [12.57, 55.67] };
const entity: Entity = {
  id: "urn:ngsi-ld:WeatherObserved:a",
  type: "WeatherObserved",
  temperature: { type: "Property", value: 21.5, unitCode: "CEL" },
  location: { type: "GeoProperty", value: location },
  "@context": ["https://example.com/context.jsonld"],
};

describe("toGeoJson", () => {
  test("makes a Feature with the entity's place and key-values", () => {
    expect(toGeoJson(entity)).toEqual({
      type: "Feature",
      id: "urn:ngsi-ld:WeatherObserved:a",
      geometry: location,
      properties: { type: "WeatherObserved", temperature: 21.5, location },
    });
  });

  test("takes another form of the attributes, and an entity without a place", () => {
    const { location: _location, ...nowhere } = entity;
    expect(toGeoJson(nowhere as Entity, toConcise)).toEqual({
      type: "Feature",
      id: "urn:ngsi-ld:WeatherObserved:a",
      geometry: null,
      properties: { type: "WeatherObserved", temperature: { value: 21.5, unitCode: "CEL" } },
    });
  });
});
