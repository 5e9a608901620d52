import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Os2iotDevice } from "@bollard/platforms";
import { isSchemaError, type SchemaProblem, type SensorSchema } from "@bollard/schema";
import { parseDocument, readSchemaFile } from "@bollard/schema/file";
import { BridgeError, isBridgeError } from "../error.js";
import { parseNodesCsv } from "../registry/nodes-csv.js";
import type { BridgeConfig, Filled, HttpTlsConfig, NodeConfig, ResolvedConfig } from "./config.js";
import { type Environment, type Overridden, withEnvironment } from "./env-overrides.js";
import {
  configJsonSchema,
  configProblems,
  nodeListJsonSchema,
  resolveConfig,
  resolveNodes,
} from "./resolve-config.js";

/** A configuration as it was read. */
export interface LoadedConfig {
  readonly config: ResolvedConfig;
  /** What is no mistake and may be one, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration from a YAML or JSON file. Paths in it are taken from the file's folder.
 *
 * @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID` with each mistake as `file:line:column key:
 * what is wrong; what would be right`, `BRIDGE_CONFIG_UNREADABLE`
 */
export function readConfigFile(path: string): ResolvedConfig {
  return loadConfigFile(path, {}).config;
}

/**
 * The same, with the values of `BOLLARD_…` variables in place of the file's own: `spool.maxBytes` is
 * `BOLLARD_SPOOL_MAX_BYTES`, and the `url` of the sink `city` is `BOLLARD_SINKS_MQTT_CITY_URL`.
 *
 * Throws as {@link readConfigFile} does, for a variable with its name.
 */
export function loadConfigFile(path: string, environment: Environment): LoadedConfig {
  const value = readChecked(path, configJsonSchema, (config) =>
    configProblems(config as BridgeConfig).map(({ place, message }) => ({
      code: "SCHEMA_DUPLICATE",
      path: place,
      message,
    })),
  );
  const overridden = withEnvironment(value ?? {}, environment);
  return {
    config: withAbsolutePaths(resolveOverridden(overridden), dirname(path)),
    warnings: overridden.unknown.map((name) => `${name} stands for no key of the configuration`),
  };
}

/** Blames the variable for what is wrong with the key that it stands for. */
function resolveOverridden({ value, applied }: Overridden): ResolvedConfig {
  try {
    return resolveConfig(value as BridgeConfig);
  } catch (error) {
    if (!isBridgeError(error)) throw error;
    const [variable] = [...applied].find(([, key]) => key === error.place) ?? [];
    if (variable === undefined) throw error;
    const why = error.message.replace(/ \(BRIDGE_\w+ at .*\)$/, "");
    throw new BridgeError(error.code, variable, why, { cause: error });
  }
}

/**
 * Reads a registry file, YAML, JSON or (by the end of its name) CSV: node id to what is known of it.
 * Throws as {@link readConfigFile} does.
 */
export function readNodesFile(path: string): Filled<Record<string, NodeConfig>> {
  if (/\.csv$/i.test(path)) return readNodesCsv(path);
  return resolveNodes(readChecked(path, nodeListJsonSchema) ?? {});
}

function readNodesCsv(path: string): Filled<Record<string, NodeConfig>> {
  const result = parseNodesCsv(readTextFile(path));
  const refuse = (line: number, message: string) =>
    new BridgeError("BRIDGE_CONFIG_INVALID", path, `${path}:${line} ${message}`);
  if ("faults" in result) {
    const [first, ...others] = result.faults;
    const more = others.map(({ line, message }) => `\n${path}:${line} ${message}`).join("");
    throw refuse(first?.line ?? 1, `${first?.message}${more}`);
  }
  // Node by node, to tell the line.
  return Object.fromEntries(
    Object.entries(result.nodes).map(([id, node]) => {
      try {
        return [id, resolveNodes({ [id]: node })[id] as Filled<NodeConfig>];
      } catch (error) {
        throw refuse(
          result.lines.get(id) ?? 1,
          error instanceof Error ? error.message : `${error}`,
        );
      }
    }),
  );
}

/** The first line of a file that holds a secret. Throws `BRIDGE_CONFIG_UNREADABLE`. */
export function readSecretFile(path: string): string {
  return readTextFile(path).split(/\r?\n/, 1)[0] ?? "";
}

/** Reads a JSON-LD context. Throws as {@link readConfigFile} does. */
export function readContextFile(path: string): object {
  const jsonSchema = { type: "object", required: ["@context"] };
  return readChecked(path, jsonSchema) as object;
}

/** Reads the devices that nodes are in OS2iot. Throws as {@link readConfigFile} does. */
export function readOs2iotDevices(path: string): Readonly<Record<string, Os2iotDevice>> {
  const text = { type: "string", minLength: 1 };
  const number = { type: "integer", minimum: 1 };
  const device = {
    type: "object",
    additionalProperties: false,
    properties: { apiKey: text, organization: number, application: number, device: number },
    oneOf: [{ required: ["apiKey"] }, { required: ["organization", "application", "device"] }],
  };
  const jsonSchema = { type: "object", additionalProperties: device };
  return readChecked(path, jsonSchema) as Readonly<Record<string, Os2iotDevice>>;
}

/** Reads the schemas that the configuration names. Throws as {@link readConfigFile} does. */
export function readSchemaFiles(paths: readonly string[]): SensorSchema[] {
  return paths.map((path) => {
    try {
      return readSchemaFile(path);
    } catch (error) {
      throw asBridgeError(error, path);
    }
  });
}

function readChecked(
  path: string,
  jsonSchema: object,
  check: (value: unknown) => readonly SchemaProblem[] = () => [],
): unknown {
  const text = readTextFile(path);
  try {
    // A file of nothing but comments leaves all as it is.
    return isEmpty(text) ? {} : parseDocument(text, { file: path, jsonSchema, check }).value;
  } catch (error) {
    throw asBridgeError(error, path);
  }
}

function isEmpty(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(#|$)/.test(line));
}

function asBridgeError(cause: unknown, path: string): unknown {
  if (!isSchemaError(cause)) return cause;
  const code =
    cause.code === "SCHEMA_UNREADABLE" ? "BRIDGE_CONFIG_UNREADABLE" : "BRIDGE_CONFIG_INVALID";
  return new BridgeError(code, cause.path || path, cause.message, { cause });
}

/** The text of a file that the configuration names. Throws `BRIDGE_CONFIG_UNREADABLE`. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("BRIDGE_CONFIG_UNREADABLE", path, `Cannot read it: ${why}`, { cause });
  }
}

/** The files that any end may name. */
interface SecretFiles {
  readonly passwordFile?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly tls: Filled<HttpTlsConfig>;
}

function withAbsolutePaths(config: ResolvedConfig, folder: string): ResolvedConfig {
  const from = <T extends string | undefined>(path: T) =>
    (path === undefined ? undefined : resolve(folder, path)) as T;
  const tls = <T extends Filled<HttpTlsConfig>>(files: T): T => ({
    ...files,
    ...(files.caFile !== undefined && { caFile: from(files.caFile) }),
    ...(files.certFile !== undefined && { certFile: from(files.certFile) }),
    ...(files.keyFile !== undefined && { keyFile: from(files.keyFile) }),
  });
  const end = <T extends SecretFiles>(end: T): T => ({
    ...end,
    ...(end.passwordFile !== undefined && { passwordFile: from(end.passwordFile) }),
    ...(end.tokenFile !== undefined && { tokenFile: from(end.tokenFile) }),
    tls: tls(end.tls),
  });
  const { file, ...nodes } = config.nodes;
  const { tokenFile, ...http } = config.http;
  const { tokenFile: readToken, ...read } = http.read;
  return {
    ...config,
    dataDir: from(config.dataDir),
    schemas: config.schemas.map(from),
    sources: {
      ...config.sources,
      mqtt: config.sources.mqtt.map(end),
      lorawan: config.sources.lorawan.map(end),
      foreign: config.sources.foreign.map((foreign) =>
        foreign.mqtt === undefined ? foreign : { ...foreign, mqtt: end(foreign.mqtt) },
      ),
    },
    sinks: {
      ...config.sinks,
      mqtt: config.sinks.mqtt.map(end),
      ngsiLd: config.sinks.ngsiLd.map(({ oauth, ...sink }) => ({
        ...end(sink),
        contexts: sink.contexts.map(({ url, file }) => ({ url, file: from(file) })),
        ...(oauth && { oauth: { ...oauth, clientSecretFile: from(oauth.clientSecretFile) } }),
      })) as ResolvedConfig["sinks"]["ngsiLd"],
      iotAgent: config.sinks.iotAgent.map(end),
      os2iot: config.sinks.os2iot.map((sink) => ({
        ...end(sink),
        devicesFile: from(sink.devicesFile),
      })),
      thingsBoard: config.sinks.thingsBoard.map(end),
      sparkplug: config.sinks.sparkplug.map(end),
      frost: config.sinks.frost.map(end),
      webhook: config.sinks.webhook.map((sink) => ({
        ...end(sink),
        secretFile: from(sink.secretFile),
      })),
      ldes: config.sinks.ldes.map((sink) => ({
        ...sink,
        ...(sink.folder !== undefined && { folder: from(sink.folder) }),
      })),
    },
    nodes: (file === undefined ? nodes : { ...nodes, file: from(file) }) as ResolvedConfig["nodes"],
    http: {
      ...http,
      ...(tokenFile !== undefined && { tokenFile: from(tokenFile) }),
      read: { ...read, ...(readToken !== undefined && { tokenFile: from(readToken) }) },
    } as ResolvedConfig["http"],
  };
}
