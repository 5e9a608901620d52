import { crc32 } from "node:zlib";
import { type MqttConnection, type MqttMessage, openConnection } from "@bollard/mqtt-engine";
import { type MessageKey, readHeader } from "@bollard/payload";
import type { Logger } from "pino";
import type { BridgeClock } from "../clock.js";
import type { Filled, MqttSourceConfig } from "../config/config.js";
import type { SourceName } from "../entry.js";
import type { EndStatus } from "../page/api-types.js";
import type { SessionNumbers } from "../session-numbers.js";
import type { Accept, Source } from "./source.js";

/** What the source is made of. */
export interface MqttSourceOptions {
  readonly config: Filled<MqttSourceConfig>;
  readonly bridgeName: string;
  readonly password?: string | undefined;
  readonly accept: Accept;
  readonly sessions: SessionNumbers;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** No payload is longer; one that is was sent by something else. */
const MAX_PAYLOAD_BYTES = 65_536;
const MAX_NODE_BYTES = 200;
/** A longer packet ends the connection, and would come again and again. */
const MAX_PACKET_BYTES = 16 * 1024 * 1024;
const LAST_RETRY_MS = 10_000;
/** How long to leave the broker alone when a message could not be kept. */
const HOLD_BACK_MS = 2000;

/**
 * Payloads from nodes that publish to a broker.
 *
 * The session is persistent and the client id fixed, and PUBACK goes out only once the message is on
 * the disk: so the broker keeps what came while the bridge was away, and sends again what was not
 * acknowledged.
 */
export class MqttSource implements Source {
  readonly #options: MqttSourceOptions;
  readonly #source: SourceName;
  readonly #topic: RegExp;
  #connection: MqttConnection | undefined;
  #cancelHold: (() => void) | undefined;
  #wasConnected = false;
  #lastError = "";
  #messages = 0;
  #errors = 0;
  #isClosed = false;
  /** Session and count of nodes whose payloads carry neither key nor time. */
  readonly #counters = new Map<string, { boot: number; sequence: number }>();

  constructor(options: MqttSourceOptions) {
    this.#options = options;
    this.#source = { kind: "mqtt", name: options.config.name };
    const levels = options.config.topic.split("/").map(escapeRegExp);
    this.#topic = new RegExp(`^${levels.join("/").replace("\\+", "([^/]+)")}$`);
  }

  async open(): Promise<void> {
    const { config, bridgeName, password, log } = this.#options;
    const { hostname, port, protocol } = new URL(config.url);
    const connection = openConnection({
      host: hostname.replace(/^\[|\]$/g, ""),
      ...(port !== "" && { port: Number(port) }),
      ...(protocol === "mqtts:" && { tls: { servername: hostname } }),
      protocolVersion: config.version === "5" ? 5 : 4,
      clientId: config.clientId || `${bridgeName}-${config.name}-in`,
      cleanSession: false,
      keepAliveS: config.keepAliveS,
      receiveMaximum: config.receiveMaximum,
      maxPacketBytes: MAX_PACKET_BYTES,
      reconnect: { maxDelayMs: LAST_RETRY_MS },
      ...(config.username !== undefined && { username: config.username }),
      ...(password !== undefined && { password }),
      onMessage: (message, ack) => {
        if (connection === this.#connection) this.#take(message, ack);
      },
      onConnected: ({ sessionPresent }) => {
        this.#wasConnected = true;
        this.#lastError = "";
        log.info({ url: config.url, sessionPresent }, "connected");
      },
      onDisconnected: ({ error, wasConnected }) => {
        this.#lastError = error.message;
        if (wasConnected) log.warn({ url: config.url, err: error }, "connection lost");
      },
      onProblem: (error) => this.#problem(error),
    });
    this.#connection = connection;
    connection.subscribe(config.topic, 1).catch((error: Error) => {
      if (!this.#isClosed && connection === this.#connection) this.#problem(error);
    });
  }

  status(): readonly EndStatus[] {
    const { config } = this.#options;
    const isUp = this.#connection?.connected === true && this.#lastError === "";
    const wentWrong = this.#wasConnected || this.#lastError !== "";
    return [
      {
        name: config.name,
        kind: "mqtt",
        state: isUp ? "up" : wentWrong ? "down" : "connecting",
        detail: `${config.url} ${config.topic}${isUp || !wentWrong ? "" : `: ${this.#lastError}`}`,
        messages: this.#messages,
        errors: this.#errors,
      },
    ];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelHold?.();
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #problem(error: Error): void {
    this.#lastError = error.message;
    this.#options.log.error({ err: error, topic: this.#options.config.topic }, "cannot subscribe");
  }

  #take({ topic, payload }: MqttMessage, ack: () => void): void {
    const node = this.#topic.exec(topic)?.[1] ?? "";
    const key = payload.length <= MAX_PAYLOAD_BYTES ? this.#keyOf(node, payload) : undefined;
    if (node === "" || Buffer.byteLength(node) > MAX_NODE_BYTES || !key) {
      this.#leaveOut(topic, key ? "the topic has no usable node id" : "it is no payload", ack);
      return;
    }
    this.#messages++;
    const source = this.#source;
    const taken = this.#options.accept({ source, node, ...key, payload, kept: ack });
    if (!taken) this.#holdBack();
  }

  /** What no bridge will ever read is acknowledged and counted, or it would come for ever. */
  #leaveOut(topic: string, reason: string, ack: () => void): void {
    this.#errors++;
    this.#options.log.warn({ topic, reason }, "a message was left out");
    ack();
  }

  /**
   * The key the node gave. Without one, equal bytes with a time in them are the same message; without
   * a time either, each is a message of its own.
   */
  #keyOf(node: string, payload: Uint8Array): MessageKey | undefined {
    try {
      const { key, timeMode } = readHeader(payload);
      if (key) return key;
      if (timeMode !== "none") return { boot: 0, sequence: crc32(payload) };
    } catch {
      return undefined;
    }
    const counter = this.#counters.get(node) ?? {
      boot: this.#options.sessions.next(node),
      sequence: 0,
    };
    this.#counters.set(node, { ...counter, sequence: counter.sequence + 1 });
    return counter;
  }

  /** Nothing can be kept now: the broker keeps it for us, until we come back. */
  #holdBack(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#lastError = "nothing can be kept now; the broker holds the messages";
    connection?.close().catch(() => {});
    this.#cancelHold?.();
    this.#cancelHold = this.#options.clock.after(HOLD_BACK_MS, () => {
      if (!this.#isClosed) void this.open();
    });
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
