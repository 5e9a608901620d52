import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");
const noise = exampleFile("schemas/noise.schema.yaml");
const kept = exampleFile("schemas/schemas.lock");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the street air schema with other words in it. */
function changed(name: string, from: string, to: string): string {
  const file = join(folder, name);
  writeFileSync(file, readFileSync(air, "utf8").replace(from, to));
  return file;
}

describe("bollard schema check", () => {
  test("tells what each schema is", async () => {
    expect(await run(["schema", "check", air, noise, "--lock", kept])).toEqual({
      code: 0,
      out: `${air}: street-air, version 1, id 1, 5 fields, layout c80c59e44d0e4903
${noise}: noise, version 1, id 2, 4 fields, layout 4fa55890118fe0dc
`,
      err: "",
    });
  });

  test("tells it to programs", async () => {
    const { code, out } = await run(["schema", "check", noise, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      file: noise,
      name: "noise",
      version: 1,
      id: 2,
      fingerprint: "4fa55890118fe0dc",
      fields: ["laeq", "lamax", "spectrum", "overload"],
    });
  });

  test("tells the mistakes of all files, each with its line", async () => {
    const one = changed("unit.yaml", "unit: Cel", "unit: celsius");
    const two = changed("key.yaml", "reportInterval", "reportIntervall");
    const { code, out, err } = await run(["schema", "check", one, noise, two]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err.split("\n")).toEqual([
      expect.stringMatching(
        /^bollard: .*unit\.yaml:\d+:\d+ fields\[2\]\.unit: "celsius" is not a SenML unit/,
      ),
      expect.stringMatching(/^.*key\.yaml:\d+:\d+ reportIntervall: .*reportInterval\?/),
      "",
    ]);
  });

  test("fails where a layout changed under its id", async () => {
    const file = changed("range.yaml", "max: 999.9", "max: 500");
    const { code, out, err } = await run(["schema", "check", file, "--lock", kept]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(
      /^bollard: id: schema id 1 is kept for the layout that street-air had: pm25/,
    );
    expect(err).toMatch(/take a new id, or undo the change \(SCHEMA_LAYOUT_CHANGED\)\n$/);
  });

  test("fails where the lock has no such schema, and says what adds it", async () => {
    const lock = join(folder, "none.lock");
    expect(await run(["schema", "check", air, "--lock", lock])).toEqual({
      code: 1,
      out: "",
      err: `bollard: ${lock} does not have street-air (id 1); to add: bollard schema lock ${air} --lock ${lock}\n`,
    });
  });
});

describe("bollard schema lock", () => {
  test("adds layouts, keeps them, and refuses a change", async () => {
    const lock = join(folder, "schemas.lock");
    const added = await run(["schema", "lock", air, "--lock", lock]);
    expect(added).toEqual({
      code: 0,
      out: `${lock}: added street-air (id 1), layout c80c59e44d0e4903\n`,
      err: "",
    });
    const more = await run(["schema", "lock", air, noise, "--lock", lock]);
    expect(more.out).toBe(
      `${lock}: kept street-air (id 1), layout c80c59e44d0e4903\n` +
        `${lock}: added noise (id 2), layout 4fa55890118fe0dc\n`,
    );
    const before = readFileSync(lock, "utf8");
    const file = changed("again.yaml", "max: 999.9", "max: 500");
    expect(await run(["schema", "lock", file, "--lock", lock])).toMatchObject({ code: 1, out: "" });
    expect(readFileSync(lock, "utf8")).toBe(before);
    expect(await run(["schema", "check", air, noise, "--lock", lock])).toMatchObject({ code: 0 });
  });
});
