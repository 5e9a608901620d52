import type { FieldValue, Reading } from "@bollard/payload";
import type { Field, SensorSchema } from "@bollard/schema";
import { CliError } from "../error.js";
import { parseCell } from "./parse-cell.js";
import type { Table } from "./read-table.js";
import { rowTimes, timeColumn } from "./row-times.js";

/** A recording as readings of a schema, their values as the file has them. */
export interface Recording {
  readonly file: string;
  readonly readings: readonly Reading[];
  /** Line in the file of each reading. */
  readonly lines: readonly number[];
  /** Columns that are no field of the schema. */
  readonly otherColumns: readonly string[];
}

/**
 * Turns a table into readings of a schema: a column a field, an empty cell a missing value. A
 * position has the columns `place/latitude`, `place/longitude` and so on, an array `bins/0`, `bins/1`.
 *
 * @throws CliError that names line and column
 */
export function toRecording(table: Table, schema: SensorSchema): Recording {
  const { file, columns, rows } = table;
  const used = new Set([timeColumn]);
  const readers = schema.fields.map((field) => ({
    field,
    read: readerOf(table, field, schema, used),
  }));
  const times = rowTimes(table);
  if (times === undefined && schema.time.mode !== "none") {
    const message = `${file}:1 there is no column t with the time in seconds since 1970`;
    throw new CliError("CLI_FAILED", `${message}; add it, or take --time none`);
  }
  const readings = rows.map(({ cells, line }, index) => {
    const values: Record<string, FieldValue> = {};
    for (const { field, read } of readers) {
      try {
        values[field.name] = read(cells);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        const message = `${file}:${line} ${field.name}: ${error.message}`;
        throw new CliError("CLI_FAILED", message, { cause: error });
      }
      if (values[field.name] !== null || field.optional) continue;
      const cure = `let the schema say "optional: true"`;
      throw new CliError("CLI_FAILED", `${file}:${line} ${field.name}: the cell is empty; ${cure}`);
    }
    const time = times?.[index];
    return schema.time.mode === "none" || time === undefined ? { values } : { time, values };
  });
  return {
    file,
    readings,
    lines: rows.map(({ line }) => line),
    otherColumns: columns.filter((name) => !used.has(name)),
  };
}

type ReadField = (cells: readonly string[]) => FieldValue;

function readerOf(table: Table, field: Field, schema: SensorSchema, used: Set<string>): ReadField {
  const { file, columns } = table;
  const names = columnsOf(field);
  const indexes = names.map((name) => columns.indexOf(name));
  for (const name of names) used.add(name);
  const [index = -1] = indexes;
  if (indexes.every((place) => place < 0) && field.optional) return () => null;
  const missing = names.filter((_, place) => (indexes[place] ?? -1) < 0);
  if (missing.length > 0) {
    const message = `${file}:1 there is no column ${missing.join(", ")}, which ${schema.name} needs`;
    throw new CliError("CLI_FAILED", `${message}; there is ${columns.join(", ")}`);
  }
  if (names.length === 1) return (cells) => parseCell(cells[index] ?? "", field);
  return (cells) => {
    const texts = indexes.map((place) => cells[place] ?? "");
    if (texts.every((text) => text === "")) return null;
    const parts = texts.map((text) => parseCell(text, { kind: "quantity" }));
    if (parts.includes(null)) throw new RangeError("some of its cells are empty, and some are not");
    const numbers = parts as number[];
    if (field.kind === "array") return numbers;
    const [latitude = 0, longitude = 0, altitude] = numbers;
    return altitude === undefined ? { latitude, longitude } : { latitude, longitude, altitude };
  };
}

function columnsOf(field: Field): readonly string[] {
  const { name } = field;
  if (field.kind === "array") {
    return Array.from({ length: field.length }, (_, index) => `${name}/${index}`);
  }
  if (field.kind !== "position") return [name];
  const ground = [`${name}/latitude`, `${name}/longitude`];
  return field.altitude === undefined ? ground : [...ground, `${name}/altitude`];
}
