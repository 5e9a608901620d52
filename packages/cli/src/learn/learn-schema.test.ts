import { parseSchema } from "@bollard/schema/file";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toRecording } from "../recording/read-recording.js";
import { parseTable } from "../recording/read-table.js";
import { columnFacts } from "./column-facts.js";
import { fieldNameOf } from "./field-name.js";
import { formatLearntSchema } from "./format-schema.js";
import { guessQuantity } from "./guess-quantity.js";
import { learnSchema } from "./learn-schema.js";
import { proposeRange } from "./propose-range.js";

function numbers(...cells: readonly string[]) {
  const facts = columnFacts(cells);
  if (facts.kind !== "number") throw new Error(`these are ${facts.kind}`);
  return facts;
}

function rangeOf(name: string, ...cells: readonly string[]) {
  const facts = numbers(...cells);
  const { min, max, resolution } = proposeRange(facts, guessQuantity(name, facts));
  return [min, max, resolution];
}

describe("columnFacts", () => {
  test("tells a number's range, decimals, resolution and mean change; empty cells are passed over", () => {
    expect(columnFacts(["1.50", "", "2.00", "0.25"])).toEqual({
      kind: "number",
      min: 0.25,
      max: 2,
      decimals: 2,
      resolution: 0.05,
      meanStep: 1.125,
      neverFalls: false,
    });
  });

  test.each([
    [["300", "1100", "500"], 100],
    [["0.5", "1", "2"], 0.5],
    [["7", "13"], 1],
    [["1e-3", "2.5e-2"], 0.001],
    [["1.5e2"], 50],
    [["0", "0"], 1],
    [["-0.04", "0.02"], 0.02],
  ])("%j are multiples of %d", (cells, resolution) => {
    expect(numbers(...cells).resolution).toBe(resolution);
  });

  test("tells a counter by its never falling, once there is enough of it", () => {
    const rising = Array.from({ length: 20 }, (_, index) => String(index * 3));
    expect(numbers(...rising).neverFalls).toBe(true);
    expect(numbers(...rising.slice(1)).neverFalls).toBe(false);
    expect(numbers(...rising, "2").neverFalls).toBe(false);
    expect(numbers(...rising.map(() => "4")).neverFalls).toBe(false);
  });

  test("tells truth values, names, texts and nothing", () => {
    expect(columnFacts(["true", "", "FALSE"])).toEqual({ kind: "boolean" });
    expect(columnFacts(["free", "occupied", "free"])).toEqual({
      kind: "names",
      names: ["free", "occupied"],
    });
    expect(columnFacts(["free", "free"])).toEqual({ kind: "text", maxBytes: 4 });
    expect(columnFacts(["Röhre 1", "12"])).toEqual({ kind: "text", maxBytes: 8 });
    expect(columnFacts(["", ""])).toEqual({ kind: "empty" });
  });
});

test.each([
  ["PM2.5 (µg/m³)", "pm2_5"],
  ["  Wind speed ", "wind_speed"],
  ["2nd", "nd"],
  ["µ", undefined],
])("the column %j is the field %j", (column, name) => {
  expect(fieldNameOf(column)).toBe(name);
});

describe("proposeRange", () => {
  test("leaves a margin in round numbers, and starts at 0 where nothing is below", () => {
    expect(rangeOf("pm25", "3", "497")).toEqual([0, 640, 1]);
    expect(rangeOf("flow", "-10", "30")).toEqual([-20, 40, 10]);
  });

  test("gives weather the room of a year", () => {
    expect(rangeOf("temperature", "4.01", "20.07")).toEqual([-22, 46, 0.01]);
    expect(rangeOf("pressure", "99171.83", "102525.77")).toEqual([95000, 106600, 0.01]);
  });

  test("gives a quantity with two ends all of its range, unless the recording left it", () => {
    expect(rangeOf("humidity", "38.7", "99.9")).toEqual([0, 100, 0.1]);
    expect(rangeOf("humidity", "38.7", "104.1")).toEqual([20, 125, 0.1]);
  });

  test("takes a coarser resolution where 32 bits do not hold the range", () => {
    expect(rangeOf("energy", "0.000001", "5000.123457")).toEqual([0, 6500, 0.00001]);
    // In steps it would fit, but its ends in the last decimal place do not.
    expect(rangeOf("level", "-167985", "78.4805")).toEqual([-220000, 50000, 0.005]);
  });
});

describe("a learnt schema", () => {
  const cell = fc.oneof(
    fc.constant(""),
    fc
      .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 4 }))
      .map(([whole, decimals]) => (whole / 10 ** decimals).toFixed(decimals)),
  );
  const column = fc.oneof(
    fc.array(cell, { minLength: 8, maxLength: 8 }),
    fc.array(fc.constantFrom("off", "on", "low", ""), { minLength: 8, maxLength: 8 }),
    fc.array(fc.constantFrom("true", "false"), { minLength: 8, maxLength: 8 }),
  );

  test("is right, and holds every row that it was learnt from", () => {
    const names = ["temperature", "humidity", "level", "west"];
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 4 }), (columns) => {
        fc.pre(columns.some((cells) => cells.some((one) => one !== "")));
        const header = ["t", ...names.slice(0, columns.length)].join(",");
        const rows = Array.from({ length: 8 }, (_, row) =>
          [1_500_000_000 + row * 60, ...columns.map((cells) => cells[row])].join(","),
        );
        const table = parseTable([header, ...rows].join("\n"), "readings.csv");
        const options = { name: "learnt", id: 1, units: new Map<string, string>() };
        const schema = parseSchema(formatLearntSchema(learnSchema(table), options));
        const { readings } = toRecording(table, schema);
        expect(readings).toHaveLength(8);
        for (const { values } of readings) {
          for (const field of schema.fields) {
            const value = values[field.name];
            if (field.kind !== "quantity" || typeof value !== "number") continue;
            expect(value).toBeGreaterThanOrEqual(field.min);
            expect(value).toBeLessThanOrEqual(field.max);
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 30_000);

  test("says which columns it left out, and how many values are missing", () => {
    const table = parseTable("t,a,b\n60,1,\n120,,\n180,4,", "some/readings.csv");
    const text = formatLearntSchema(learnSchema(table), { name: "x", id: 9, units: new Map() });
    expect(text).toContain("# Proposed from readings.csv: 3 readings, 1970-01-01 to 1970-01-01.");
    expect(text).toContain("optional: true # 1 of 3 values missing");
    expect(text).toContain("# Without one value, and so left out: b.");
    expect(text).toContain("reportInterval: 60 # the median");
  });

  test.each([
    ["t,Wind (1),wind\n1,2,3", "readings.csv:1 the column wind and Wind (1) are both wind"],
    ["t,µ\n1,2", "readings.csv:1 the column µ has no letter in it; rename it"],
    ["t,a\n1,\n2,", "readings.csv:1 there is no column with values beside t"],
  ])("%j is refused", (text, message) => {
    expect(() => learnSchema(parseTable(text, "readings.csv"))).toThrow(message);
  });
});
