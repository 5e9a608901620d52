import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import { standard, standardsIndex } from "../standards.js";
import type { KeyValues } from "../to-key-values.js";
import type { GateProblem } from "./gate-result.js";
import { propertySchemas } from "./property-schemas.js";

/**
 * Gate 1: the key-values form against the JSON Schema of each of its types.
 *
 * Schemas are read and compiled when their type is first seen. They come as published, so `$schema`
 * (not always a real draft) is dropped and unknown keywords are let through.
 */
export class ModelGate {
  readonly #schemas: Readonly<Record<string, object>>;
  /** Stops at the first problem: for the entities that are well. */
  readonly #quick: Validators;
  /** Finds all problems: for those that are not. */
  readonly #thorough: Validators;

  /**
   * @param schemas - schemas of your own by type; they win over the shipped ones
   * @param references - schemas those refer to, by URL
   */
  constructor(
    schemas: Readonly<Record<string, object>> = {},
    references: Readonly<Record<string, object>> = {},
  ) {
    this.#schemas = schemas;
    this.#quick = new Validators(references, false);
    this.#thorough = new Validators(references, true);
  }

  /** The problems of one entity in key-values form; empty for none. */
  check(keyValues: KeyValues): readonly GateProblem[] {
    const { type } = keyValues;
    if (typeof type === "string") return this.#checkType(type, keyValues);
    if (!Array.isArray(type)) return [];
    return type.flatMap((name: unknown) => this.#checkType(String(name), keyValues));
  }

  /**
   * What the model of a type asks of the value of one property, whatever the other properties are.
   *
   * @returns undefined where that cannot be told apart
   */
  valueCheck(type: string, property: string): ValueCheck | undefined {
    const schema = this.#schemaOf(type);
    return schema && this.#quick.ofProperty(type, schema, property);
  }

  #checkType(type: string, keyValues: KeyValues): readonly GateProblem[] {
    const schema = () => this.#schemaOf(type);
    const validate = this.#quick.get(type, schema);
    if (!validate) {
      const message = `no schema of the type "${type}" is shipped; give one in the options`;
      return [{ gate: "model", path: "/type", message }];
    }
    if (validate(keyValues)) return [];
    const explain = this.#thorough.get(type, schema) ?? validate;
    explain(keyValues);
    return problemsOf(explain.errors ?? [], type);
  }

  #schemaOf(type: string): object | undefined {
    if (Object.hasOwn(this.#schemas, type)) return this.#schemas[type];
    const { models } = standardsIndex();
    const path = Object.hasOwn(models, type) ? models[type] : undefined;
    return path === undefined ? undefined : standard(path);
  }
}

/** Whether a value is well. */
export type ValueCheck = (value: unknown) => boolean;

/** Compiled schemas by type, over one ajv that knows what they refer to. */
class Validators {
  readonly #references: Readonly<Record<string, object>>;
  readonly #allErrors: boolean;
  readonly #compiled = new Map<string, ValidateFunction>();
  #ajv: Ajv | undefined;

  constructor(references: Readonly<Record<string, object>>, allErrors: boolean) {
    this.#references = references;
    this.#allErrors = allErrors;
  }

  get(type: string, schema: () => object | undefined): ValidateFunction | undefined {
    const known = this.#compiled.get(type);
    if (known) return known;
    const found = schema();
    if (!found) return undefined;
    const validate = this.#validator.compile(withoutIds(found));
    this.#compiled.set(type, validate);
    return validate;
  }

  ofProperty(type: string, schema: object, property: string): ValueCheck | undefined {
    const ajv = this.#validator;
    const url = `model:${encodeURIComponent(type)}`;
    const documentOf = (wanted: string) =>
      wanted === url ? schema : referenceOf(wanted, this.#references);
    const isKeyword = (keyword: string) => ajv.getKeyword(keyword) !== false;
    const refs = propertySchemas(url, property, documentOf, isKeyword);
    if (!refs) return undefined;
    if (!ajv.schemas[url]) ajv.addSchema(withoutIds(schema), url);
    const checks = refs.map((ref) => ajv.getSchema(ref));
    return checks.includes(undefined)
      ? undefined
      : (value) => checks.every((check) => check?.(value));
  }

  get #validator(): Ajv {
    this.#ajv ??= ajvWithReferences(this.#references, this.#allErrors);
    return this.#ajv;
  }
}

/** A schema that others refer to, by the URL they use. */
function referenceOf(url: string, extra: Readonly<Record<string, object>>): object | undefined {
  if (Object.hasOwn(extra, url)) return extra[url];
  const { refs } = standardsIndex();
  const path = Object.hasOwn(refs, url) ? refs[url] : undefined;
  return path === undefined ? undefined : standard(path);
}

function ajvWithReferences(extra: Readonly<Record<string, object>>, allErrors: boolean): Ajv {
  const ajv = new Ajv({ strict: false, validateSchema: false, logger: false, allErrors });
  ajvFormats.default(ajv);
  for (const [url, path] of Object.entries(standardsIndex().refs)) {
    if (!Object.hasOwn(extra, url)) ajv.addSchema(withoutIds(standard(path)), url);
  }
  for (const url in extra) ajv.addSchema(withoutIds(extra[url] as object), url);
  return ajv;
}

/** Two of the files give themselves the same `$id`; what counts is the URL they are registered at. */
function withoutIds(schema: object): object {
  const { $schema, $id, ...rest } = schema as { $schema?: string; $id?: string };
  return rest;
}

/** One problem a place: ajv tells every branch of an `anyOf` and then the `anyOf` itself. */
function problemsOf(errors: readonly ErrorObject[], type: string): GateProblem[] {
  const problems = new Map<string, GateProblem>();
  for (const error of errors) {
    const missing = error.keyword === "required" ? `/${error.params.missingProperty}` : "";
    const path = `${error.instancePath}${missing}`;
    const isBranch = /\/(anyOf|oneOf)\/\d+\//.test(error.schemaPath);
    if (isBranch && error.instancePath === "") continue;
    problems.set(path, { gate: "model", path, message: messageOf(error, type) });
  }
  return [...problems.values()];
}

function messageOf(error: ErrorObject, type: string): string {
  switch (error.keyword) {
    case "required":
      return `${type} requires it`;
    case "enum":
      return `must be one of ${(error.params.allowedValues as unknown[]).join(", ")}`;
    default:
      return error.message ?? error.keyword;
  }
}
