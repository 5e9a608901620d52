import { type JsonSchema, resolved } from "./config-keys.js";
import { configJsonSchema } from "./resolve-config.js";

/** The environment as a process has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration with what the environment says in its place. */
export interface Overridden {
  readonly value: unknown;
  /** Name of a variable to the key it stands for, such as `spool.maxBytes`. */
  readonly applied: ReadonlyMap<string, string>;
  /** Variables that begin as ours do and stand for no key. */
  readonly unknown: readonly string[];
}

const PREFIX = "BOLLARD_";

/**
 * Puts the values of `BOLLARD_…` variables in place of a configuration's own.
 *
 * `BOLLARD_SPOOL_MAX_BYTES` is `spool.maxBytes`, and `BOLLARD_SINKS_MQTT_CITY_URL` the `url` of the
 * sink that is named `city` in the file. A list of words is separated by commas.
 *
 * @param config - checked already; stays as it is
 */
export function withEnvironment(config: unknown, environment: Environment): Overridden {
  const given = Object.entries(environment).filter(([name]) => name.startsWith(PREFIX));
  const value: unknown = structuredClone(config);
  const applied = new Map<string, string>();
  if (given.length === 0) return { value, applied, unknown: [] };
  const places = placesOf(configJsonSchema as JsonSchema, value, "", PREFIX);
  const unknown: string[] = [];
  for (const [name, text = ""] of given) {
    const place = places.get(name);
    if (!place) {
      unknown.push(name);
      continue;
    }
    place.set(parse(text, place.schema));
    applied.set(name, place.path);
  }
  return { value, applied, unknown };
}

interface Place {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly set: (value: unknown) => void;
}

/** Every variable that stands for a key of this value. */
function placesOf(
  schema: JsonSchema,
  value: unknown,
  path: string,
  prefix: string,
): Map<string, Place> {
  const places = new Map<string, Place>();
  const add = (more: Map<string, Place>) => {
    for (const [name, place] of more) places.set(name, place);
  };
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const own = resolved(property);
    const name = `${prefix}${variableName(key)}`;
    const inner = path === "" ? key : `${path}.${key}`;
    const target = value as Record<string, unknown>;
    if (own.properties) {
      // A section that the file leaves out is there once a variable is set in it.
      const section = target[key] ?? {};
      const found = placesOf(own, section, inner, `${name}_`);
      for (const place of found.values()) {
        const { set } = place;
        Object.assign(place, {
          set: (given: unknown) => {
            target[key] = section;
            set(given);
          },
        });
      }
      add(found);
    } else if (isListOfNamed(own)) {
      const items = (target[key] ?? []) as Record<string, unknown>[];
      items.forEach((item, index) => {
        const of = `${name}_${variableName(String(item.name))}_`;
        add(placesOf(resolved(own.items as JsonSchema), item, `${inner}[${index}]`, of));
      });
    } else if (isPlain(own)) {
      places.set(name, { path: inner, schema: own, set: (given) => (target[key] = given) });
    }
  }
  return places;
}

/** `maxBytes` as `MAX_BYTES`, `city-2` as `CITY_2`. */
function variableName(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]/g, "_")
    .toUpperCase();
}

function isListOfNamed({ items }: JsonSchema): boolean {
  return items !== undefined && resolved(items as JsonSchema).properties?.name !== undefined;
}

/** One value, or a list of words. */
function isPlain(schema: JsonSchema): boolean {
  if (schema.type === "array")
    return (resolved(schema.items as JsonSchema).type ?? "") !== "object";
  return schema.enum !== undefined || (schema.type !== "object" && schema.type !== undefined);
}

/** What is no number stays a text, and is refused with the key it stands for. */
function parse(text: string, schema: JsonSchema): unknown {
  if (schema.type === "array") return text.split(",").map((word) => word.trim());
  if (schema.type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  const isNumber = schema.type === "number" || schema.type === "integer";
  return isNumber && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
