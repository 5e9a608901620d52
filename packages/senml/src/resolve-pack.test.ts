import { describe, expect, test } from "vitest";
import { formatSenmlJson, isSenmlError, parseSenmlJson, resolvePack } from "./index.js";

const now = 1_700_000_000;

/** The error that a text gives, as its code and record. */
function errorOf(json: string, unknownUnits?: "refuse"): [string, number | undefined] | undefined {
  try {
    parseSenmlJson(json, unknownUnits === undefined ? {} : { unknownUnits });
  } catch (error) {
    if (isSenmlError(error)) return [error.code, error.record];
    throw error;
  }
  return undefined;
}

describe("resolvePack", () => {
  test("adds base values and base sums", () => {
    const pack = [
      { bn: "a", bv: 20, bs: 5, v: 1.5 },
      { v: -1, s: 2 },
      { bv: 0, v: 7 },
      { s: 1 },
      { vs: "x" },
    ];
    expect(resolvePack(pack)).toEqual([
      { name: "a", value: 21.5, sum: 5 },
      { name: "a", value: 19, sum: 7 },
      { name: "a", value: 7, sum: 5 },
      { name: "a", value: 0, sum: 6 },
      { name: "a", stringValue: "x", sum: 5 },
    ]);
  });

  test("a base value alone is a value", () => {
    expect(resolvePack([{ n: "a", bv: 3 }])).toEqual([{ name: "a", value: 3 }]);
    expect(resolvePack([{ n: "a", s: 3 }])).toEqual([{ name: "a", sum: 3 }]);
  });

  test("makes relative times absolute when it is told the time, and sorts", () => {
    const pack = [
      { n: "a", v: 1 },
      { n: "b", v: 2, t: -60 },
      { n: "c", v: 3, t: 2 ** 28 },
      { n: "d", v: 4, t: 2 ** 28 - 1 },
      { n: "e", v: 5, t: -60 },
    ];
    expect(resolvePack(pack, { now })).toEqual([
      { name: "c", value: 3, time: 2 ** 28 },
      { name: "b", value: 2, time: now - 60 },
      { name: "e", value: 5, time: now - 60 },
      { name: "a", value: 1, time: now },
      { name: "d", value: 4, time: now + 2 ** 28 - 1 },
    ]);
    expect(resolvePack(pack.slice(0, 2))).toEqual([
      { name: "b", value: 2, time: -60 },
      { name: "a", value: 1 },
    ]);
  });

  test("takes versions to 10, and 26 for secondary units", () => {
    for (const bver of [1, 5, 10, 26]) {
      expect(errorOf(`[{"bver":${bver},"n":"a","v":1}]`)).toBeUndefined();
    }
    expect(errorOf('[{"n":"a","v":1},{"bver":11,"n":"a","v":1}]')).toEqual([
      "SENML_UNSUPPORTED_VERSION",
      1,
    ]);
  });

  test.each([
    ["[{", "SENML_BAD_JSON", undefined],
    ["{}", "SENML_BAD_JSON", undefined],
    ["[1]", "SENML_BAD_JSON", 0],
    ['[{"n":"a","v":1},[]]', "SENML_BAD_JSON", 1],
    ['[{"n":"a","v":"1"}]', "SENML_WRONG_TYPE", 0],
    ['[{"n":1,"v":1}]', "SENML_WRONG_TYPE", 0],
    ['[{"n":"a","vb":1}]', "SENML_WRONG_TYPE", 0],
    ['[{"n":"a","vd":"a"}]', "SENML_WRONG_TYPE", 0],
    ['[{"n":"a","vd":"*$"}]', "SENML_WRONG_TYPE", 0],
    ['[{"n":"a"}]', "SENML_NO_VALUE", 0],
    ['[{"n":"a","v":1,"vs":"x"}]', "SENML_TWO_VALUES", 0],
    ['[{"v":1}]', "SENML_BAD_NAME", 0],
    ['[{"n":"-a","v":1}]', "SENML_BAD_NAME", 0],
    ['[{"n":"a b","v":1}]', "SENML_BAD_NAME", 0],
    ['[{"n":"å","v":1}]', "SENML_BAD_NAME", 0],
    [`[{"n":"${"a".repeat(1025)}","v":1}]`, "SENML_BAD_NAME", 0],
    ['[{"n":"a","v":1e999}]', "SENML_BAD_NUMBER", 0],
    ['[{"bv":1e308,"n":"a","v":1e308}]', "SENML_BAD_NUMBER", 0],
    ['[{"n":"a","v":1,"must_":1}]', "SENML_MUST_UNDERSTAND", 0],
    [`[${Array(10_001).fill('{"n":"a","v":1}').join()}]`, "SENML_TOO_MANY_RECORDS", undefined],
  ])("%.40s is refused", (json, code, record) => {
    expect(errorOf(json)).toEqual([code, record]);
  });

  test("passes over labels it does not know", () => {
    expect(parseSenmlJson('[{"n":"a","v":1,"l":"[]","constructor":{}}]')).toEqual([
      { name: "a", value: 1 },
    ]);
  });

  test("takes units outside the registry unless told otherwise, and never writes them", () => {
    expect(errorOf('[{"n":"a","u":"furlong","v":1}]')).toBeUndefined();
    expect(errorOf('[{"n":"a","u":"furlong","v":1}]', "refuse")).toEqual(["SENML_UNKNOWN_UNIT", 0]);
    const record = { name: "a", unit: "furlong", value: 1 };
    expect(() => formatSenmlJson([record])).toThrow("SENML_UNKNOWN_UNIT in record 0");
    expect(formatSenmlJson([record], { unknownUnits: "allow" })).toBe(
      '[{"n":"a","u":"furlong","v":1}]',
    );
  });
});

describe("packRecords", () => {
  test("folds what a reading's records share", () => {
    const time = 1538352143;
    const records = [
      { name: "street-1:pm25", unit: "ug/m3", value: 1.3, time },
      { name: "street-1:temperature", unit: "Cel", value: 7, time },
      { name: "street-1:key", stringValue: "3-17", time },
    ];
    expect(formatSenmlJson(records)).toBe(
      '[{"bver":26,"bt":1538352143,"bn":"street-1:","n":"pm25","u":"ug/m3","v":1.3},' +
        '{"n":"temperature","u":"Cel","v":7},{"n":"key","vs":"3-17"}]',
    );
    expect(formatSenmlJson(records.slice(1), { declareSecondaryUnits: false })).toBe(
      '[{"bt":1538352143,"bn":"street-1:","n":"temperature","u":"Cel","v":7},{"n":"key","vs":"3-17"}]',
    );
  });

  test("writes times after the base time as short decimals", () => {
    const times = [1538352143, 1538352143.25, 1538352143.001, 1538352142];
    const records = times.map((time) => ({ name: "a", value: 1, time }));
    expect(formatSenmlJson(records)).toBe(
      '[{"bt":1538352143,"bn":"a","v":1},{"t":0.25,"v":1},{"t":0.001,"v":1},{"t":-1,"v":1}]',
    );
  });
});
