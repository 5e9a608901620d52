import { createHash } from "node:crypto";
import type { FieldValue } from "@bollard/payload";
import type { Field } from "@bollard/schema";
import { convertUnit } from "@bollard/senml";
import type { Filled, ForeignFieldConfig, ForeignMappingConfig } from "../../config/config.js";
import type { KnownSchema } from "../../schema-set.js";
import { type ForeignValue, parseRows, type Row } from "./parse-rows.js";

/** One reading of a foreign sensor, in the fields and units of its schema. */
export interface ForeignReading {
  /** Unix seconds; undefined where the sensor told no time. */
  readonly timeS: number | undefined;
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** A number below this is a time in seconds, from it on in milliseconds: the year 5138, or 1973. */
const FIRST_MILLISECONDS = 1e11;
/** ISO 8601 without a zone is UTC. */
const WITHOUT_ZONE = /T\d{2}:\d{2}(:\d{2}([.,]\d+)?)?$/;
const YES = new Set<unknown>([true, 1, "1", "true", "on", "yes", "open"]);
const NO = new Set<unknown>([false, 0, "0", "false", "off", "no", "closed"]);

/**
 * How the messages of a sensor that speaks none of our schemas become readings of one: which value is
 * which field, in which unit, and what tells the node and the time.
 *
 * It works on the bytes as they came, so a mapping that was mended reads what is stored anew.
 */
export class ForeignMapping {
  /** Eight hexadecimal digits that change with the mapping. */
  readonly fingerprint: string;
  readonly #config: Filled<ForeignMappingConfig>;

  constructor(config: Filled<ForeignMappingConfig>) {
    this.#config = config;
    const { format, columns, delimiter, schema, timeFrom, fields } = config;
    const text = JSON.stringify([format, columns, delimiter, schema, timeFrom, fields]);
    this.fingerprint = createHash("sha256").update(text).digest("hex").slice(0, 8);
  }

  /** Name or id of the schema. */
  get schema(): string {
    return String(this.#config.schema);
  }

  /**
   * Reads a message into rows, one a reading.
   *
   * @throws Error in words, where it is not of the format
   */
  rows(bytes: Uint8Array, nowS: number): Row[] {
    return parseRows(bytes, this.#config, nowS);
  }

  /**
   * The node's id.
   *
   * @param names - what the topic or the port told, by name
   * @returns undefined where neither they nor the message tell it
   */
  nodeOf(rows: readonly Row[], names: Readonly<Record<string, string>>): string | undefined {
    const { node, nodeFrom } = this.#config;
    if (nodeFrom !== undefined) {
      const found = rows[0]?.find(nodeFrom)?.value;
      return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
    }
    const name = node.replace(/\{([a-zA-Z]+)\}/g, (all, key: string) => names[key] ?? all);
    return name.includes("{") ? undefined : name;
  }

  /**
   * When a row was observed, Unix seconds; undefined where nothing tells it.
   *
   * @throws Error in words, for a time that is none
   */
  timeOf(row: Row): number | undefined {
    const { timeFrom } = this.#config;
    if (timeFrom === undefined) return row.timeS;
    const found = row.find(timeFrom)?.value;
    if (found === undefined || found === null || found === "") return undefined;
    return toSeconds(found);
  }

  /**
   * Reads rows by the schema: units converted, values at its resolution.
   *
   * @throws Error in words, naming the field that does not fit
   */
  readings(rows: readonly Row[], schema: KnownSchema): ForeignReading[] {
    return rows.map((row) => ({ timeS: this.timeOf(row), values: this.#valuesOf(row, schema) }));
  }

  /** What comes out of the codec is what a node of that schema would have sent. */
  #valuesOf(row: Row, { schema, codec }: KnownSchema): Readonly<Record<string, FieldValue>> {
    const names = schema.fields.map(({ name }) => name);
    const strange = Object.keys(this.#config.fields).find((name) => !names.includes(name));
    if (strange !== undefined) {
      throw new Error(
        `${schema.name} has no field "${strange}"; its fields are ${names.join(", ")}`,
      );
    }
    const values: Record<string, FieldValue> = {};
    for (const field of schema.fields) {
      const value = this.#valueOf(row, field);
      values[field.name] = value;
      if (value === null && !field.optional) throw new Error(`${field.name} is missing`);
    }
    const options = { timeMode: "none", schemaId: false, milliseconds: false } as const;
    const [reading] = codec.decode(codec.encode({ values }, options)).readings;
    return reading?.values ?? {};
  }

  #valueOf(row: Row, field: Field): FieldValue {
    const how = this.#config.fields[field.name];
    if (how === undefined) return null;
    const found = row.find(how.from);
    if (found === undefined || found.value === null || found.value === "") return null;
    const key = String(found.value);
    const value = Object.hasOwn(how.values, key) ? how.values[key] : found.value;
    return toFieldValue(field, { ...found, value }, how);
  }
}

function toFieldValue(
  field: Field,
  { value, unit }: ForeignValue,
  how: Filled<ForeignFieldConfig>,
): FieldValue {
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
      return toNumber(field, value, how.unit ?? unit);
    case "boolean":
      if (YES.has(lowered(value))) return true;
      if (NO.has(lowered(value))) return false;
      throw unfit(field, value, "true or false");
    case "enum":
    case "text":
      if (typeof value === "object") throw unfit(field, value, "text");
      return String(value);
    case "array":
      if (!Array.isArray(value)) throw unfit(field, value, "an array of numbers");
      return value.map((item) => toNumber(field, item, how.unit ?? unit));
    case "flags":
      if (!Array.isArray(value)) throw unfit(field, value, "an array of names");
      return value.map(String);
    case "position":
      return toPosition(field, value);
    case "bytes":
      if (value instanceof Uint8Array) return value;
      if (typeof value !== "string") throw unfit(field, value, "base64");
      return new Uint8Array(Buffer.from(value, "base64"));
  }
}

function toNumber(field: Field, value: unknown, from: string | undefined): number {
  const number = typeof value === "string" ? Number(value.trim() || Number.NaN) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw unfit(field, value, "a number");
  const to = field.kind === "duration" ? "s" : "unit" in field ? (field.unit ?? "") : "";
  if (from === undefined || from === to) return number;
  const converted = convertUnit(number, from, to);
  if (converted === undefined) throw new Error(`${field.name}: ${from} is no unit of ${to}`);
  return converted;
}

function toPosition(field: Field, value: unknown): FieldValue {
  const { latitude, longitude, altitude } = (value ?? {}) as Record<string, unknown>;
  if (typeof latitude !== "number" || typeof longitude !== "number") {
    throw unfit(field, value, "an object with latitude and longitude");
  }
  return { latitude, longitude, ...(typeof altitude === "number" && { altitude }) };
}

function toSeconds(value: unknown): number {
  const isNumber = typeof value === "number" || /^\s*\d+(\.\d+)?\s*$/.test(String(value));
  const number = isNumber ? Number(value) : Number.NaN;
  const seconds = isNumber
    ? number < FIRST_MILLISECONDS
      ? number
      : number / 1000
    : Date.parse(WITHOUT_ZONE.test(String(value)) ? `${String(value)}Z` : String(value)) / 1000;
  if (!(seconds >= 0) || seconds > 2 ** 32) throw new Error(`${shown(value)} is no time`);
  return Math.round(seconds * 1000) / 1000;
}

function lowered(value: unknown): unknown {
  return typeof value === "string" ? value.trim().toLowerCase() : value;
}

function unfit(field: Field, value: unknown, wanted: string): Error {
  return new Error(`${field.name} is ${shown(value)}; it takes ${wanted}`);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
