import { describe, expect, test } from "vitest";
import { contextsFor } from "./contexts.js";
import { entityId } from "./entity-id.js";
import { type EntityMapping, toEntity } from "./to-entity.js";

const time = 1_700_000_000;
const at = "2023-11-14T22:13:20.000Z";
const records = [
  { name: "urn:dev:n1:pm25", unit: "ug/m3", value: 12.3, time },
  { name: "urn:dev:n1:humidity", unit: "%RH", value: 55.3, time },
  { name: "urn:dev:n1:pressure", unit: "Pa", value: 101325, time },
  { name: "urn:dev:n1:ignored", unit: "V", value: 3.3, time },
];
const air: EntityMapping = {
  id: entityId("AirQualityObserved", "radhuspladsen-3"),
  type: "AirQualityObserved",
  baseName: "urn:dev:n1:",
  properties: { pm25: "pm25", humidity: "relativeHumidity", pressure: "pressure" },
  location: { latitude: 55.6759, longitude: 12.5655 },
  refDevice: "urn:ngsi-ld:Device:radhuspladsen-3",
};

describe("toEntity", () => {
  test("builds a normalized entity in the model's units, longitude first", () => {
    expect(toEntity(records, air)).toEqual({
      id: "urn:ngsi-ld:AirQualityObserved:radhuspladsen-3",
      type: "AirQualityObserved",
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [12.5655, 55.6759] } },
      dateObserved: { type: "Property", value: at },
      refDevice: { type: "Relationship", object: "urn:ngsi-ld:Device:radhuspladsen-3" },
      pm25: { type: "Property", value: 12.3, unitCode: "GQ", observedAt: at },
      relativeHumidity: { type: "Property", value: 0.553, unitCode: "C62", observedAt: at },
      pressure: { type: "Property", value: 1013.25, unitCode: "A97", observedAt: at },
      "@context": contextsFor("AirQualityObserved"),
    });
  });

  test("takes the place of a moving node from its records", () => {
    const moving = [
      ...records,
      { name: "urn:dev:n1:lat", unit: "lat", value: 55.7, time },
      { name: "urn:dev:n1:lon", unit: "lon", value: 12.6, time },
    ];
    expect(toEntity(moving, air).location).toEqual({
      type: "GeoProperty",
      value: { type: "Point", coordinates: [12.6, 55.7] },
      observedAt: at,
    });
  });

  test("takes its altitude too where it comes with the place", () => {
    const moving = [
      ...records,
      { name: "urn:dev:n1:position/latitude", unit: "lat", value: 55.7, time },
      { name: "urn:dev:n1:position/longitude", unit: "lon", value: 12.6, time },
      { name: "urn:dev:n1:position/altitude", unit: "m", value: 14.5, time },
    ];
    expect(toEntity(moving, air).location).toMatchObject({
      value: { coordinates: [12.6, 55.7, 14.5] },
    });
  });

  test("writes altitude third", () => {
    const location = { latitude: 55.7, longitude: 12.6, altitude: 14 };
    expect(toEntity(records, { ...air, location }).location).toEqual({
      type: "GeoProperty",
      value: { type: "Point", coordinates: [12.6, 55.7, 14] },
    });
  });

  test("takes the newer of two records of one property, and the newest time of all", () => {
    const later = { name: "urn:dev:n1:pm25", unit: "ug/m3", value: 20, time: time + 60 };
    for (const order of [
      [later, ...records],
      [...records, later],
    ]) {
      const entity = toEntity(order, air);
      expect(entity.pm25).toMatchObject({ value: 20, observedAt: "2023-11-14T22:14:20.000Z" });
      expect(entity.dateObserved).toEqual({
        type: "Property",
        value: "2023-11-14T22:14:20.000Z",
      });
    }
  });

  test("leaves out a record without a value", () => {
    const entity = toEntity([...records.slice(1), { name: "urn:dev:n1:pm25", time }], air);
    expect(Object.keys(entity)).not.toContain("pm25");
  });

  test("gives a period where the model asks for one", () => {
    const noise: EntityMapping = {
      id: entityId("NoiseLevelObserved", "torvet"),
      type: "NoiseLevelObserved",
      properties: { level: "LAeq" },
      periodS: 60,
    };
    const entity = toEntity([{ name: "level", unit: "dB", value: 61.2, time }], noise);
    expect(entity.dateObservedFrom).toEqual({
      type: "Property",
      value: "2023-11-14T22:12:20.000Z",
    });
    expect(entity.dateObservedTo).toEqual({ type: "Property", value: at });
    expect(entity.LAeq).toEqual({
      type: "Property",
      value: 61.2,
      unitCode: "2N",
      observedAt: at,
    });
  });

  test("says free and occupied for a parking spot, and links it to its site", () => {
    const entity = toEntity([{ name: "taken", booleanValue: true, time }], {
      id: entityId("ParkingSpot", "vesterbro-12"),
      type: "ParkingSpot",
      properties: { taken: "status" },
      location: { latitude: 55.7, longitude: 12.6 },
      refDevice: "urn:ngsi-ld:Device:vesterbro-12",
      relationships: { refParkingSite: "urn:ngsi-ld:OnStreetParking:vesterbro" },
      constants: { category: ["onStreet"] },
    });
    expect(entity).toEqual({
      id: "urn:ngsi-ld:ParkingSpot:vesterbro-12",
      type: "ParkingSpot",
      location: { type: "GeoProperty", value: { type: "Point", coordinates: [12.6, 55.7] } },
      timeInstant: { type: "Property", value: at },
      category: { type: "Property", value: ["onStreet"] },
      refDevice: { type: "Relationship", object: ["urn:ngsi-ld:Device:vesterbro-12"] },
      refParkingSite: {
        type: "Relationship",
        object: "urn:ngsi-ld:OnStreetParking:vesterbro",
      },
      status: { type: "Property", value: "occupied", observedAt: at },
      "@context": contextsFor("ParkingSpot"),
    });
  });

  test("turns west into a negative direction for AirQualityObserved only", () => {
    const wind = [{ name: "dir", unit: "deg", value: 270.5, time }];
    const mapping = { ...air, baseName: "", properties: { dir: "windDirection" } };
    expect(toEntity(wind, mapping).windDirection).toMatchObject({ value: -89.5 });
    expect(toEntity(wind, { ...mapping, type: "WeatherObserved" }).windDirection).toMatchObject({
      value: 270.5,
    });
  });

  test("leaves out the code of a unit that has none", () => {
    const water: EntityMapping = {
      id: entityId("WaterQualityObserved", "havnen"),
      type: "WaterQualityObserved",
      properties: { turbidity: "turbidity" },
      refDevice: "urn:ngsi-ld:Device:havnen",
    };
    const entity = toEntity([{ name: "turbidity", unit: "NTU", value: 4.2, time }], water);
    expect(entity.turbidity).toEqual({ type: "Property", value: 4.2, observedAt: at });
    expect(Object.keys(entity)).not.toContain("refDevice");
  });

  test("builds a type of your own in a context of your own", () => {
    const context = ["https://city.example/c.jsonld"];
    const entity = toEntity([{ name: "taken", booleanValue: true, time }], {
      id: "urn:ngsi-ld:Bench:1a",
      type: "Bench",
      properties: { taken: "taken" },
      context,
    });
    expect(entity).toEqual({
      id: "urn:ngsi-ld:Bench:1a",
      type: "Bench",
      dateObserved: { type: "Property", value: at },
      taken: { type: "Property", value: true, observedAt: at },
      "@context": context,
    });
  });

  test.each([
    ["NGSI_LD_BAD_TIME", [{ name: "urn:dev:n1:pm25", unit: "ug/m3", value: 1 }], air],
    ["NGSI_LD_BAD_TIME", [], air],
    ["NGSI_LD_UNIT_MISMATCH", [{ name: "urn:dev:n1:humidity", unit: "m", value: 1, time }], air],
    ["NGSI_LD_NO_VALUE", [{ name: "urn:dev:n1:pm25", value: Number.NaN, time }], air],
    ["NGSI_LD_BAD_LOCATION", records, { ...air, location: { latitude: 12.5, longitude: 190 } }],
    ["NGSI_LD_UNKNOWN_MODEL", records, { ...air, type: "Bench" }],
  ] as const)("refuses with %s", (code, given, mapping) => {
    expect(() => toEntity(given, mapping)).toThrow(expect.objectContaining({ code }));
  });
});
