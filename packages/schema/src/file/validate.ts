import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { join, show } from "../checker.js";
import type { SchemaErrorCode, SchemaProblem } from "../error.js";
import { nearestWord } from "../nearest-word.js";

const validators = new WeakMap<object, ValidateFunction>();

function compile(jsonSchema: object): ValidateFunction {
  const known = validators.get(jsonSchema);
  if (known !== undefined) return known;
  // The schemas are our own, and each checks a file or two: neither is worth its time at a start.
  const spare = { validateSchema: false, code: { optimize: false } };
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, ...spare });
  const validator = ajv.compile(jsonSchema);
  validators.set(jsonSchema, validator);
  return validator;
}

/** `fields[2].min` from `/fields/2/min`. */
function pathOf(pointer: string, data: unknown): string {
  let path = "";
  let value = data;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    path = join(path, Array.isArray(value) ? Number(key) : key);
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return path;
}

const bounds = new Set(
  "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems minProperties maxProperties".split(
    " ",
  ),
);

function codeOf(keyword: string): SchemaErrorCode {
  if (keyword === "required") return "SCHEMA_MISSING_KEY";
  if (keyword === "additionalProperties") return "SCHEMA_UNKNOWN_KEY";
  if (keyword === "type") return "SCHEMA_WRONG_TYPE";
  if (keyword === "uniqueItems") return "SCHEMA_DUPLICATE";
  if (keyword === "pattern" || keyword === "format") return "SCHEMA_BAD_NAME";
  return bounds.has(keyword) || keyword === "enum" || keyword === "const"
    ? "SCHEMA_OUT_OF_BOUNDS"
    : "SCHEMA_BAD_RULE";
}

type Described = Readonly<Record<string, unknown>> | undefined;

/** What the JSON Schema says of a key: the answer to what would be right. */
function description(schema: unknown): string | undefined {
  const text = (schema as Described)?.description;
  return typeof text === "string" ? text : undefined;
}

function words(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : show(value))).join(", ");
}

/** What is wrong; what would be right. */
function explain(error: ErrorObject): string {
  const right = description(error.parentSchema);
  const tail = right === undefined ? "" : `; ${right}`;
  const shown = show(error.data);
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case "required": {
      const key = String(params.missingProperty);
      const about = propertyOf(error.parentSchema, key);
      const meant = description(about);
      return `${key} is missing${meant === undefined ? "" : `; ${meant}`}`;
    }
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const known = knownKeys(error.parentSchema);
      const near = nearestWord(key, known);
      const hint = near === undefined ? `known here: ${words(known)}` : `did you mean ${near}?`;
      return `${key} is not a key here; ${hint}`;
    }
    case "type":
      return `${shown} is not ${article(String(params.type))}${tail}`;
    case "enum": {
      const values = params.allowedValues as readonly unknown[];
      const near =
        typeof error.data === "string" ? nearestWord(error.data, values.map(String)) : undefined;
      const hint = near === undefined ? `one of ${words(values)}` : `did you mean ${near}?`;
      return `${shown} may not stand here; ${hint}`;
    }
    case "pattern":
      return `${shown} may not be used${right === undefined ? `; it must match ${String(params.pattern)}` : tail}`;
    default:
      return `${shown} ${error.message ?? "is wrong"}${tail}`;
  }
}

function propertyOf(schema: unknown, key: string): unknown {
  return ((schema as Described)?.properties as Described)?.[key];
}

function knownKeys(schema: unknown): string[] {
  return Object.keys((schema as Described)?.properties ?? {});
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    object: "a set of keys",
    array: "a list",
    string: "a text",
    number: "a number",
    integer: "a whole number",
    boolean: "true or false",
    null: "empty",
  };
  return type
    .split(",")
    .map((one) => names[one] ?? one)
    .join(" or ");
}

function placeOf(error: ErrorObject, value: unknown): string {
  const path = pathOf(error.instancePath, value);
  const params: Record<string, unknown> = error.params;
  const key = error.propertyName ?? params.missingProperty ?? params.additionalProperty;
  return typeof key === "string" ? join(path, key) : path;
}

/** The keys that misspelt ones stood for, each told once there and not as a missing one too. */
function meantKeys(errors: readonly ErrorObject[]): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const error of errors) {
    if (error.keyword !== "additionalProperties") continue;
    const key = String(error.params.additionalProperty);
    const near = nearestWord(key, knownKeys(error.parentSchema));
    if (near !== undefined) meant.add(`${error.instancePath}/${near}`);
  }
  return meant;
}

/** Checks a value against a JSON Schema of draft 7 and tells every problem once. */
export function validate(value: unknown, jsonSchema: object): SchemaProblem[] {
  const validator = compile(jsonSchema);
  if (validator(value)) return [];
  const errors = validator.errors ?? [];
  const meant = meantKeys(errors);
  const problems = new Map<string, SchemaProblem>();
  for (const error of errors) {
    // These only say that something below them failed, which is told there.
    if (error.keyword === "if" || error.keyword === "propertyNames") continue;
    if (meant.has(`${error.instancePath}/${error.params.missingProperty}`)) continue;
    const path = placeOf(error, value);
    const problem = { code: codeOf(error.keyword), path, message: explain(error) };
    if (!problems.has(path)) problems.set(path, problem);
  }
  return [...problems.values()];
}
