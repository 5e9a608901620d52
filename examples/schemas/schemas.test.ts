import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkSchema, fillDefaults, type SchemaInput, type SensorSchema } from "@bollard/schema";
import {
  checkSchemasLock,
  formatSchemasLock,
  readSchemaFile,
  readSchemasLock,
  updateSchemasLock,
} from "@bollard/schema/file";
import { describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".schema.yaml"));
const schemas = [
  readSchemaFile(`${folder}../street-air/street-air.schema.yaml`),
  ...files.map((name) => readSchemaFile(folder + name)),
];

describe("the example schemas", () => {
  test("are named as their files, each with an id of its own", () => {
    expect(files.map((name) => name.replace(".schema.yaml", ""))).toEqual(
      schemas.slice(1).map((schema) => schema.name),
    );
    expect(new Set(schemas.map((schema) => schema.id)).size).toBe(schemas.length);
  });

  test("leave room for how a node is beside what it measures: no command has the id of another", () => {
    const health = schemas.find(({ name }) => name === "node-health");
    const idsOf = (schema: SensorSchema) => schema.commands.map(({ id }) => id);
    const beside = schemas.filter((schema) => schema !== health).flatMap(idsOf);
    expect(health && idsOf(health)).toEqual([101, 102]);
    expect(beside.filter((id) => health && idsOf(health).includes(id))).toEqual([]);
  });

  test("use every kind of field", () => {
    const kinds = schemas.flatMap((schema) => schema.fields.map((field) => field.kind));
    expect([...new Set(kinds)].sort()).toEqual([
      "array",
      "boolean",
      "bytes",
      "counter",
      "duration",
      "enum",
      "flags",
      "position",
      "quantity",
      "text",
    ]);
  });

  test("are finished: checked and filled again they are the same", () => {
    for (const schema of schemas) {
      expect(checkSchema(schema)).toEqual([]);
      expect(fillDefaults(schema as SchemaInput)).toEqual(schema);
    }
  });

  test("have the layouts that schemas.lock keeps", () => {
    const path = `${folder}schemas.lock`;
    const lock = readSchemasLock(path);
    expect(checkSchemasLock(lock, schemas)).toEqual([]);
    expect(formatSchemasLock(updateSchemasLock(lock, schemas))).toBe(readFileSync(path, "utf8"));
  });
});
