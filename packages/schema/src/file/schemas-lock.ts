import { renameSync, writeFileSync } from "node:fs";
import { SchemaError, type SchemaProblem } from "../error.js";
import {
  canonicalCommand,
  canonicalLayout,
  commandFingerprint,
  layoutFingerprint,
} from "../layout-fingerprint.js";
import type { SensorSchema } from "../sensor-schema.js";
import { compareLayouts } from "./compare-layouts.js";
import { parseDocument } from "./parse-document.js";
import { readText } from "./read-text.js";

/** A layout that nodes in the field may speak, and so may never change under its id. */
export interface LockedLayout {
  readonly name: string;
  /** 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** The canonical form that the fingerprint is made from, to tell what changed. */
  readonly layout: string;
}

/** One schema's layout, and those of its commands by id. */
export interface LockedSchema extends LockedLayout {
  readonly commands: Readonly<Record<string, LockedLayout>>;
}

/** What `schemas.lock` holds: every layout that was ever used, by id. */
export interface SchemasLock {
  readonly lockVersion: 1;
  readonly schemas: Readonly<Record<string, LockedSchema>>;
}

/** A lock with no layout in it. */
export const emptySchemasLock: SchemasLock = { lockVersion: 1, schemas: {} };

const layoutKeys = {
  name: { type: "string", description: "The schema's or the command's name." },
  fingerprint: { type: "string", pattern: "^[0-9a-f]{16}$", description: "16 hexadecimal digits." },
  layout: { type: "string", description: "The canonical form of the layout." },
};
const ids = { pattern: "^[1-9][0-9]{0,4}$" };
const lockJsonSchema = {
  type: "object",
  required: ["lockVersion", "schemas"],
  additionalProperties: false,
  properties: {
    lockVersion: { const: 1, description: "1" },
    schemas: {
      type: "object",
      propertyNames: ids,
      additionalProperties: {
        type: "object",
        required: ["name", "fingerprint", "layout", "commands"],
        additionalProperties: false,
        properties: {
          ...layoutKeys,
          commands: {
            type: "object",
            propertyNames: ids,
            additionalProperties: {
              type: "object",
              required: ["name", "fingerprint", "layout"],
              additionalProperties: false,
              properties: layoutKeys,
            },
          },
        },
      },
    },
  },
};

/**
 * Reads a lock from its text.
 *
 * @throws {@link SchemaError} where it is not a lock
 */
export function parseSchemasLock(
  text: string,
  options: { readonly file?: string } = {},
): SchemasLock {
  const file = options.file ?? "schemas.lock";
  return parseDocument(text, { file, jsonSchema: lockJsonSchema }).value as SchemasLock;
}

/** A lock as text: JSON with ids in order, one key a line, so that a change is a line in a diff. */
export function formatSchemasLock(lock: SchemasLock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/**
 * Reads `schemas.lock`.
 *
 * @returns an empty lock where there is no such file yet
 * @throws {@link SchemaError} where it cannot be read, or is not a lock
 */
export function readSchemasLock(path: string): SchemasLock {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    if (isMissing(error)) return emptySchemasLock;
    throw error;
  }
  return parseSchemasLock(text, { file: path });
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof SchemaError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

/** Writes `schemas.lock` whole or not at all: to a file beside it, which then takes its place. */
export function writeSchemasLock(path: string, lock: SchemasLock): void {
  const beside = `${path}.new`;
  writeFileSync(beside, formatSchemasLock(lock));
  renameSync(beside, path);
}

function lockOf(schema: SensorSchema): LockedSchema {
  const commands = schema.commands.map((command) => {
    const layout = canonicalCommand(command);
    return [command.id, { name: command.name, fingerprint: commandFingerprint(command), layout }];
  });
  return {
    name: schema.name,
    fingerprint: layoutFingerprint(schema),
    layout: canonicalLayout(schema),
    commands: Object.fromEntries(commands),
  };
}

function change(locked: LockedLayout, now: LockedLayout, what: string, id: string): string {
  const changes = compareLayouts(locked.layout, now.layout).join("; ");
  const kept = `${what} id ${id} is kept for the layout that ${locked.name} had`;
  return `${kept}: ${changes}; take a new id, or undo the change`;
}

/**
 * Finds layouts that changed without a new id.
 *
 * A node in the field still speaks the layout that the lock has; under the same id its payloads
 * would be read as other values.
 *
 * @returns a problem for each changed schema and command, which names every difference; empty where
 * each layout is as locked, or new
 */
export function checkSchemasLock(
  lock: SchemasLock,
  schemas: readonly SensorSchema[],
): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const names = new Map<number, string>();
  for (const schema of schemas) {
    const other = names.get(schema.id);
    names.set(schema.id, schema.name);
    if (other !== undefined) {
      const message = `${schema.name} has the id ${schema.id} that ${other} has; take another`;
      problems.push({ code: "SCHEMA_DUPLICATE", path: "id", message });
    }
    const locked = lock.schemas[schema.id];
    if (locked === undefined) continue;
    const now = lockOf(schema);
    if (locked.fingerprint !== now.fingerprint) {
      const message = change(locked, now, "schema", String(schema.id));
      problems.push({ code: "SCHEMA_LAYOUT_CHANGED", path: "id", message });
    }
    for (const [index, { id }] of schema.commands.entries()) {
      const [before, after] = [locked.commands[id], now.commands[id]];
      if (before === undefined || after === undefined) continue;
      if (before.fingerprint === after.fingerprint) continue;
      const message = change(before, after, "command", String(id));
      problems.push({ code: "SCHEMA_LAYOUT_CHANGED", path: `commands[${index}].id`, message });
    }
  }
  return problems;
}

/**
 * The lock with these schemas' layouts added. Nothing is ever taken out: a layout that is no longer
 * in use may still come from a node in the field.
 *
 * @throws {@link SchemaError} `SCHEMA_LAYOUT_CHANGED` as `checkSchemasLock` tells
 */
export function updateSchemasLock(
  lock: SchemasLock,
  schemas: readonly SensorSchema[],
): SchemasLock {
  const problems = checkSchemasLock(lock, schemas);
  if (problems.length > 0) throw new SchemaError(problems);
  const added = schemas.map((schema) => {
    const now = lockOf(schema);
    const commands = { ...lock.schemas[schema.id]?.commands, ...now.commands };
    return [schema.id, { ...now, commands }];
  });
  return { lockVersion: 1, schemas: { ...lock.schemas, ...Object.fromEntries(added) } };
}
