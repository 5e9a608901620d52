import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isSchemaError, type SchemaProblem, type SensorSchema } from "@bollard/schema";
import { parseDocument, readSchemaFile } from "@bollard/schema/file";
import { parse as parseCsv } from "csv-parse/sync";
import jsonSchema from "../../scenario.schema.json" with { type: "json" };
import type { Credentials } from "../engine/fleet-target.js";
import { topicMatches } from "../engine/topic-matches.js";
import { FleetError, isFleetError } from "../error.js";
import { keysOf, strangeKeys } from "./plan-phases.js";
import type { Scenario, ScenarioStreet } from "./scenario.js";

/** The JSON Schema of a scenario file, draft 7. */
export const scenarioJsonSchema: object = jsonSchema;

/** A scenario with all that its file names. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  /** By the name that the scenario has for the file. */
  readonly schemas: ReadonlyMap<string, SensorSchema>;
  /** Texts of CSV and PEM files, and first lines of secrets, the same way. */
  readonly texts: ReadonlyMap<string, string>;
  readonly credentials: readonly Credentials[] | undefined;
}

/**
 * Reads a scenario from a YAML or JSON file. Files that it names are looked for from its folder.
 *
 * @throws {@link FleetError} `FLEET_BAD_SCENARIO` with each mistake as `file:line:column key: what is
 *   wrong; what would be right`
 */
export function readScenarioFile(path: string): LoadedScenario {
  const text = readText(path, path);
  let parsed: ReturnType<typeof parseDocument>;
  try {
    parsed = parseDocument(text, { file: path, jsonSchema, check: problemsOf });
  } catch (error) {
    throw asFleetError(error, path);
  }
  const scenario = parsed.value as Scenario;
  const folder = dirname(path);
  const schemas = new Map<string, SensorSchema>();
  const texts = new Map<string, string>();
  /** Blames the line that names a file for what is wrong with it. */
  const at = <T>(key: string, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      const { file, line, column } = parsed.locate(key);
      if (isFleetError(error) && error.place !== path) throw error;
      throw asFleetError(error, `${file}:${line}:${column} ${key}`);
    }
  };
  const addText = (key: string, file: string | undefined) => {
    if (file !== undefined)
      texts.set(
        file,
        at(key, () => readText(resolve(folder, file), path)),
      );
  };
  const addSchema = (key: string, file: string | undefined) => {
    if (file !== undefined)
      schemas.set(
        file,
        at(key, () => readSchemaFile(resolve(folder, file))),
      );
  };
  for (const [index, { schema, readings, faults }] of scenario.streets.entries()) {
    addSchema(`streets[${index}].schema`, schema);
    addSchema(`streets[${index}].faults.rollout.schema`, faults?.rollout?.schema);
    addText(`streets[${index}].readings.replay`, readings?.replay);
  }
  const { credentials, ...broker } = scenario.broker ?? {};
  for (const key of ["passwordFile", "caFile", "certFile", "keyFile"] as const) {
    addText(`broker.${key}`, broker[key]);
  }
  addText("broker.credentials", credentials);
  return {
    scenario,
    schemas,
    texts,
    credentials:
      credentials === undefined
        ? undefined
        : at("broker.credentials", () =>
            parseCredentials(texts.get(credentials) ?? "", path, (file) =>
              readText(resolve(folder, dirname(credentials), file), path),
            ),
          ),
  };
}

/**
 * Who the clients are, from a CSV without a line of names: user name, password, and the files of a
 * certificate and its key, of which any may be empty.
 *
 * @param readPem - reads a file that the CSV names; each is read once
 * @throws {@link FleetError} `FLEET_BAD_SCENARIO` for one without a line, or half a certificate
 */
export function parseCredentials(
  text: string,
  place: string,
  readPem: (file: string) => string,
): readonly Credentials[] {
  const rows: string[][] = parseCsv(text, {
    skip_empty_lines: true,
    trim: true,
    relax_column_count: true,
  });
  if (rows.length === 0) throw new FleetError("FLEET_BAD_SCENARIO", place, "there is no line");
  const pems = new Map<string, string>();
  const pemOf = (file: string) => {
    const pem = pems.get(file) ?? readPem(file);
    pems.set(file, pem);
    return pem;
  };
  return rows.map(([username, password, cert = "", key = ""], index) => {
    if ((cert === "") !== (key === "")) {
      const message = `line ${index + 1}: a certificate and its key go together`;
      throw new FleetError("FLEET_BAD_SCENARIO", place, message);
    }
    const hasName = username !== undefined && (username !== "" || cert === "");
    return {
      ...(hasName && { username }),
      ...(hasName && password !== undefined && { password }),
      ...(cert !== "" && { certificate: { cert: pemOf(cert), key: pemOf(key) } }),
    };
  });
}

/** What the JSON Schema cannot say. */
function problemsOf(value: unknown): SchemaProblem[] {
  const { streets, phases, receivers, broker } = (value ?? {}) as Partial<Scenario>;
  const problems: SchemaProblem[] = [];
  const tell = (path: string, message: string, code: SchemaProblem["code"] = "SCHEMA_BAD_RULE") =>
    problems.push({ code, path, message });
  const list = <T>(items: readonly T[] | undefined) =>
    (Array.isArray(items) ? items : []).map((item, index) => [item ?? {}, index] as const);
  const names = list(streets).map(([street]) => street.name);
  for (const [street, index] of list(streets)) {
    const at = `streets[${index}]`;
    if (street.name !== undefined && names.indexOf(street.name) !== index) {
      tell(`${at}.name`, `${street.name} is another street's name, too`, "SCHEMA_DUPLICATE");
    }
    for (const [key, message] of Object.entries(streetProblems(street)))
      tell(`${at}.${key}`, message);
  }
  for (const [phase, index] of list(phases)) {
    if (typeof phase.kind !== "string" || !knownKinds().includes(phase.kind)) continue;
    for (const key of strangeKeys(phase)) {
      const message = `${key} says nothing of ${phase.kind}; it has ${keysOf(phase.kind).join(", ")}`;
      tell(`phases[${index}].${key}`, message, "SCHEMA_UNKNOWN_KEY");
    }
  }
  const isVersion3 = broker?.version === "3.1.1";
  if (isVersion3 && list(receivers).length > 0 && list(streets).some(([one]) => one.schema)) {
    const message =
      "with MQTT 3.1.1 only payloads without a schema can be counted; take version 5, or leave the receivers out";
    tell("broker.version", message);
  }
  for (const [receiver, index] of list(receivers)) {
    if (typeof receiver.filter !== "string") continue;
    const isHeard = list(streets).some(([street]) =>
      topicMatches(inShard(receiver.filter, 0), topicOf(street, 0)),
    );
    if (!isHeard) {
      const topics = list(streets).map(([street]) => topicOf(street, 0));
      tell(
        `receivers[${index}].filter`,
        `takes in no street's topic; they are ${topics.join(", ")}`,
      );
    }
  }
  return problems;
}

/** By key, what is wrong with a street. */
function streetProblems(street: ScenarioStreet): Readonly<Record<string, string>> {
  const { schema, payload, readings, faults, nodes, nodesPerConnection = 1 } = street;
  const needsSchema = "needs a schema; give the street one";
  return {
    ...(!schema && payload?.form && { "payload.form": needsSchema }),
    ...(!schema && readings && { readings: needsSchema }),
    ...(!schema && faults?.rollout && { "faults.rollout": needsSchema }),
    ...(schema && payload?.bytes && { "payload.bytes": "a schema has a length of its own" }),
    ...(payload?.form === "template" &&
      !payload.template && { "payload.form": "needs payload.template" }),
    ...(payload?.template &&
      payload.form !== "template" && { "payload.template": "needs the form template" }),
    ...(readings?.replay &&
      readings.models && { "readings.models": "says nothing beside replay; leave one out" }),
    ...(nodesPerConnection > nodes && {
      nodesPerConnection: `${nodesPerConnection} is more than the ${nodes} nodes`,
    }),
  };
}

/** A topic or filter with the shard's number in place of `{shard}`. */
export function inShard(text: string, shard: number): string {
  return text.replaceAll("{shard}", String(shard + 1));
}

/** The topic of a node. */
export function topicOf(street: ScenarioStreet, node: number, schema = "", shard = 0): string {
  return inShard(String(street.topic ?? "simulated/{street}/{node}"), shard)
    .replaceAll("{street}", street.name)
    .replaceAll("{node}", String(node + 1))
    .replaceAll("{schema}", schema);
}

function knownKinds(): readonly string[] {
  return jsonSchema.$defs.phase.properties.kind.enum;
}

function readText(path: string, place: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError("FLEET_BAD_SCENARIO", place, `cannot be read: ${why}`, { cause });
  }
}

function asFleetError(cause: unknown, place: string): FleetError {
  if (isFleetError(cause)) {
    const why = cause.message.slice(cause.place.length + 2).replace(/ \(FLEET_\w+\)$/, "");
    return new FleetError(cause.code, place, why, { cause });
  }
  if (!isSchemaError(cause)) throw cause;
  return new FleetError("FLEET_BAD_SCENARIO", place, `is not right:\n${cause.message}`, { cause });
}
