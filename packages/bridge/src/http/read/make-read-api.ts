import { EntityGates } from "@bollard/ngsi-ld";
import type { Spool } from "@bollard/spool";
import type { BridgeClock } from "../../clock.js";
import type { ResolvedConfig } from "../../config/config.js";
import { readSecretFile } from "../../config/read-config.js";
import { BridgeError } from "../../error.js";
import type { Pipeline } from "../../pipeline.js";
import type { Registry } from "../../registry/registry.js";
import type { SchemaSet } from "../../schema-set.js";
import { LdesSink } from "../../sinks/ldes/ldes-sink.js";
import type { Sink } from "../../sinks/sink.js";
import type { EntityView } from "../../view/entity-view.js";
import { AccessToken } from "../login/access-token.js";
import type { ReadApiOptions } from "./add-read-api.js";
import { asyncApi } from "./async-api.js";
import type { CityData } from "./city-data.js";
import type { ReadAccess } from "./read-access.js";
import { newReadCounts } from "./read-counts.js";
import { ReadPace } from "./read-pace.js";

/** Of the bridge that runs. */
export interface ReadApiParts {
  readonly config: ResolvedConfig;
  /** Those there are now. */
  readonly mqttSinks: () => ResolvedConfig["sinks"]["mqtt"];
  readonly access: ReadAccess;
  readonly version: string;
  /** The same of the sinks that run. */
  readonly sinks: () => readonly Sink[];
  readonly spool: Spool;
  readonly pipeline: Pick<Pipeline, "interpret" | "generation">;
  readonly schemas: SchemaSet;
  readonly registry: Registry;
  readonly view: EntityView;
  readonly clock: BridgeClock;
  readonly onLoginFailure: (address: string) => void;
}

/**
 * Who may read, from the configuration; undefined where nobody may.
 *
 * @param pageToken - opens everything, so this as well
 * @throws BridgeError `BRIDGE_CONFIG_INVALID` where a token is asked for and there is none, or it is
 * too short; `BRIDGE_CONFIG_UNREADABLE`
 */
export function readAccessOf(
  { read }: ResolvedConfig["http"],
  pageToken: AccessToken | undefined,
): ReadAccess | undefined {
  const { access, tokenFile } = read;
  if (access === "off") return undefined;
  if (access !== "token") return { kind: access };
  const place = "http.read.tokenFile";
  const own = tokenFile === undefined ? [] : [new AccessToken(readSecretFile(tokenFile), place)];
  const tokens = [...own, ...(pageToken ? [pageToken] : [])];
  if (tokens.length > 0) return { kind: "token", tokens };
  const message = `Access is by a token, and there is none: name a file whose first line is one, made by "openssl rand -hex 24 > read.token"`;
  throw new BridgeError("BRIDGE_CONFIG_INVALID", place, message);
}

/** The read API of a bridge. */
export function makeReadApi(parts: ReadApiParts): ReadApiOptions {
  const { config, access, version, clock, schemas, mqttSinks, onLoginFailure } = parts;
  const { historyDays: maxDays, historyBytes: maxBytes } = config.spool;
  return {
    access,
    version,
    clock,
    onLoginFailure,
    requestsPerMinute: config.http.read.requestsPerMinute,
    history: { maxDays, maxBytes },
    counts: newReadCounts(),
    gates: new EntityGates(),
    ldes: () => parts.sinks().filter((sink) => sink instanceof LdesSink),
    asyncApi: () =>
      asyncApi({ bridge: config.name, version, sinks: mqttSinks(), schemas: schemas.all }),
    bridge: config.name,
    data: cityData(parts),
  };
}

function cityData({ spool, pipeline, schemas, registry, view, clock }: ReadApiParts): CityData {
  return {
    spool,
    pace: new ReadPace(),
    interpret: pipeline.interpret,
    version: pipeline.generation,
    latest: () => view.latest(),
    totals: () => view.totals,
    startedMs: clock.wallMs(),
    schemas: () => schemas.all,
    schemaOf: (id) => schemas.find(id),
    nodeOf: (id) => registry.find(id),
    onlyIdOf: (name) => {
      const id = registry.idOf(name);
      return id === undefined || registry.isSharedName(id) ? undefined : id;
    },
  };
}
