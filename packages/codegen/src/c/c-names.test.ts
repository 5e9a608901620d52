import { describe, expect, test } from "vitest";
import { NameSpace, plainDecimal, scaleWord, toWord, unitWord } from "./c-names.js";

describe("names in C", () => {
  test.each([
    ["street-air", "street_air"],
    ["bootingUp", "booting_up"],
    ["pm2.5", "pm2_5"],
    ["--x--", "x"],
  ])("%s is %s", (name, word) => {
    expect(toWord(name)).toBe(word);
  });

  test.each([
    ["ug/m3", "ug_m3"],
    ["%RH", "percent"],
    ["/100", "percent"],
    ["Cel", "cel"],
    ["lat", "deg"],
  ])("the unit %s is %s", (unit, word) => {
    expect(unitWord(unit)).toBe(word);
  });

  test.each([
    [1, ""],
    [0.01, "centi"],
    [10, "deca"],
    [0.5, "0p5"],
    [25, "25"],
    [0.0001, "0p0001"],
  ])("a resolution of %s is %j", (resolution, word) => {
    expect(scaleWord(resolution)).toBe(word);
  });

  test("decimals are written without an exponent", () => {
    expect([plainDecimal(5, -7), plainDecimal(12, 3), plainDecimal(15, -1)]).toEqual([
      "0.0000005",
      "12000",
      "1.5",
    ]);
  });

  test("a name that is taken gets a number", () => {
    const names = new NameSpace();
    expect([names.claim("x"), names.claim("x"), names.claim("while")]).toEqual([
      "x",
      "x_2",
      "while_value",
    ]);
  });
});
