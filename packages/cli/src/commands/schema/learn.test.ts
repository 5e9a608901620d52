import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSchema } from "@bollard/schema/file";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const recording = exampleFile("street-air/data/street_pm_bme280.csv");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-learn-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("bollard schema learn", () => {
  test("proposes a schema of the street's recording that schema check takes", async () => {
    const { code, out, err } = await run(["schema", "learn", recording, "--id", "4"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const schema = parseSchema(out);
    expect(schema).toMatchObject({
      name: "street-pm-bme280",
      id: 4,
      time: { mode: "absolute", milliseconds: false },
      reportInterval: 148,
    });
    const fields = schema.fields.map((field) => {
      if (field.kind !== "quantity") throw new Error(`${field.name} is a ${field.kind}`);
      const { name, unit, min, max, resolution, typicalStep, optional } = field;
      return [name, unit, min, max, resolution, typicalStep, optional];
    });
    expect(fields).toEqual([
      ["pm10", "ug/m3", 0, 240, 0.01, 2.6, false],
      ["pm25", "ug/m3", 0, 180, 0.01, 0.67, false],
      ["temperature", "Cel", -22, 46, 0.01, 0.035, true],
      ["humidity", "%RH", 0, 100, 0.01, 0.35, true],
      ["pressure", "Pa", 95000, 106600, 0.01, 6.3, true],
    ]);
    expect(out).toContain("resolution: 0.01 # as recorded; 10 would save 10 bits a value");
    const file = join(folder, "learnt.schema.yaml");
    writeFileSync(file, out);
    expect(await run(["schema", "check", file])).toMatchObject({ code: 0, err: "" });
  });

  test("takes the name and units that it is told", async () => {
    const words = ["--name", "my-street", "--unit", "pm10=ppm", "--unit", "pressure=hPa"];
    const { out } = await run(["schema", "learn", recording, ...words]);
    const { name, fields } = parseSchema(out);
    expect(name).toBe("my-street");
    expect(fields.map((field) => "unit" in field && field.unit)).toEqual([
      "ppm",
      "ug/m3",
      "Cel",
      "%RH",
      "hPa",
    ]);
  });

  test.each([
    [["--name", "My Street"], "--name My Street: give lower-case words, such as street-air"],
    [["--id", "0"], "--id 0: give a whole number from 1 to 16383"],
    [["--unit", "pm10"], "--unit pm10: give a field and its SenML unit, such as co=ppm"],
    [
      ["--unit", "pm1=ppm"],
      "--unit pm1=…: there is no such field; there is pm10, pm25, temperature, humidity, pressure",
    ],
  ])("%j is used wrongly", async (words, message) => {
    expect(await run(["schema", "learn", recording, ...words])).toEqual({
      code: 2,
      out: "",
      err: `bollard: ${message}\n`,
    });
  });

  test.each([
    [
      "",
      "is empty; the first line names the columns, such as t,pm25,pm10; the others are readings",
    ],
    ["t,a\n", "has no rows; the first line names the columns, such as t,pm25,pm10"],
    ["t,a,a\n1,2,3\n", ":1 the column a stands twice"],
    ["t,a\n1,2,3\n", ":2 Invalid Record Length"],
    ["t,a\n1700000000000,3\n", ":2 t: 1700000000000 is no time in seconds since 1970, such as"],
  ])("a file of %j fails", async (text, message) => {
    const file = join(folder, "bad.csv");
    writeFileSync(file, text);
    const { code, out, err } = await run(["schema", "learn", file]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(message);
  });

  test("a file that is not there fails", async () => {
    const { code, err } = await run(["schema", "learn", join(folder, "none.csv")]);
    expect(code).toBe(1);
    expect(err).toContain("none.csv cannot be read; ENOENT");
  });
});
