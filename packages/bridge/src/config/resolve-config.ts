import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import configSchema from "../config.schema.json" with { type: "json" };
import { BridgeError } from "../error.js";
import type { BridgeConfig, Filled, MqttInConfig, NodeConfig, ResolvedConfig } from "./config.js";

/** The JSON Schema of the bridge's configuration: titles, descriptions, units, bounds, defaults. */
export const configJsonSchema: object = configSchema;

/** The JSON Schema of a registry file: node id to what is known of it. */
export const nodeListJsonSchema: object = {
  $schema: configSchema.$schema,
  ...configSchema.$defs.nodeList,
  $defs: configSchema.$defs,
};

const ajv = new Ajv({
  useDefaults: true,
  allErrors: true,
  strict: true,
  strictTuples: false,
  strictTypes: false,
  // It checks one file at a start.
  validateSchema: false,
  code: { optimize: false },
});
ajv.addKeyword("unit");
const checkConfig = ajv.compile<ResolvedConfig>(configJsonSchema);
let checkNodes: ValidateFunction<Filled<Record<string, NodeConfig>>> | undefined;

/**
 * Checks a configuration and fills in every default. The argument stays as it is.
 *
 * @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID`, its `place` the first key that is wrong; the
 * message names them all
 */
export function resolveConfig(config: BridgeConfig): ResolvedConfig {
  const resolved: unknown = structuredClone(config);
  if (!checkConfig(resolved)) throw invalid(checkConfig.errors ?? []);
  const [double] = configProblems(resolved);
  if (double) throw new BridgeError("BRIDGE_CONFIG_INVALID", double.place, double.message);
  return resolved;
}

/** Checks the content of a registry file and fills in its defaults, as {@link resolveConfig} does. */
export function resolveNodes(nodes: unknown): Filled<Record<string, NodeConfig>> {
  const resolved: unknown = structuredClone(nodes);
  checkNodes ??= ajv.compile<Filled<Record<string, NodeConfig>>>(nodeListJsonSchema);
  if (!checkNodes(resolved)) throw invalid(checkNodes.errors ?? []);
  return resolved;
}

/** What the JSON Schema cannot say: names that are there twice, and splits that no node falls into. */
export function configProblems(config: BridgeConfig): { place: string; message: string }[] {
  return [...doubleNames(config), ...wrongSplits(config)];
}

function wrongSplits({ sources }: BridgeConfig): { place: string; message: string }[] {
  const lists = { "sources.mqtt": sources?.mqtt, "sources.lorawan": sources?.lorawan };
  return Object.entries(lists).flatMap(([key, ends]) => {
    const list: readonly Partial<MqttInConfig>[] = Array.isArray(ends) ? ends : [];
    return list.flatMap((end, index) => {
      const { part = 0, of = 0 } = end?.split ?? {};
      const message = `There are ${of} bridges, so it is 1 to ${of}`;
      return part > of ? [{ place: `${key}[${index}].split.part`, message }] : [];
    });
  });
}

/** Names mark places on disk and in the status, so no two ends of a kind may share one. */
function doubleNames(config: BridgeConfig): { place: string; message: string }[] {
  const lists = Object.fromEntries(
    (["sources", "sinks"] as const).flatMap((side) =>
      Object.entries(config[side] ?? {}).map(([kind, ends]) => [`${side}.${kind}`, ends]),
    ),
  );
  return Object.entries(lists).flatMap(([key, ends]) => {
    const names = Array.isArray(ends) ? ends.map((end) => end?.name) : [];
    return names.flatMap((name, index) =>
      name !== undefined && names.indexOf(name) < index
        ? [{ place: `${key}[${index}].name`, message: `"${name}" is there already; give another` }]
        : [],
    );
  });
}

function invalid(errors: readonly ErrorObject[]): BridgeError {
  const lines = errors.map((error) => `${keyOf(error)}: ${sentenceOf(error)}`);
  const first = errors[0];
  const place = first ? keyOf(first) : "config";
  return new BridgeError("BRIDGE_CONFIG_INVALID", place, [...new Set(lines)].join("; "));
}

/** `/sinks/mqtt/0/url` as `sinks.mqtt[0].url`. */
function keyOf(error: ErrorObject): string {
  const path = error.instancePath
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".")
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
  const extra = error.params.additionalProperty ?? error.params.missingProperty;
  if (extra === undefined) return path || "config";
  return path ? `${path}.${extra}` : String(extra);
}

function sentenceOf(error: ErrorObject): string {
  if (error.keyword === "additionalProperties") return "there is no such key";
  if (error.keyword === "required") return "it is missing";
  if (error.keyword === "enum") {
    return `must be one of ${(error.params.allowedValues as unknown[]).join(", ")}`;
  }
  return error.message ?? "it is wrong";
}
