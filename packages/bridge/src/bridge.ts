import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LinkSessions } from "@bollard/link";
import type { SensorSchema } from "@bollard/schema";
import { isSpoolError, type Spool } from "@bollard/spool";
import { type DestinationStream, type Logger, pino } from "pino";
import manifest from "../package.json" with { type: "json" };
import { Alarms } from "./alarms.js";
import { type BridgeClock, systemClock } from "./clock.js";
import { CommandDesk, type CommandResult } from "./commands/command-desk.js";
import type { BridgeConfig, ResolvedConfig } from "./config/config.js";
import { mappingsOf, namesOf } from "./config/named-by-config.js";
import { readSchemaFiles } from "./config/read-config.js";
import { resolveConfig } from "./config/resolve-config.js";
import { commandForms } from "./details/command-forms.js";
import { FirstSeen } from "./details/first-seen.js";
import { LogRing } from "./details/log-ring.js";
import { readingsCsv } from "./details/readings-csv.js";
import { toSpoolView } from "./details/spool-view.js";
import { TrendLog } from "./details/trend-log.js";
import { DurableAcks } from "./durable-acks.js";
import { EndSet } from "./end-set.js";
import { eraseNode } from "./erase-node.js";
import { BridgeError } from "./error.js";
import { FieldExpiry } from "./field-expiry.js";
import type { Control } from "./http/api.js";
import { type HttpServer, startHttpServer } from "./http/http-server.js";
import type { AccessToken } from "./http/login/access-token.js";
import { readAccessToken } from "./http/login/read-access-token.js";
import { makeReadApi, readAccessOf } from "./http/read/make-read-api.js";
import type { ReadAccess } from "./http/read/read-access.js";
import { isMendedMapping } from "./interpret.js";
import { KeyMemory } from "./key-memory.js";
import { type EndsOptions, planSinks, planSources, type SourcesOptions } from "./make-ends.js";
import { openSpool } from "./open-spool.js";
import type { BridgeStatus, DeliveryStatus } from "./page/api-types.js";
import type { WaitingView } from "./page/detail-types.js";
import { pageFolder } from "./page/page-folder.js";
import { createPipeline, type Pipeline } from "./pipeline.js";
import { ProgressWatch } from "./progress-watch.js";
import { ReadingTimes } from "./reading-time.js";
import { recall } from "./recall.js";
import { NodeRegistry, type NodeRegistryOptions } from "./registry/node-registry.js";
import { RegistryFile } from "./registry/registry-file.js";
import { changedSections, type ReloadReport, tellReload } from "./reload.js";
import { Replay } from "./replay.js";
import { RetryRefused } from "./retry-refused.js";
import { SchemaReferences } from "./schema-references.js";
import { SchemaSet } from "./schema-set.js";
import { SessionNumbers } from "./session-numbers.js";
import { type SetAsideGroup, SetAsideLog } from "./set-aside-log.js";
import { SinkSet } from "./sinks/sink-set.js";
import type { ForeignMapping } from "./sources/foreign/foreign-mapping.js";
import { type OpenPort, openSerialPort } from "./sources/serial/open-port.js";
import type { LastKey, Source } from "./sources/source.js";
import { buildStatus } from "./status.js";
import { EntityView } from "./view/entity-view.js";
import { Rate } from "./view/rate.js";

/** What a bridge is made of. */
export interface BridgeOptions {
  /** What it reads, keeps and sends on; from `readConfigFile`, or written in place. */
  readonly config: BridgeConfig | ResolvedConfig;
  /** Schemas besides those of the files that the configuration names. Default: none. */
  readonly schemas?: readonly SensorSchema[];
  /** Opens a serial port. Default: with the `serialport` package. */
  readonly openPort?: OpenPort;
  /** Default: the machine's clocks. */
  readonly clock?: BridgeClock;
  /** Its own log: the page then shows none. Default: see `logTo`. */
  readonly log?: Logger;
  /** Where JSON lines go, at the level of the configuration. Default: the standard output. */
  readonly logTo?: DestinationStream;
  /** Buttons on the page. Default: none. */
  readonly controls?: readonly Control[];
  /** What a checker at the far end counts. Default: nobody counts. */
  readonly delivery?: () => DeliveryStatus;
  /** A line at the foot of the page, such as an attribution. Default: none. */
  readonly notice?: string;
}

/** What there is while it runs. */
interface Running {
  readonly spool: Spool;
  readonly pipeline: Pipeline;
  readonly setAside: SetAsideLog;
  readonly sessions: SessionNumbers;
  readonly sinks: SinkSet;
  readonly sources: EndSet<Source>;
  readonly replay: Replay;
  readonly expiry: FieldExpiry;
  /** One for all serial ports. */
  readonly linkSessions: LinkSessions;
  /** From before the start. */
  readonly lastKeys: readonly LastKey[];
}

/** A stop takes no longer: what hangs is left to the operating system. */
const STOP_WITHIN_MS = 1500;

/**
 * The daemon between street sensors and city platforms.
 *
 * `start` opens sources, spool, sinks and the page; `close` stops it all within two seconds. What was
 * acknowledged to a node is on the disk, and is delivered after the next start.
 */
export class Bridge {
  readonly #options: BridgeOptions;
  #config: ResolvedConfig;
  readonly #clock: BridgeClock;
  readonly #log: Logger;
  readonly #alarms: Alarms;
  readonly #schemas: SchemaSet;
  readonly #references: SchemaReferences;
  /** By the source's name. */
  readonly #mappings: Map<string, ForeignMapping>;
  readonly #nodes: NodeRegistry;
  readonly #view: EntityView;
  readonly #readingsIn: Rate;
  readonly #acks = new DurableAcks(0);
  readonly #token: AccessToken | undefined;
  readonly #readAccess: ReadAccess | undefined;
  readonly #times: ReadingTimes;
  readonly #progress: ProgressWatch;
  readonly #commands: CommandDesk;
  readonly #logRing = new LogRing();
  readonly #trend: TrendLog;
  #firstSeen: FirstSeen | undefined;
  #startedMs = 0;
  #running: Running | undefined;
  #http: HttpServer | undefined;
  #reloading: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  /**
   * Checks the configuration and reads the files it names. Nothing is opened yet.
   *
   * @throws BridgeError `BRIDGE_CONFIG_INVALID`, `BRIDGE_CONFIG_UNREADABLE`, `BRIDGE_SCHEMA_CONFLICT`
   */
  constructor(options: BridgeOptions) {
    const config = resolveConfig(options.config);
    this.#options = options;
    this.#config = config;
    this.#clock = options.clock ?? systemClock();
    this.#log = options.log ?? this.#makeLog(options.logTo ?? pino.destination(1));
    this.#alarms = new Alarms(this.#clock);
    this.#schemas = new SchemaSet(this.#readSchemas(config), config.privacy);
    this.#mappings = mappingsOf(config);
    this.#references = new SchemaReferences(this.#schemas, namesOf(config));
    this.#nodes = new NodeRegistry(this.#registryOptions(config));
    this.#view = new EntityView({
      clock: this.#clock,
      ...config.view,
      firstSeenMs: (node, nowMs) => this.#firstSeen?.of(node, nowMs) ?? nowMs,
    });
    this.#readingsIn = new Rate(() => this.#clock.monotonicMs());
    this.#times = new ReadingTimes(this.#clock);
    this.#token = readAccessToken(config.http);
    this.#readAccess = readAccessOf(config.http, this.#token);
    this.#trend = new TrendLog({ clock: this.#clock, status: () => this.status() });
    this.#progress = new ProgressWatch(this.#clock, config.spool.commitDelayMs);
    this.#commands = new CommandDesk({
      schemas: () => this.#schemas.all.map(({ schema }) => schema),
      routes: () => this.#running?.sources.all ?? [],
      idOf: (name) => this.#nodes.registry.idOf(name),
      clock: this.#clock,
    });
  }

  /**
   * Opens everything; resolves once the page is there and the sources are being opened.
   *
   * @returns the page's address, such as `http://127.0.0.1:8080`; empty without a web server
   * @throws BridgeError `BRIDGE_DATA_DIR`, `BRIDGE_ADDRESS_IN_USE`; what was opened is closed again
   */
  async start(): Promise<{ readonly url: string }> {
    this.#startedMs = this.#clock.wallMs();
    for (const warning of this.warnings) this.#log.warn(warning);
    try {
      const running = await this.#open();
      if (this.#config.http.enabled) this.#http = await this.#startHttp(running);
      this.#tellReplay(running.replay.start());
      running.expiry.start();
      await running.sources.apply(planSources(this.#sourceOptions(this.#config, running)));
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#trend.start();
    const url = this.#http?.url ?? "";
    this.#log.info(
      { url, schemas: this.#schemas.ids, nodes: this.#nodes.registry.size },
      "running",
    );
    return { url };
  }

  /** How it is: what the page shows, and `GET /api/v1/status`. Only between `start` and `close`. */
  status(): BridgeStatus {
    const { spool, pipeline, sinks, sources, setAside } = this.#asRunning();
    return buildStatus({
      nowMs: this.#clock.wallMs(),
      startedMs: this.#startedMs,
      version: manifest.version,
      spool: spool.stats(),
      maxBytes: this.#config.spool.maxBytes,
      arrivals: { ...pipeline.counts, undecodable: setAside.undecodable },
      sources: sources.all.flatMap((source) => source.status()),
      sinks: sinks.status(),
      nodes: this.#view.counts(),
      rates: { readingsIn: this.#readingsIn.perSecond(), readingsOut: sinks.readingsOut },
      totals: this.#view.totals,
      alarms: this.#alarms.list(),
      setAside: setAside.groups,
      delivery: this.#options.delivery?.(),
      notice: this.#options.notice,
    });
  }

  /** What is no mistake in the configuration and will do harm later, in sentences. */
  get warnings(): readonly string[] {
    const { neverThinned } = this.#config.spool;
    const unknown = neverThinned.filter((name) => !this.#schemas.lookUp(name));
    return [
      ...this.#schemas.warnings(),
      ...this.#nodes.registry.warnings(),
      ...unknown.map((name) => `No schema ${name} is configured, as spool.neverThinned has it`),
    ];
  }

  /**
   * What has stood still for half a minute though it could get on, in words: a watchdog asks this
   * again and again, and starts the bridge anew. Empty while it does not run.
   */
  stalled(): readonly string[] {
    const running = this.#running;
    if (!running || this.#closing) return [];
    return this.#progress.look({ spool: running.spool, drains: running.sinks.drains });
  }

  /**
   * Takes up another configuration while it runs: sources, sinks, schemas, registry and
   * privacy, with what has changed in the files they name. What stays the same runs on.
   *
   * @returns what has changed, and what waits for a restart
   * @throws BridgeError as the constructor does; the old configuration runs on, and an alarm tells
   */
  reload(config: BridgeConfig | ResolvedConfig): Promise<ReloadReport> {
    const report = this.#reloading.then(() => this.#reload(resolveConfig(config)));
    const told = report.catch((error: unknown) => this.refuseReload(error));
    this.#reloading = told;
    return report;
  }

  /** Tells that a new configuration cannot be taken up, such as when its file cannot be read. */
  refuseReload(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#alarms.raise("CONFIG_REFUSED", "config", message);
    this.#log.error({ err: error }, "the new configuration was refused; the old one runs on");
  }

  /**
   * Erases what the bridge holds of a node: on the disk, on the page, and as retained at brokers.
   *
   * @param id - the node's own
   * @returns messages erased from the disk
   * @throws SpoolError `SPOOL_FAILING` when the disk refuses; it can be asked again
   */
  erase(id: string): Promise<number> {
    const { spool, sinks, pipeline, setAside } = this.#asRunning();
    return eraseNode(id, {
      ...{ spool, pipeline, setAside, schemas: this.#schemas, view: this.#view },
      drains: sinks.drains,
      registry: this.#nodes.registry,
      firstSeen: this.#firstSeen,
    });
  }

  /**
   * Sends a command to a node, once however often it is asked for under one id. Never rejects.
   *
   * @param node - its owner's name
   * @param request - `{ id, command, values?, withinMs?, schema? }`, unchecked
   */
  command(node: string, request: unknown): Promise<CommandResult> {
    return this.#commands.ask(node, request);
  }

  /** Stops within two seconds, at any time, also more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #open(): Promise<Running> {
    const { dataDir } = this.#config;
    const ends = this.#ends(this.#config);
    const { spool, idle } = await openSpool({ ...ends, acks: this.#acks });
    const setAside = new SetAsideLog(dataDir);
    const sessions = new SessionNumbers({ dataDir });
    this.#firstSeen = new FirstSeen(dataDir, this.#clock);
    const pipeline = this.#makePipeline(spool, setAside, sessions);
    const sinks = new SinkSet({ spool, idle, pipeline, setAside });
    const sources = new EndSet<Source>({
      open: (source) => source.open(),
      close: (source) => source.close(),
    });
    const replay = new Replay({
      ...{ spool, setAside, pipeline, view: this.#view, drains: () => sinks.drains },
      isKnown: ({ reason, detail }) => {
        const { registry } = this.#nodes;
        if (reason === "unknown-node") return registry.find(detail) !== undefined;
        if (reason === "unmapped") return isMendedMapping(detail, this.#mappings);
        return this.#references.isKnown(detail, (node) => registry.find(node)?.schemas);
      },
    });
    const linkSessions = new LinkSessions({ allocateSession: (node) => sessions.next(node) });
    const expiry = this.#makeExpiry(spool, pipeline);
    const opened = {
      spool,
      pipeline,
      setAside,
      sessions,
      sinks,
      sources,
      replay,
      expiry,
      linkSessions,
    };
    // What was opened is closed again, whatever comes.
    this.#running = { ...opened, lastKeys: [] };
    await sinks.apply(ends);
    const { links, lastKeys } = await recall(spool, pipeline, sinks.drains);
    for (const session of links) linkSessions.restore(session);
    this.#running = { ...opened, lastKeys };
    return this.#running;
  }

  #makeExpiry(spool: Spool, pipeline: Pipeline): FieldExpiry {
    return new FieldExpiry({
      ...{ spool, clock: this.#clock, alarms: this.#alarms, log: this.#log, times: this.#times },
      schemas: () => this.#schemas.all,
      schemaOf: (entry) => {
        return this.#references.schemaOf(entry, this.#nodes.registry.find(entry.node)?.schemas);
      },
      onSwept: () => {
        pipeline.forget();
        this.#view.expire(this.#schemas.all);
      },
    });
  }

  #makePipeline(spool: Spool, setAside: SetAsideLog, sessions: SessionNumbers): Pipeline {
    return createPipeline({
      spool,
      keys: new KeyMemory(),
      sessions,
      acks: this.#acks,
      setAside,
      view: this.#view,
      readingsIn: this.#readingsIn,
      alarms: this.#alarms,
      clock: this.#clock,
      registry: this.#nodes.registry,
      references: this.#references,
      mappings: this.#mappings,
      times: this.#times,
      neverThinned: new Set(this.#config.spool.neverThinned),
      onRefused: (error) => this.#onRefused(error),
    });
  }

  #ends(config: ResolvedConfig): EndsOptions {
    const commands = this.#commands;
    return { config, clock: this.#clock, log: this.#log, alarms: this.#alarms, commands };
  }

  #sourceOptions(config: ResolvedConfig, running: Running): SourcesOptions {
    const { spool, pipeline, sessions, linkSessions, lastKeys } = running;
    return {
      ...this.#ends(config),
      accept: pipeline.accept,
      sessions,
      linkSessions,
      lastKeys,
      mappings: this.#mappings,
      schemas: this.#schemas,
      openPort: this.#options.openPort ?? openSerialPort,
      commit: () => spool.commit(),
    };
  }

  #readSchemas(config: ResolvedConfig): SensorSchema[] {
    return [...readSchemaFiles(config.schemas), ...(this.#options.schemas ?? [])];
  }

  #registryOptions({ nodes, dataDir }: ResolvedConfig): NodeRegistryOptions {
    const { unknown, list } = nodes;
    const file = new RegistryFile(nodes.file ?? join(dataDir, "nodes.yaml"));
    return { unknown, list, file, clock: this.#clock };
  }

  async #reload(wanted: ResolvedConfig): Promise<ReloadReport> {
    const running = this.#asRunning();
    const { replay, sinks, sources } = running;
    const { name, dataDir, spool, http, view, log } = this.#config;
    const config = { ...wanted, name, dataDir, spool, http, view, log };
    const schemas = this.#readSchemas(config);
    const nodes = this.#registryOptions(config);
    // Each of these throws where something is wrong, while nothing has changed yet.
    new SchemaSet(schemas, config.privacy);
    new NodeRegistry(nodes);
    planSinks(this.#ends(config));
    const mappings = mappingsOf(config);
    const planned = planSources({ ...this.#sourceOptions(config, running), mappings });

    const replayed = replay.around(() => {
      this.#schemas.replace(schemas, config.privacy);
      this.#references.replace(namesOf(config));
      this.#mappings.clear();
      for (const [name, mapping] of mappings) this.#mappings.set(name, mapping);
      this.#nodes.reload(nodes);
    });
    this.#tellReplay(replayed);
    running.expiry.start();
    const { fresh, ...sinkChanges } = await sinks.apply(this.#ends(config));
    for (const drain of fresh) void drain.run();
    const report: ReloadReport = {
      sinks: sinkChanges,
      sources: await sources.apply(planned),
      ...changedSections(this.#config, wanted),
    };
    this.#config = config;
    this.#alarms.clear("CONFIG_REFUSED", "config");
    for (const warning of this.warnings) this.#log.warn(warning);
    this.#log.info({ report }, `the configuration was read again: ${tellReload(report)}`);
    return report;
  }

  #tellReplay(replay: Promise<number>): void {
    replay.then(
      (count) => {
        if (count > 0) this.#log.info({ count }, "replayed what was set aside");
      },
      (error: unknown) => {
        if (!isSpoolError(error)) this.#log.error({ err: error }, "the replay failed");
      },
    );
  }

  #startHttp({ spool, pipeline, setAside, replay, sinks, sources }: Running): Promise<HttpServer> {
    const runningSinks = () => sinks.drains.map(({ sink }) => sink);
    const onLoginFailure = (address: string) =>
      this.#log.warn({ address }, "a wrong token for the page");
    return startHttpServer({
      ...this.#config.http,
      clock: this.#clock,
      token: this.#token,
      pageFolder: fileURLToPath(pageFolder),
      status: () => this.status(),
      trend: () => this.#trend.points,
      nodes: () => this.#view.nodes(),
      takeChangedNodes: () => this.#view.takeChanged(),
      history: (name, field, seconds) => this.#view.history(name, field, seconds),
      controls: this.#options.controls ?? [],
      links: () => sources.all.flatMap((source) => source.links?.() ?? []),
      spool: () => toSpoolView(spool.stats(), this.#config.spool),
      waiting: () => toWaiting(setAside.groups),
      log: (query) => this.#logRing.read(query),
      readings: ({ node, schema, ...range }) => {
        const found = this.#view.find(node, schema);
        const isThere = found && (!range.field || found.schema.field(range.field));
        return isThere
          ? readingsCsv({ ...found, ...range }, { spool, interpret: pipeline.interpret })
          : undefined;
      },
      commands: {
        forms: () => commandForms(this.#schemas.all.map(({ schema }) => schema)),
        ask: (node, asked) => this.#commands.ask(node, asked),
      },
      registry: {
        nodes: this.#nodes,
        held: () => setAside.groups.filter(({ reason }) => reason === "unknown-node"),
        around: (change) => replay.around(change),
        erase: (id) => this.erase(id),
        onChange: (what) => this.#log.info(what, "the registry was changed"),
      },
      refused: new RetryRefused({
        ...{ spool, interpret: pipeline.interpret, log: this.#log },
        sinks: runningSinks,
      }),
      onError: (error) => this.#log.error({ err: error }, "a request failed"),
      onLoginFailure,
      readApi:
        this.#readAccess &&
        makeReadApi({
          ...{ config: this.#config, access: this.#readAccess, version: manifest.version },
          ...{ spool, pipeline, schemas: this.#schemas, registry: this.#nodes.registry },
          ...{ view: this.#view, clock: this.#clock, onLoginFailure },
          mqttSinks: () => this.#config.sinks.mqtt,
          sinks: runningSinks,
        }),
    });
  }

  #onRefused(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = isSpoolError(error) ? error.code : "SPOOL_REFUSED";
    if (this.#alarms.raise(code, "spool", message)) {
      this.#log.error({ err: error }, "a message could not be kept and was not acknowledged");
    }
  }

  #asRunning(): Running {
    if (this.#running) return this.#running;
    throw new BridgeError("BRIDGE_NOT_RUNNING", "bridge", "It is not running");
  }

  async #close(): Promise<void> {
    const running = this.#running;
    this.#trend.stop();
    const stop = async () => {
      // What came in last is brought to the disk first, so that its nodes hear of it.
      await running?.spool.commit().catch(() => {});
      running?.replay.close();
      running?.sinks.stop();
      await running?.expiry.close();
      await Promise.all([this.#http?.close(), running?.sources.close(), running?.sinks.close()]);
      await running?.spool.close();
      running?.sessions.close();
      await Promise.all([running?.setAside.save(), this.#firstSeen?.save()]);
    };
    const ended = await within(STOP_WITHIN_MS, stop());
    if (!ended) this.#log.warn("it took too long to stop in good order");
  }

  /** To the page as well. */
  #makeLog(to: DestinationStream): Logger {
    const { level } = this.#config.log;
    if (level === "silent") return pino({ level });
    const streams = [to, this.#logRing].map((stream) => ({ level, stream }));
    return pino({ name: "bollard", level }, pino.multistream(streams));
  }
}

function toWaiting(groups: readonly SetAsideGroup[]): WaitingView[] {
  return groups.map(({ reason, detail, count }) => ({ reason, detail, messages: count }));
}

/** True once the task has ended, well or badly; false when it took too long. */
function within(ms: number, task: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    task.then(done, done);
  });
}
