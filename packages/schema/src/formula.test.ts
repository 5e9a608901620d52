import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FormulaFault, parseFormula } from "./index.js";

const values: Readonly<Record<string, number>> = { pm25: 12.5, humidity: 80, level_2: -3 };

function resultOf(text: string): number {
  const formula = parseFormula(text);
  if (!("evaluate" in formula)) throw new Error(`${formula.offset}: ${formula.message}`);
  return formula.evaluate((name) => values[name] ?? Number.NaN);
}

describe("parseFormula", () => {
  test.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["8 - 3 - 2", 3],
    ["16 / 4 / 2", 2],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["2 ^ -1", 0.5],
    ["--3", 3],
    ["1.5e3 + 2.5e-1", 1500.25],
    ["pm25 / (1 + 0.25 * (humidity / 80) ^ 2)", 10],
    ["abs(level_2) + floor(2.7) + round(2.5)", 8],
    ["sqrt(16) + exp(0) + ln(1) + log10(1000)", 8],
    ["max(1, pm25, 3) - min(1, 2)", 11.5],
    ["classify(pm25, 5, 12.5, 15)", 2],
    ["classify(0, 5, 15)", 0],
    ["1 / 0", Number.POSITIVE_INFINITY],
    ["classify(0 / 0, 5)", Number.NaN],
  ])("%s is %d", (text, expected) => {
    expect(resultOf(text)).toBe(expected);
  });

  test("tells the names in it, each once", () => {
    expect(parseFormula("pm25 * max(humidity, pm25, 3)")).toMatchObject({
      names: ["pm25", "humidity"],
    });
  });

  test.each([
    ["", 0, "a number, a field or a bracket is missing here"],
    ["1 +", 3, "a number, a field or a bracket is missing here"],
    ["1 2", 2, "an operator is missing here"],
    ["(1 + 2", 6, ") is missing here"],
    ["pm25 & 1", 5, "an operator is missing here"],
    ["sqrt(1, 2)", 0, "sqrt takes 1 values, not 2"],
    ["max(1)", 0, "max takes 2 to 32 values, not 1"],
    [
      "1 + eval(2)",
      4,
      "eval is no function; there is abs, exp, floor, ln, log10, round, sqrt, max, min, classify",
    ],
    ["1".repeat(501), 500, "501 characters are too many; at most 500"],
  ])("refuses %j at character %d", (text, offset, message) => {
    expect(parseFormula(text)).toEqual({ offset, message } satisfies FormulaFault);
  });

  test("ends on any text, also brackets as deep as a formula may be long", () => {
    expect(resultOf(`${"(".repeat(249)}1${")".repeat(249)}`)).toBe(1);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."a1(),+-*/^. e"), maxLength: 600 }),
        (text) => {
          const formula = parseFormula(text);
          if ("evaluate" in formula) expect(formula.evaluate(() => 1)).toBeTypeOf("number");
          else expect(formula.offset).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});
