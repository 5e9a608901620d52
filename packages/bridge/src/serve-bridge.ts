import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import type { BridgeCore } from "./bridge-core.js";
import { commandForms } from "./details/command-forms.js";
import { readingsCsv } from "./details/readings-csv.js";
import { toSpoolView } from "./details/spool-view.js";
import type { TrendLog } from "./details/trend-log.js";
import { type HttpServer, startHttpServer } from "./http/http-server.js";
import type { AccessToken } from "./http/login/access-token.js";
import { makeReadApi } from "./http/read/make-read-api.js";
import type { ReadAccess } from "./http/read/read-access.js";
import type { BridgeStatus } from "./page/api-types.js";
import type { WaitingView } from "./page/detail-types.js";
import { pageFolder } from "./page/page-folder.js";
import { RetryRefused } from "./retry-refused.js";
import type { RunningBridge } from "./running-bridge.js";
import type { SetAsideGroup } from "./set-aside-log.js";

/** What is served, and to whom. */
export interface ServeOptions {
  readonly core: BridgeCore;
  readonly running: RunningBridge;
  readonly status: () => BridgeStatus;
  readonly trend: TrendLog;
  /** Erases a node. */
  readonly erase: (id: string) => Promise<number>;
  readonly token: AccessToken | undefined;
  /** Who may read as a city does. */
  readonly readAccess: ReadAccess | undefined;
}

/**
 * Opens the bridge's web server: page, API, metrics and what the city reads.
 *
 * @throws BridgeError `BRIDGE_ADDRESS_IN_USE`
 */
export function serveBridge(options: ServeOptions): Promise<HttpServer> {
  const { core, running, status, trend, erase, token } = options;
  const { view, nodes, log, clock } = core;
  const { spool, pipeline, setAside, replay, sources } = running;
  const { interpret } = pipeline;
  return startHttpServer({
    ...core.config.http,
    ...{ clock, token, status },
    pageFolder: fileURLToPath(pageFolder),
    trend: () => trend.points,
    nodes: () => view.nodes(),
    takeChangedNodes: () => view.takeChanged(),
    history: (name, field, seconds) => view.history(name, field, seconds),
    controls: core.options.controls ?? [],
    links: () => sources.all.flatMap((source) => source.links?.() ?? []),
    spool: () => toSpoolView(spool.stats(), core.config.spool),
    waiting: () => toWaiting(setAside.groups),
    log: (query) => core.logRing.read(query),
    readings: ({ node, schema, ...range }) => {
      const found = view.find(node, schema);
      const isThere = found && (!range.field || found.schema.field(range.field));
      return isThere ? readingsCsv({ ...found, ...range }, { spool, interpret }) : undefined;
    },
    commands: {
      forms: () => commandForms(core.schemas.all.map(({ schema }) => schema)),
      ask: (node, asked) => core.commands.ask(node, asked),
    },
    registry: {
      ...{ nodes, erase },
      held: () => setAside.groups.filter(({ reason }) => reason === "unknown-node"),
      around: (change) => replay.around(change),
      onChange: (what) => log.info(what, "the registry was changed"),
    },
    refused: new RetryRefused({ spool, interpret, log, sinks: () => sinksOf(running) }),
    onError: (error) => log.error({ err: error }, "a request failed"),
    onLoginFailure: (address) => tellLoginFailure(core, address),
    onAudit: (audit) =>
      log.info({ audit }, `audit: ${audit.method} ${audit.path} by ${audit.by}: ${audit.status}`),
    readApi: readApiOf(options),
  });
}

function readApiOf({ core, running, readAccess: access }: ServeOptions) {
  if (!access) return undefined;
  const { config, schemas, view, clock, nodes } = core;
  const { spool, pipeline } = running;
  return makeReadApi({
    ...{ config, access, version: manifest.version, spool, pipeline, schemas, view, clock },
    registry: nodes.registry,
    onLoginFailure: (address) => tellLoginFailure(core, address),
    mqttSinks: () => core.config.sinks.mqtt,
    sinks: () => sinksOf(running),
  });
}

function sinksOf({ sinks }: RunningBridge) {
  return sinks.drains.map(({ sink }) => sink);
}

function tellLoginFailure({ log }: BridgeCore, address: string): void {
  log.warn({ address }, "a wrong token for the page");
}

function toWaiting(groups: readonly SetAsideGroup[]): WaitingView[] {
  return groups.map(({ reason, detail, count }) => ({ reason, detail, messages: count }));
}
