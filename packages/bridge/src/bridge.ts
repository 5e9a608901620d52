import manifest from "../package.json" with { type: "json" };
import { BridgeCore } from "./bridge-core.js";
import type { BridgeOptions } from "./bridge-options.js";
import type { CommandResult } from "./commands/command-desk.js";
import type { BridgeConfig, ResolvedConfig } from "./config/config.js";
import { resolveConfig } from "./config/resolve-config.js";
import { TrendLog } from "./details/trend-log.js";
import { eraseNode } from "./erase-node.js";
import { BridgeError } from "./error.js";
import type { HttpServer } from "./http/http-server.js";
import type { AccessToken } from "./http/login/access-token.js";
import { readAccessToken } from "./http/login/read-access-token.js";
import { readAccessOf } from "./http/read/make-read-api.js";
import type { ReadAccess } from "./http/read/read-access.js";
import { planSources } from "./make-ends.js";
import type { BridgeStatus } from "./page/api-types.js";
import { ProgressWatch } from "./progress-watch.js";
import type { ReloadReport } from "./reload.js";
import { reloadBridge } from "./reload-bridge.js";
import { RunningBridge } from "./running-bridge.js";
import { serveBridge } from "./serve-bridge.js";
import { buildStatus } from "./status.js";

/** A stop takes no longer: what hangs is left to the operating system. */
const STOP_WITHIN_MS = 1500;

/**
 * The daemon between street sensors and city platforms.
 *
 * `start` opens sources, spool, sinks and the page; `close` stops it all within two seconds. What was
 * acknowledged to a node is on the disk, and is delivered after the next start.
 */
export class Bridge {
  readonly #core: BridgeCore;
  readonly #token: AccessToken | undefined;
  readonly #readAccess: ReadAccess | undefined;
  readonly #progress: ProgressWatch;
  readonly #trend: TrendLog;
  #startedMs = 0;
  #running: RunningBridge | undefined;
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
    this.#core = new BridgeCore(options, config, () => this.#running?.sources.all ?? []);
    const { clock } = this.#core;
    this.#token = readAccessToken(config.http);
    this.#readAccess = readAccessOf(config.http, this.#token);
    this.#trend = new TrendLog({ clock, status: () => this.status() });
    this.#progress = new ProgressWatch(clock, config.spool.commitDelayMs);
  }

  /**
   * Opens everything; resolves once the page is there and the sources are being opened.
   *
   * @returns the page's address, such as `http://127.0.0.1:8080`; empty without a web server
   * @throws BridgeError `BRIDGE_DATA_DIR`, `BRIDGE_ADDRESS_IN_USE`; what was opened is closed again
   */
  async start(): Promise<{ readonly url: string }> {
    const core = this.#core;
    this.#startedMs = core.clock.wallMs();
    for (const warning of core.warnings) core.log.warn(warning);
    try {
      const running = await RunningBridge.open(core);
      // What was opened is closed again, whatever comes.
      this.#running = running;
      await running.recall();
      if (core.config.http.enabled) this.#http = await this.#serve(running);
      core.tellReplay(running.replay.start());
      running.expiry.start();
      await running.sources.apply(planSources(running.sourceOptions(core.config)));
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#trend.start();
    const url = this.#http?.url ?? "";
    const nodes = core.nodes.registry.size;
    core.log.info({ url, schemas: core.schemas.ids, nodes }, "running");
    return { url };
  }

  /** How it is: what the page shows, and `GET /api/v1/status`. Only between `start` and `close`. */
  status(): BridgeStatus {
    const { spool, pipeline, sinks, sources, setAside } = this.#asRunning();
    const { clock, config, view, readingsIn, alarms, options } = this.#core;
    return buildStatus({
      nowMs: clock.wallMs(),
      startedMs: this.#startedMs,
      version: manifest.version,
      spool: spool.stats(),
      maxBytes: config.spool.maxBytes,
      arrivals: { ...pipeline.counts, undecodable: setAside.undecodable },
      sources: sources.all.flatMap((source) => source.status()),
      sinks: sinks.status(),
      nodes: view.counts(),
      rates: { readingsIn: readingsIn.perSecond(), readingsOut: sinks.readingsOut },
      totals: view.totals,
      alarms: alarms.list(),
      setAside: setAside.groups,
      delivery: options.delivery?.(),
      notice: options.notice,
    });
  }

  /** What is no mistake in the configuration and will do harm later, in sentences. */
  get warnings(): readonly string[] {
    return this.#core.warnings;
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
    const report = this.#reloading.then(() =>
      reloadBridge(this.#core, this.#asRunning(), resolveConfig(config)),
    );
    const told = report.catch((error: unknown) => this.refuseReload(error));
    this.#reloading = told;
    return report;
  }

  /** Tells that a new configuration cannot be taken up, such as when its file cannot be read. */
  refuseReload(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const { alarms, log } = this.#core;
    alarms.raise("CONFIG_REFUSED", "config", message);
    log.error({ err: error }, "the new configuration was refused; the old one runs on");
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
    const { schemas, view, nodes, firstSeen } = this.#core;
    return eraseNode(id, {
      ...{ spool, pipeline, setAside, schemas, view, firstSeen },
      drains: sinks.drains,
      registry: nodes.registry,
    });
  }

  /**
   * Sends a command to a node, once however often it is asked for under one id. Never rejects.
   *
   * @param node - its owner's name
   * @param request - `{ id, command, values?, withinMs?, schema? }`, unchecked
   */
  command(node: string, request: unknown): Promise<CommandResult> {
    return this.#core.commands.ask(node, request);
  }

  /** Stops within two seconds, at any time, also more than once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #serve(running: RunningBridge): Promise<HttpServer> {
    return serveBridge({
      ...{ core: this.#core, running, trend: this.#trend },
      status: () => this.status(),
      erase: (id) => this.erase(id),
      token: this.#token,
      readAccess: this.#readAccess,
    });
  }

  #asRunning(): RunningBridge {
    if (this.#running) return this.#running;
    throw new BridgeError("BRIDGE_NOT_RUNNING", "bridge", "It is not running");
  }

  async #close(): Promise<void> {
    this.#trend.stop();
    const closeHttp = () => this.#http?.close();
    const ended = await within(STOP_WITHIN_MS, this.#running?.close(closeHttp) ?? closeHttp());
    if (!ended) this.#core.log.warn("it took too long to stop in good order");
  }
}

/** True once the task has ended, well or badly; false when it took too long. */
function within(ms: number, task: Promise<unknown> | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    Promise.resolve(task).then(done, done);
  });
}
