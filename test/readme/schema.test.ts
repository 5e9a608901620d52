import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutFingerprint, type SensorSchema } from "@bollard/schema";
import * as file from "@bollard/schema/file";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSnippets } from "./read-snippets.js";
import { runSnippet } from "./run-snippet.js";

const page = "packages/schema/README.md";
const [first = "", reading = "", locked = "", ...more] = readSnippets(page);
const [yaml = ""] = readSnippets(page, "yaml");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-readme-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The door to files, with the test's folder in place of the one that a program runs in. */
const modules = {
  "@bollard/schema/file": {
    readSchemaFile: (path: string) => file.readSchemaFile(join(folder, path)),
    readSchemasLock: (path: string) => file.readSchemasLock(join(folder, path)),
    writeSchemasLock: (path: string, lock: file.SchemasLock) =>
      file.writeSchemasLock(join(folder, path), lock),
  },
};

async function lampOfThePage(): Promise<SensorSchema> {
  return (await runSnippet(first)).constants.lamp as SensorSchema;
}

describe("the README of the schemas", () => {
  test("its first lines define a schema, and its fingerprint has 16 digits", async () => {
    const { constants, expressions } = await runSnippet(first);
    expect(constants.reading).toEqual({ power: 42.5, state: "low" });
    expect(expressions["layoutFingerprint(lamp)"]).toMatch(/^[0-9a-f]{16}$/);
  });

  test("the file says the same as the program", async () => {
    writeFileSync(join(folder, "street-lamp.schema.yaml"), yaml);
    const { expressions } = await runSnippet(reading, { modules });
    const [schema] = Object.values(expressions) as [SensorSchema];
    const lamp = await lampOfThePage();
    expect(schema).toEqual(lamp);
    expect(layoutFingerprint(schema)).toBe(layoutFingerprint(lamp));
  });

  test("a lock is empty where there is none, and then tells a layout that changed", async () => {
    const lamp = await lampOfThePage();
    const inFolder = (schema: SensorSchema) =>
      runSnippet(locked, { modules, names: { lamp: schema } });
    for (const _ of ["none yet", "the same"]) {
      const { expressions } = await inFolder(lamp);
      expect(expressions["checkSchemasLock(lock, [lamp])"]).toEqual([]);
    }
    // What the page's comment says of a change is what the error says that keeps the lock from it.
    const [, begins = ""] = /or: (.*) power: range was/.exec(locked) ?? [];
    const narrower = { ...lamp, fields: lamp.fields.slice(0, 2) };
    await expect(inFolder(narrower)).rejects.toThrow(begins);
  });

  test("tells every mistake of a file as the page shows", () => {
    const shown = readFileSync(new URL(`../../${page}`, import.meta.url), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("air.yaml:"));
    const text = [
      ...["# a station", "name: air", "id: 20000", "time: absolute", "fields:", "  - name: pm25"],
      ...['    unit: "µg/m³"', "    min: 0.05", "    max: 999.9"],
      ...["    resoluton: 0.1", "    resolution: 0.1"],
    ].join("\n");
    expect(shown).toHaveLength(4);
    expect(() => file.parseSchema(text, { file: "air.yaml" })).toThrow(shown.join("\n"));
  });

  test("shows nothing else", () => {
    expect(more).toEqual([]);
  });
});
