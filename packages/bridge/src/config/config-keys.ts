import { configJsonSchema } from "./resolve-config.js";

/** One key of the configuration, as its JSON Schema describes it. */
export interface ConfigKey {
  /** Such as `spool.maxBytes`; `sinks.mqtt[].url` for each of a list, `nodes.list.*` for any key. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly unit?: string;
  /** Undefined where it has none, such as a name. */
  readonly default?: unknown;
  readonly required: boolean;
  /** Some good value, where one is given. */
  readonly example?: unknown;
  /** What may stand there. */
  readonly schema: JsonSchema;
}

/** As much of JSON Schema, draft 7, as the configuration's own uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly unit?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | readonly JsonSchema[];
  /** What stands there where it is not a list of the same. */
  readonly else?: JsonSchema;
}

/** Every key of the configuration, in the order of its JSON Schema, sections before their keys. */
export function configKeys(): readonly ConfigKey[] {
  return keysOf(configJsonSchema as JsonSchema, "");
}

function keysOf(schema: JsonSchema, prefix: string): ConfigKey[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    const own = resolved(property);
    const key: ConfigKey = {
      path,
      title: own.title ?? name,
      description: own.description ?? "",
      ...(own.unit !== undefined && { unit: own.unit }),
      ...(own.default !== undefined && { default: own.default }),
      ...(own.examples?.[0] !== undefined && { example: own.examples[0] }),
      required: schema.required?.includes(name) ?? false,
      schema: own,
    };
    return [key, ...below(own, path)];
  });
}

function below(schema: JsonSchema, path: string): ConfigKey[] {
  if (schema.properties) return keysOf(schema, path);
  const { items, additionalProperties: any } = schema;
  if (isSchema(items)) return keysOf(resolved(items), `${path}[]`);
  if (isSchema(any)) {
    const value = resolved(any.else ?? any);
    return value.properties ? keysOf(value, `${path}.*`) : below(value, `${path}.*`);
  }
  return [];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Follows `#/…`; what stands beside the reference goes before what it refers to. */
export function resolved(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...own } = schema;
  let target: unknown = configJsonSchema;
  for (const part of $ref.slice(2).split("/")) {
    target = (target as Record<string, unknown>)[part];
  }
  return { ...resolved(target as JsonSchema), ...own };
}
