import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defineSchema, type FieldInput, isSchemaError, type SchemaInput } from "../index.js";
import {
  checkSchemasLock,
  emptySchemasLock,
  parseSchemasLock,
  readSchemasLock,
  updateSchemasLock,
  writeSchemasLock,
} from "./index.js";

const level: FieldInput = { name: "level", unit: "m", min: 0, max: 20, resolution: 0.01 };
const state: FieldInput = { name: "state", kind: "enum", values: ["dry", "wet"] };
const input = {
  name: "well",
  id: 5,
  fields: [level, state],
  commands: [{ name: "dim", id: 1, fields: [level] }],
} satisfies SchemaInput;
const lock = updateSchemasLock(emptySchemasLock, [defineSchema(input)]);

/** What the lock says of the well after a change. */
function problemsOf(change: Partial<SchemaInput>): string[] {
  const changed: SchemaInput = { ...input, ...change };
  return checkSchemasLock(lock, [defineSchema(changed)]).map(({ code, path, message }) => {
    return `${code} ${path}: ${message}`;
  });
}

function layoutChange(change: Partial<SchemaInput>): string {
  const [problem] = problemsOf(change);
  const start = "SCHEMA_LAYOUT_CHANGED id: schema id 5 is kept for the layout that well had: ";
  const end = "; take a new id, or undo the change";
  if (!problem?.startsWith(start) || !problem.endsWith(end)) return problem ?? "nothing";
  return problem.slice(start.length, -end.length);
}

describe("checkSchemasLock", () => {
  test("lets titles, models, limits of care and new ids change", () => {
    expect(problemsOf({})).toEqual([]);
    expect(
      problemsOf({
        title: "Well",
        version: 2,
        fields: [
          {
            ...level,
            title: "Level",
            maps: { WaterObserved: "waterLevel" },
            concernsPersons: true,
            outOfRange: "clamp",
            lwm2m: "3300/0/5700",
          },
          state,
        ],
      }),
    ).toEqual([]);
    expect(problemsOf({ id: 6, fields: [state] })).toEqual([]);
    expect(problemsOf({ commands: [] })).toEqual([]);
  });

  test("names what changed", () => {
    expect(layoutChange({ time: "16" })).toBe("time was absolute, is 16");
    expect(layoutChange({ fields: [level] })).toBe("state is gone");
    expect(layoutChange({ fields: [state, level] })).toBe(
      "the order was level, state, is state, level",
    );
    expect(layoutChange({ fields: [level, state, { name: "x", kind: "boolean" }] })).toBe(
      "x is new",
    );
    expect(layoutChange({ fields: [{ ...level, unit: "cm" }, state] })).toBe(
      "level: unit was m, is cm",
    );
    expect(layoutChange({ fields: [{ ...level, resolution: 0.1 }, state] })).toBe(
      "level: range was 0 to 20 by 0.01, is 0 to 20 by 0.1",
    );
    expect(layoutChange({ fields: [{ ...level, typicalStep: 0.02 }, state] })).toBe(
      "level: range was 0 to 20 by 0.01, is 0 to 20 by 0.01, typically 0.02 apart",
    );
    expect(layoutChange({ fields: [{ ...level, optional: true }, state] })).toBe(
      "level became optional",
    );
    expect(layoutChange({ fields: [level, { ...state, values: ["dry", "damp", "wet"] }] })).toBe(
      "state: names was dry, wet, is dry, damp, wet",
    );
    expect(layoutChange({ fields: [level, { name: "state", kind: "boolean" }] })).toBe(
      "state: kind was enum, is boolean",
    );
  });

  test("minds commands by their own ids", () => {
    expect(problemsOf({ commands: [{ name: "dim", id: 1, fields: [state] }] })).toEqual([
      "SCHEMA_LAYOUT_CHANGED commands[0].id: command id 1 is kept for the layout that dim had: level is gone; state is new; take a new id, or undo the change",
    ]);
  });

  test("finds one id on two schemas", () => {
    const [well, pond] = [defineSchema(input), defineSchema({ ...input, name: "pond" })];
    expect(checkSchemasLock(emptySchemasLock, [well, pond])).toEqual([
      {
        code: "SCHEMA_DUPLICATE",
        path: "id",
        message: "pond has the id 5 that well has; take another",
      },
    ]);
  });
});

describe("schemas.lock", () => {
  test("is written whole, read back, and grows only", () => {
    const folder = mkdtempSync(join(tmpdir(), "bollard-lock-"));
    const path = join(folder, "schemas.lock");
    try {
      expect(readSchemasLock(path)).toEqual(emptySchemasLock);
      writeSchemasLock(path, lock);
      expect(readSchemasLock(path)).toEqual(lock);
      const grown = updateSchemasLock(lock, [defineSchema({ ...input, id: 6, commands: [] })]);
      writeSchemasLock(path, grown);
      expect(Object.keys(readSchemasLock(path).schemas)).toEqual(["5", "6"]);
      expect(updateSchemasLock(grown, [defineSchema({ ...input, commands: [] })])).toEqual(grown);
      expect(readdirSync(folder)).toEqual(["schemas.lock"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("is not updated over a changed layout", () => {
    const changed = defineSchema({ ...input, fields: [level] });
    expect(() => updateSchemasLock(lock, [changed])).toThrow("SCHEMA_LAYOUT_CHANGED");
  });

  test("tells what is no lock", () => {
    try {
      parseSchemasLock('{ "lockVersion": 2, "schemas": { "x": {} } }');
      expect.unreachable();
    } catch (error) {
      if (!isSchemaError(error)) throw error;
      expect(error.message.split("\n")).toMatchInlineSnapshot(`
        [
          "schemas.lock:1:3 lockVersion: 2 must be equal to constant; 1 (SCHEMA_OUT_OF_BOUNDS)",
          "schemas.lock:1:34 schemas.x: "x" may not be used; it must match ^[1-9][0-9]{0,4}$ (SCHEMA_BAD_NAME)",
          "schemas.lock:1:34 schemas.x.name: name is missing; The schema's or the command's name. (SCHEMA_MISSING_KEY)",
          "schemas.lock:1:34 schemas.x.fingerprint: fingerprint is missing; 16 hexadecimal digits. (SCHEMA_MISSING_KEY)",
          "schemas.lock:1:34 schemas.x.layout: layout is missing; The canonical form of the layout. (SCHEMA_MISSING_KEY)",
          "schemas.lock:1:34 schemas.x.commands: commands is missing (SCHEMA_MISSING_KEY)",
        ]
      `);
    }
  });
});
