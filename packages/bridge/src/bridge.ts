import { fileURLToPath } from "node:url";
import { LinkSessions } from "@bollard/link";
import type { SensorSchema } from "@bollard/schema";
import { isSpoolError, type Spool } from "@bollard/spool";
import { type DestinationStream, type Logger, pino } from "pino";
import manifest from "../package.json" with { type: "json" };
import { Alarms } from "./alarms.js";
import { type BridgeClock, systemClock } from "./clock.js";
import type { BridgeConfig, ResolvedConfig } from "./config/config.js";
import { readNodesFile, readSchemaFiles } from "./config/read-config.js";
import { resolveConfig } from "./config/resolve-config.js";
import { FirstSeen } from "./details/first-seen.js";
import { LogRing } from "./details/log-ring.js";
import { readingsCsv } from "./details/readings-csv.js";
import { toSpoolView } from "./details/spool-view.js";
import { DurableAcks } from "./durable-acks.js";
import { BridgeError } from "./error.js";
import type { Control } from "./http/api.js";
import { type HttpServer, startHttpServer } from "./http/http-server.js";
import type { AccessToken } from "./http/login/access-token.js";
import { readAccessToken } from "./http/login/read-access-token.js";
import { isMendedMapping } from "./interpret.js";
import { KeyMemory } from "./key-memory.js";
import { type EndsOptions, makeSinks, makeSources } from "./make-ends.js";
import { openSpool } from "./open-spool.js";
import type { BridgeStatus, DeliveryStatus } from "./page/api-types.js";
import type { WaitingView } from "./page/detail-types.js";
import { pageFolder } from "./page/page-folder.js";
import { createPipeline, type Pipeline } from "./pipeline.js";
import { ReadingTimes } from "./reading-time.js";
import { type Recollection, recall } from "./recall.js";
import { Registry } from "./registry.js";
import { replayAndDrain } from "./replay.js";
import { calibrate } from "./rules/calibrate.js";
import { SchemaReferences } from "./schema-references.js";
import { SchemaSet } from "./schema-set.js";
import { SessionNumbers } from "./session-numbers.js";
import { type SetAsideGroup, SetAsideLog } from "./set-aside-log.js";
import { Drain } from "./sinks/drain.js";
import type { Sink } from "./sinks/sink.js";
import { ForeignMapping } from "./sources/foreign/foreign-mapping.js";
import { type OpenPort, openSerialPort } from "./sources/serial/open-port.js";
import type { Source } from "./sources/source.js";
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

interface SinkDrain {
  readonly drain: Drain;
  readonly readingsOut: Rate;
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
  readonly #config: ResolvedConfig;
  readonly #clock: BridgeClock;
  readonly #log: Logger;
  readonly #alarms: Alarms;
  readonly #schemas: SchemaSet;
  readonly #references: SchemaReferences;
  readonly #mappings: ReadonlyMap<string, ForeignMapping>;
  readonly #registry: Registry;
  readonly #view: EntityView;
  readonly #readingsIn: Rate;
  readonly #acks = new DurableAcks(0);
  readonly #token: AccessToken | undefined;
  readonly #logRing = new LogRing();
  #firstSeen: FirstSeen | undefined;
  #startedMs = 0;
  #spool: Spool | undefined;
  #setAside: SetAsideLog | undefined;
  #sessions: SessionNumbers | undefined;
  #sources: readonly Source[] = [];
  #drains: readonly SinkDrain[] = [];
  #http: HttpServer | undefined;
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
    this.#schemas = new SchemaSet([...readSchemaFiles(config.schemas), ...(options.schemas ?? [])]);
    this.#mappings = new Map(
      config.sources.foreign.map((foreign) => [foreign.name, new ForeignMapping(foreign)]),
    );
    this.#references = new SchemaReferences(
      this.#schemas,
      new Map(config.sources.lorawan.map(({ name, ports }) => [name, ports])),
      new Map(Array.from(this.#mappings, ([name, { schema }]) => [name, schema])),
    );
    const { file, list, unknown } = config.nodes;
    const nodes = { ...(file === undefined ? {} : readNodesFile(file)), ...list };
    this.#registry = new Registry({ unknown, nodes });
    this.#view = new EntityView({
      clock: this.#clock,
      ...config.view,
      firstSeenMs: (node, nowMs) => this.#firstSeen?.of(node, nowMs) ?? nowMs,
    });
    this.#readingsIn = this.#rate();
    this.#token = readAccessToken(config.http);
  }

  /**
   * Opens everything; resolves once the page is there and the sources are being opened.
   *
   * @returns the page's address, such as `http://127.0.0.1:8080`; empty without a web server
   * @throws BridgeError `BRIDGE_DATA_DIR`, `BRIDGE_ADDRESS_IN_USE`; what was opened is closed again
   */
  async start(): Promise<{ readonly url: string }> {
    this.#startedMs = this.#clock.wallMs();
    try {
      const sinks = makeSinks(this.#ends());
      const spool = await openSpool({ ...this.#ends(), sinks, acks: this.#acks });
      this.#spool = spool;
      const pipeline = this.#makePipeline(spool);
      this.#drains = sinks.map((sink) => this.#makeDrain(sink, spool, pipeline));
      const drains = this.#drains.map(({ drain }) => drain);
      const restored = await recall(spool, pipeline, drains);
      this.#sources = this.#makeSources(spool, pipeline, restored);
      if (this.#config.http.enabled) this.#http = await this.#startHttp(spool, pipeline);
      for (const { drain } of this.#drains) drain.sink.open();
      this.#run(spool, pipeline);
      await Promise.all(this.#sources.map((source) => source.open()));
    } catch (error) {
      await this.close();
      throw error;
    }
    const url = this.#http?.url ?? "";
    this.#log.info({ url, schemas: this.#schemas.ids, nodes: this.#registry.size }, "running");
    return { url };
  }

  /** How it is: what the page shows, and `GET /api/v1/status`. Only between `start` and `close`. */
  status(): BridgeStatus {
    const spool = this.#spool;
    if (!spool) throw new BridgeError("BRIDGE_NOT_RUNNING", "bridge", "It is not running");
    return buildStatus({
      nowMs: this.#clock.wallMs(),
      startedMs: this.#startedMs,
      version: manifest.version,
      spool: spool.stats(),
      maxBytes: this.#config.spool.maxBytes,
      sources: this.#sources.flatMap((source) => source.status()),
      sinks: this.#drains.map(({ drain }) => ({
        name: drain.sink.name,
        kind: drain.sink.kind,
        ...drain.sink.state(),
        backlog: drain.backlog,
        dropped: drain.dropped,
        ...(drain.oldestMs !== undefined && { oldestAt: new Date(drain.oldestMs).toISOString() }),
      })),
      nodes: this.#view.counts(),
      rates: {
        readingsIn: this.#readingsIn.perSecond(),
        readingsOut: slowest(this.#drains.map(({ readingsOut }) => readingsOut.perSecond())),
      },
      totals: this.#view.totals,
      alarms: this.#alarms.list(),
      setAside: this.#setAside?.groups ?? [],
      delivery: this.#options.delivery?.(),
      notice: this.#options.notice,
    });
  }

  /** Stops within two seconds, at any time, also more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #makePipeline(spool: Spool): Pipeline {
    const { dataDir } = this.#config;
    const setAside = new SetAsideLog(dataDir);
    const sessions = new SessionNumbers({ dataDir });
    this.#setAside = setAside;
    this.#firstSeen = new FirstSeen(dataDir, this.#clock);
    this.#sessions = sessions;
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
      registry: this.#registry,
      references: this.#references,
      mappings: this.#mappings,
      rules: [calibrate],
      times: new ReadingTimes(this.#clock),
      onRefused: (error) => this.#onRefused(error),
    });
  }

  #makeDrain(sink: Sink, spool: Spool, pipeline: Pipeline): SinkDrain {
    const readingsOut = this.#rate();
    const drain = new Drain({
      spool,
      sink,
      interpret: pipeline.interpret,
      setAside: this.#setAside as SetAsideLog,
      readingsOut,
      clock: this.#clock,
      log: this.#log.child({ sink: sink.name }),
    });
    return { drain, readingsOut };
  }

  #ends(): EndsOptions {
    return { config: this.#config, clock: this.#clock, log: this.#log, alarms: this.#alarms };
  }

  #makeSources(spool: Spool, pipeline: Pipeline, { links, lastKeys }: Recollection): Source[] {
    const sessions = this.#sessions as SessionNumbers;
    const linkSessions = new LinkSessions({ allocateSession: (node) => sessions.next(node) });
    for (const session of links) linkSessions.restore(session);
    return makeSources({
      ...this.#ends(),
      accept: pipeline.accept,
      sessions,
      linkSessions,
      lastKeys,
      mappings: this.#mappings,
      schemas: this.#schemas,
      openPort: this.#options.openPort ?? openSerialPort,
      commit: () => spool.commit(),
    });
  }

  #run(spool: Spool, pipeline: Pipeline): void {
    const replay = replayAndDrain({
      spool,
      setAside: this.#setAside as SetAsideLog,
      drains: this.#drains.map(({ drain }) => drain),
      interpret: pipeline.interpret,
      references: this.#references,
      isKnown: ({ reason, detail }) => {
        if (reason === "unknown-node") return this.#registry.find(detail) !== undefined;
        if (reason === "unmapped") return isMendedMapping(detail, this.#mappings);
        return this.#references.find(detail) !== undefined;
      },
      isClosed: () => this.#closing !== undefined,
    });
    replay.then(
      (count) => {
        if (count > 0) this.#log.info({ count }, "replayed what was set aside");
      },
      (error: unknown) => {
        if (!isSpoolError(error)) this.#log.error({ err: error }, "the replay failed");
      },
    );
  }

  #startHttp(spool: Spool, pipeline: Pipeline): Promise<HttpServer> {
    return startHttpServer({
      ...this.#config.http,
      clock: this.#clock,
      token: this.#token,
      pageFolder: fileURLToPath(pageFolder),
      status: () => this.status(),
      nodes: () => this.#view.nodes(),
      takeChangedNodes: () => this.#view.takeChanged(),
      history: (name, field, seconds) => this.#view.history(name, field, seconds),
      controls: this.#options.controls ?? [],
      links: () => this.#sources.flatMap((source) => source.links?.() ?? []),
      spool: () => toSpoolView(spool.stats(), this.#config.spool),
      waiting: () => toWaiting(this.#setAside?.groups ?? []),
      log: (query) => this.#logRing.read(query),
      readings: ({ node, schema, ...range }) => {
        const found = this.#view.find(node, schema);
        const isThere = found && (!range.field || found.schema.field(range.field));
        return isThere
          ? readingsCsv({ ...found, ...range }, { spool, interpret: pipeline.interpret })
          : undefined;
      },
      onError: (error) => this.#log.error({ err: error }, "a request failed"),
      onLoginFailure: (address) => this.#log.warn({ address }, "a wrong token for the page"),
    });
  }

  #onRefused(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = isSpoolError(error) ? error.code : "SPOOL_REFUSED";
    if (this.#alarms.raise(code, "spool", message)) {
      this.#log.error({ err: error }, "a message could not be kept and was not acknowledged");
    }
  }

  async #close(): Promise<void> {
    const spool = this.#spool;
    const stop = async () => {
      // What came in last is brought to the disk first, so that its nodes hear of it.
      await spool?.commit().catch(() => {});
      for (const { drain } of this.#drains) drain.close();
      await Promise.all([
        this.#http?.close(),
        ...this.#sources.map((source) => source.close()),
        ...this.#drains.map(({ drain }) => drain.sink.close()),
      ]);
      await spool?.close();
      await Promise.all([this.#setAside?.save(), this.#firstSeen?.save()]);
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

  #rate(): Rate {
    return new Rate(() => this.#clock.monotonicMs());
  }
}

function toWaiting(groups: readonly SetAsideGroup[]): WaitingView[] {
  return groups.map(({ reason, detail, count }) => ({ reason, detail, messages: count }));
}

function slowest(rates: readonly number[]): number {
  return rates.length === 0 ? 0 : Math.min(...rates);
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
