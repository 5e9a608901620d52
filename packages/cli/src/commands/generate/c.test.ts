import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateC } from "@bollard/codegen";
import { readSchemaFile } from "@bollard/schema/file";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

const air = exampleFile("street-air/street-air.schema.yaml");
const light = exampleFile("schemas/street-light.schema.yaml");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("bollard generate c", () => {
  test("writes the files of all schemas and names them", async () => {
    const output = join(folder, "made/on/the/way");
    const { code, out, err } = await run(["generate", "c", air, light, "-o", output, "--senml"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const files = generateC([readSchemaFile(air), readSchemaFile(light)], { senml: true });
    expect(out.trimEnd().split("\n")).toEqual(files.map(({ path }) => path));
    expect(readdirSync(output).sort()).toEqual(files.map(({ path }) => path).sort());
    for (const { path, text } of files) expect(readFileSync(join(output, path), "utf8")).toBe(text);
  });

  test("lays out a library and tells programs of it", async () => {
    const output = join(folder, "library");
    const args = ["--layout", "platformio", "--no-batch", "--no-schema-id", "--json"];
    const { code, out } = await run(["generate", "c", air, "-o", output, ...args]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toContain("src/street_air.c");
    expect(JSON.parse(readFileSync(join(output, "library.json"), "utf8"))).toMatchObject({
      name: "street-air",
      headers: ["street_air.h"],
    });
  });

  test("names a layout that there is none of, with those that there are", async () => {
    const { code, err } = await run(["generate", "c", air, "-o", folder, "--layout", "maven"]);
    expect(code).toBe(2);
    expect(err).toContain("plain, arduino, platformio, zephyr, esp-idf");
  });

  test("asks for the folder", async () => {
    const { code, err } = await run(["generate", "c", air]);
    expect(code).toBe(2);
    expect(err).toContain("-o, --output <folder>");
  });

  test("says which file cannot be written", async () => {
    const output = join(folder, "a-file");
    writeFileSync(output, "");
    const { code, out, err } = await run(["generate", "c", air, "-o", output]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^bollard: --output: .*a-file\/bollard_bits\.h cannot be written: /);
  });

  test("refuses two schemas of one name", async () => {
    const { code, err } = await run(["generate", "c", air, air, "-o", folder]);
    expect(code).toBe(1);
    expect(err).toMatch(/^bollard: street-air: two schemas have this name/);
  });
});
