import { type FSWatcher, watch } from "node:fs";
import type { LinkSessions } from "@bollard/link";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandAnswer } from "../../commands/command-desk.js";
import type { Filled, SerialSourceConfig } from "../../config/config.js";
import type { EndStatus } from "../../page/api-types.js";
import type { LinkView } from "../../page/detail-types.js";
import type { SchemaSet } from "../../schema-set.js";
import { Trouble } from "../../trouble.js";
import type { Accept, Source } from "../source.js";
import { findPorts, foldersToWatch, isPlainPath } from "./find-ports.js";
import type { OpenPort } from "./open-port.js";
import { PortConnection, type PortConnectionOptions } from "./port-connection.js";

/** What the source is made of. */
export interface SerialSourceOptions {
  readonly config: Filled<SerialSourceConfig>;
  readonly openPort: OpenPort;
  /** One for all serial sources, so that a node may move between them. */
  readonly linkSessions: LinkSessions;
  readonly schemas: SchemaSet;
  readonly accept: Accept;
  /** Brings what waits to the disk at once. */
  readonly commit: () => Promise<void>;
  readonly commitDelayMs: number;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** One path, whether a port is there now or not. */
interface Port {
  readonly path: string;
  connection: PortConnection | undefined;
  /** Which of the line speeds is tried, or was right. */
  rate: number;
  isOpening: boolean;
  retryAtMs: number;
  retryMs: number;
  readonly trouble: Trouble;
  /** Of connections that are gone. */
  messages: number;
  errors: number;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5000;
/** Changes in a device folder come in bursts. */
const SETTLE_MS = 50;
const MAX_PORTS = 256;
const NO_PORT = "there is no such port now";
/** A host asks three times, a second apart, and a node says HELLO each second. */
const DETECT_MS = 4000;

/**
 * Nodes on serial ports: takes every port that its paths and patterns find, also those that come
 * later, and opens a port anew whenever it has gone and come back.
 *
 * The device folders are watched and looked into at an interval as well. A node is known by what it
 * says in HELLO, never by its port.
 */
export class SerialSource implements Source {
  readonly #options: SerialSourceOptions;
  readonly #connectionOptions: PortConnectionOptions;
  readonly #baudRates: readonly number[];
  readonly #ports = new Map<string, Port>();
  readonly #watchers = new Map<string, FSWatcher>();
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #cancelLook: (() => void) | undefined;
  #isClosed = false;

  constructor(options: SerialSourceOptions) {
    const { config } = options;
    this.#options = options;
    this.#baudRates = [...new Set([config.baudRate, ...config.otherBaudRates])];
    this.#connectionOptions = {
      ...options,
      source: { kind: "serial", name: config.name },
      sessions: options.linkSessions,
      silenceMs: config.silenceMs,
      maxQueueBytes: config.maxQueueBytes,
    };
    for (const path of config.ports) {
      if (isPlainPath(path)) this.#portOf(path)?.trouble.begin(NO_PORT);
    }
  }

  async open(): Promise<void> {
    await this.#look();
  }

  status(): readonly EndStatus[] {
    return Array.from(this.#ports.values(), (port): EndStatus => {
      const { connection, path, trouble } = port;
      const state = stateOf(connection);
      return {
        name: path,
        kind: "serial",
        state,
        detail: connection?.detail ?? trouble.now,
        ...trouble.view(state),
        messages: port.messages + (connection?.messages ?? 0),
        errors: port.errors + (connection?.errors ?? 0),
      };
    });
  }

  links(): readonly LinkView[] {
    return Array.from(this.#ports.values(), ({ connection, path, trouble }): LinkView => {
      const state = stateOf(connection);
      return {
        port: path,
        source: this.#options.config.name,
        state,
        ...trouble.view(state),
        detail: connection ? "" : trouble.now,
        ...(connection && { link: connection.view() }),
      };
    });
  }

  command(
    node: string,
    payload: Uint8Array,
    request: { readonly withinMs: number },
  ): Promise<CommandAnswer> | undefined {
    for (const { connection } of this.#ports.values()) {
      if (connection?.node === node) return connection.command(payload, request.withinMs);
    }
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook?.();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    await this.#looking;
    await Promise.all(Array.from(this.#ports.values(), ({ connection }) => connection?.close()));
  }

  /** Looks for ports now; a call during a look makes one more after it. */
  #look(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return this.#looking;
    }
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) this.#lookSoon(0);
      else this.#lookSoon(this.#options.config.pollMs);
      this.#lookAgain = false;
    });
    return this.#looking;
  }

  #lookSoon(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancelLook?.();
    this.#cancelLook = this.#options.clock.after(delayMs, () => void this.#look());
  }

  async #lookOnce(): Promise<void> {
    const { config, clock } = this.#options;
    this.#watchFolders();
    const found = await findPorts(config.ports);
    if (this.#isClosed) return;
    const there = new Set(found.map(({ path }) => path));
    for (const [path, port] of this.#ports) {
      if (there.has(path) || port.connection || port.trouble.now === NO_PORT) continue;
      port.trouble.begin(NO_PORT);
    }
    const now = clock.monotonicMs();
    await Promise.all(
      found.map(async ({ path }) => {
        const port = this.#portOf(path);
        if (!port || port.connection || port.isOpening || now < port.retryAtMs) return;
        await this.#connect(port);
      }),
    );
  }

  #portOf(path: string): Port | undefined {
    const known = this.#ports.get(path);
    if (known || this.#ports.size >= MAX_PORTS) return known;
    const port: Port = {
      path,
      connection: undefined,
      rate: 0,
      isOpening: false,
      retryAtMs: 0,
      retryMs: FIRST_RETRY_MS,
      trouble: new Trouble(this.#options.clock),
      messages: 0,
      errors: 0,
    };
    this.#ports.set(path, port);
    return port;
  }

  async #connect(port: Port): Promise<void> {
    const { openPort, config, log } = this.#options;
    const { path } = port;
    const { keepDtr } = config;
    const baudRate = this.#baudRates[port.rate] ?? config.baudRate;
    port.isOpening = true;
    try {
      const stream = await openPort(path, { baudRate, keepDtr });
      if (this.#isClosed) {
        await stream.close();
        return;
      }
      log.info({ port: path, baudRate }, "port opened");
      const options = {
        ...this.#connectionOptions,
        ...(this.#baudRates.length > 1 && { unheardMs: DETECT_MS }),
      };
      port.trouble.end();
      port.connection = new PortConnection(path, stream, options, (reason) =>
        this.#onGone(port, reason),
      );
    } catch (error) {
      this.#retryLater(port, error instanceof Error ? error.message : String(error));
    } finally {
      port.isOpening = false;
    }
  }

  #onGone(port: Port, reason: Error | undefined): void {
    const { connection } = port;
    if (!connection) return;
    port.connection = undefined;
    port.messages += connection.messages;
    port.errors += connection.errors;
    if (connection.messages > 0) port.retryMs = FIRST_RETRY_MS;
    if (this.#isClosed) return;
    if (!connection.isHeard && this.#baudRates.length > 1) {
      port.rate = (port.rate + 1) % this.#baudRates.length;
      port.retryMs = FIRST_RETRY_MS;
      this.#options.log.info({ port: port.path }, "no node is heard: the next line speed is tried");
      this.#retryLater(port, "no node is heard at any line speed yet");
      return;
    }
    this.#options.log.warn({ port: port.path, err: reason }, "port closed");
    this.#retryLater(port, reason?.message ?? "it was unplugged");
  }

  #retryLater(port: Port, reason: string): void {
    port.trouble.begin(reason, port.retryMs);
    port.retryAtMs = this.#options.clock.monotonicMs() + port.retryMs;
    this.#lookSoon(Math.min(port.retryMs, this.#options.config.pollMs));
    port.retryMs = Math.min(LAST_RETRY_MS, port.retryMs * 2);
  }

  /** A folder that is not there yet is watched once it is. */
  #watchFolders(): void {
    for (const folder of foldersToWatch(this.#options.config.ports)) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#lookSoon(SETTLE_MS));
        watcher.on("error", () => {
          watcher.close();
          this.#watchers.delete(folder);
        });
        this.#watchers.set(folder, watcher);
      } catch {
        // Not there: the interval looks for it.
      }
    }
  }
}

function stateOf(connection: PortConnection | undefined): EndStatus["state"] {
  if (!connection) return "down";
  return connection.node ? "up" : "connecting";
}
