import { describe, expect, test } from "vitest";
import { allUnits, canConvertUnit, convertUnit, displayUnit, lookUpUnit } from "./index.js";

describe("lookUpUnit", () => {
  test("knows primary and secondary units", () => {
    expect(lookUpUnit("Cel")).toEqual({
      name: "Cel",
      description: "degrees Celsius",
      symbol: "°C",
      recommended: true,
      primary: "Cel",
      multiply: 1,
      divide: 1,
      offset: 0,
    });
    expect(lookUpUnit("ug/m3")).toEqual({
      name: "ug/m3",
      description: "microgram per cubic metre",
      symbol: "µg/m³",
      recommended: true,
      primary: "kg/m3",
      multiply: 1,
      divide: 1e9,
      offset: 0,
    });
  });

  test("minds case and knows nothing that is not registered", () => {
    expect(lookUpUnit("cel")).toBeUndefined();
    expect(lookUpUnit("toString")).toBeUndefined();
    expect(lookUpUnit("")).toBeUndefined();
  });

  test("marks what new implementations should not produce", () => {
    const discouraged = allUnits().filter((unit) => !unit.recommended);
    expect(discouraged.map((unit) => unit.name)).toEqual(
      expect.arrayContaining(["g", "l", "l/s", "Bspl", "%", "1/min", "beat/min", "beats", "deg"]),
    );
  });

  test("every secondary unit hangs on a primary one", () => {
    for (const unit of allUnits()) {
      expect(lookUpUnit(unit.primary)?.primary).toBe(unit.primary);
    }
  });
});

test("displayUnit writes a unit as a person does", () => {
  const shown = ["Cel", "ug/m3", "%RH", "Pa", "count", "/", "/100", "m3/s", "lat", "bogus"].map(
    displayUnit,
  );
  expect(shown).toEqual(["°C", "µg/m³", "%", "Pa", "", "", "%", "m³/s", "°", "bogus"]);
});

describe("convertUnit", () => {
  test("keeps decimals exact", () => {
    expect(convertUnit(102235.02, "Pa", "hPa")).toBe(1022.3502);
    expect(convertUnit(74.67, "%RH", "/")).toBe(0.7467);
    expect(convertUnit(0.07, "/", "/100")).toBe(7);
    expect(convertUnit(0.07, "%", "/100")).toBe(7);
    expect(convertUnit(1.3, "ug/m3", "kg/m3")).toBe(1.3e-9);
    expect(convertUnit(50, "km/h", "m/s")).toBe(13.8888888888889);
    expect(convertUnit(10, "m/s", "km/h")).toBe(36);
  });

  test("minds offsets", () => {
    expect(convertUnit(-57, "dBm", "dBW")).toBe(-87);
    expect(convertUnit(-87, "dBW", "dBm")).toBe(-57);
    expect(convertUnit(20, "Cel", "K")).toBe(293.15);
    expect(convertUnit(293.15, "K", "Cel")).toBe(20);
  });

  test("refuses to mix quantities", () => {
    expect(convertUnit(1, "Pa", "Cel")).toBeUndefined();
    expect(canConvertUnit("lat", "lon")).toBe(false);
    expect(canConvertUnit("bogus", "Pa")).toBe(false);
    expect(canConvertUnit("ppm", "ug/m3")).toBe(false);
  });

  test("there and back again gives the same value", () => {
    for (const unit of allUnits()) {
      const there = convertUnit(12.5, unit.name, unit.primary);
      expect(convertUnit(there ?? Number.NaN, unit.primary, unit.name)).toBeCloseTo(12.5, 10);
    }
  });
});
