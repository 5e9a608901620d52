import { allUnits } from "@bollard/senml";
import { describe, expect, test } from "vitest";
import { unitCode } from "./unit-codes.js";

describe("unitCode", () => {
  test("has a code for every SenML unit but those Recommendation 20 leaves out", () => {
    const without = allUnits()
      .map(({ name }) => name)
      .filter((name) => unitCode(name) === undefined);
    expect(without).toEqual(["VAs", "vars", "NTU", "varh", "Wh/km", "ppt", "VAh"]);
  });

  test.each([
    ["Cel", "CEL"],
    ["ug/m3", "GQ"],
    ["hPa", "A97"],
    ["%RH", "P1"],
    ["/", "C62"],
    ["%", "C62"],
    ["/100", "P1"],
    ["H", "81"],
  ])("gives %s the code %s", (unit, code) => {
    expect(unitCode(unit)).toBe(code);
  });

  test("has none for names that only look like units", () => {
    expect(["celsius", "constructor", "", "PA"].map(unitCode)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
