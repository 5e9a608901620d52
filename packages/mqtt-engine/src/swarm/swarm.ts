import type { Buffer } from "node:buffer";
import { openSocket, type TlsSession } from "../connection/open-socket.js";
import { openWebSocket } from "../connection/open-web-socket.js";
import type { Transport } from "../connection/transport.js";
import { isMqttError, MqttError } from "../error.js";
import type { ConnackPacket } from "../packet/decode-packet.js";
import type { QoS } from "../packet/packet-type.js";
import { connectReasonText } from "../reason-text.js";
import { Fifo } from "../session/fifo.js";
import { InFlightTable } from "./in-flight-table.js";
import { SwarmConnection, type SwarmCore } from "./swarm-connection.js";
import type { SwarmClient, SwarmEvents, SwarmOptions } from "./swarm-options.js";
import { SwarmReader } from "./swarm-reader.js";
import { type PublishOutcome, type SwarmPublish, SwarmWriter } from "./swarm-writer.js";

/** Counts of a swarm, since its start. */
export interface SwarmStats {
  readonly up: number;
  readonly connecting: number;
  readonly waiting: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly unknownAcks: number;
}

const PING_ANSWER_S = 10;
const SWEEP_MS = 1000;
const CLOSE_TIMEOUT_MS = 2000;

/**
 * Thousands of MQTT connections in one process, at the least that each can cost.
 *
 * Publishes are laid one behind the other into one buffer that all connections share, and those of
 * one connection that follow each other leave in one write. Nothing is allocated for a publish but
 * what Node takes for the write. Nothing is kept either: what was in flight when a connection ended
 * is told, and it is the caller's to send again.
 */
export class Swarm implements SwarmCore {
  readonly #options: SwarmOptions;
  readonly #events: SwarmEvents;
  readonly #now: () => number;
  readonly #table = new InFlightTable();
  readonly #writer: SwarmWriter;
  readonly #reader: SwarmReader;
  readonly #connections = new Set<SwarmConnection>();
  readonly #waiting = new Fifo<SwarmConnection>();
  readonly #startedMs: number;
  #up = 0;
  #connecting = 0;
  #unknownAcks = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: SwarmOptions) {
    const { events, protocolVersion = 4 } = options;
    this.#options = options;
    this.#events = events;
    this.#now = options.now ?? (() => performance.now());
    this.#startedMs = this.#now();
    this.#writer = new SwarmWriter(options, this.#table);
    this.#reader = new SwarmReader(protocolVersion, this.#writer, {
      connack: (connection, packet) => this.#connack(connection, packet),
      acknowledged: (connection, id, reason) => this.#acknowledged(connection, id, reason),
      message: (connection, message) => events.message(connection, message),
      subscribed: (connection, reason) => events.subscribed(connection, reason),
    });
  }

  /**
   * Connects, as soon as fewer than `maxConnecting` others are under way.
   *
   * @param index - the caller's own number for it
   */
  open(index: number, client: SwarmClient): SwarmConnection {
    const connection = new SwarmConnection(
      index,
      client,
      this,
      this.#options.maxPacketBytes ?? 1_048_576,
    );
    this.reopen(connection);
    return connection;
  }

  /** Connects one anew that has ended; one that has not is left as it is. */
  reopen(connection: SwarmConnection): void {
    if (connection.state !== "closed") return;
    connection.renew(this.#options.maxInFlight ?? 20);
    this.#connections.add(connection);
    this.#waiting.push(connection);
    this.#sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
    this.#connectMore();
  }

  /**
   * Publishes. What one connection publishes in a row leaves in one write.
   *
   * @param topic - from `encodeTopic`; with `topicAliases` the same object for the same topic
   * @param tag - the caller's own number for it, told when it is acknowledged
   * @param dueMs - when it was to be sent; told when it is acknowledged
   * @param nowMs - when it is sent; the same
   */
  publish(
    connection: SwarmConnection,
    topic: Uint8Array,
    kind: SwarmPublish,
    tag: number,
    dueMs: number,
    nowMs: number,
  ): PublishOutcome {
    return this.#writer.publish(connection, topic, kind, tag, dueMs, nowMs);
  }

  /** Subscribes to one filter; `subscribed` tells the answer. */
  subscribe(connection: SwarmConnection, filter: string, qos: QoS): void {
    this.#writer.subscribe(connection, filter, qos);
  }

  /** Lets everything leave that was published until now. */
  flush(): void {
    this.#writer.flush();
  }

  /** Stops reading from a connection, or goes on: a consumer that is too slow. */
  setReading(connection: SwarmConnection, isReading: boolean): void {
    if (connection.isReading === isReading) return;
    connection.isReading = isReading;
    connection.lastReceivedS = this.#writer.nowS;
    if (isReading) connection.transport?.resume();
    else connection.transport?.pause();
  }

  /**
   * Ends a connection with DISCONNECT, or without a word, as when a node loses its power.
   *
   * @param graceful - false: the broker publishes its will
   */
  close(connection: SwarmConnection, graceful = true): void {
    if (connection.state === "closed") return;
    const { state, transport } = connection;
    if (state === "waiting") {
      this.#ended(connection, undefined);
      return;
    }
    if (state === "up") this.#up--;
    if (state === "connecting") this.#connecting--;
    connection.state = "closing";
    if (graceful && state === "up") {
      this.#writer.disconnect(connection);
      transport?.end();
    } else transport?.destroy();
  }

  /** Ends every connection; what does not end by itself is cut after two seconds. */
  async closeAll(): Promise<void> {
    for (const connection of this.#connections) this.close(connection);
    if (this.#connections.size > 0) {
      const cut = setTimeout(() => {
        for (const { transport } of this.#connections) transport?.destroy();
      }, CLOSE_TIMEOUT_MS);
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
      clearTimeout(cut);
    }
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  stats(): SwarmStats {
    return {
      up: this.#up,
      connecting: this.#connecting,
      waiting: this.#waiting.length,
      writes: this.#writer.writes,
      writtenBytes: this.#writer.writtenBytes,
      unknownAcks: this.#unknownAcks,
    };
  }

  /** Sends pings that are due and ends what has been silent for too long: once a second. @internal */
  sweep(): void {
    const nowMs = this.#now();
    this.#writer.nowS = Math.floor((nowMs - this.#startedMs) / 1000);
    const { keepAliveS = 60, connectTimeoutMs = 10_000 } = this.#options;
    for (const connection of this.#connections) {
      if (connection.state === "connecting") {
        if (nowMs - connection.attemptMs >= connectTimeoutMs) {
          this.#cut(connection, "MQTT_TIMEOUT", "no CONNACK in time");
        }
      } else if (connection.state === "up" && keepAliveS > 0)
        this.#keepAlive(connection, keepAliveS);
    }
  }

  opened(connection: SwarmConnection): void {
    this.#writer.connect(connection);
  }

  received(connection: SwarmConnection, chunk: Buffer, start: number, end: number): void {
    connection.lastReceivedS = this.#writer.nowS;
    connection.pingSentS = -1;
    try {
      this.#reader.push(connection, chunk, start, end);
    } catch (error) {
      if (!isMqttError(error)) throw error;
      connection.failure ??= error;
      connection.transport?.destroy();
    }
    this.#writer.flush();
    if (connection.wantsReady) this.#tellReady(connection);
  }

  drained(connection: SwarmConnection): void {
    connection.isBehind = false;
    if (connection.wantsReady) this.#tellReady(connection);
  }

  closed(connection: SwarmConnection, cause: Error | undefined): void {
    const { state, failure } = connection;
    if (state === "closed") return;
    const isOurs = state === "closing";
    const message = cause?.message ?? "the broker closed the connection";
    const error = failure ?? new MqttError("MQTT_NETWORK", message, cause ? { cause } : {});
    this.#ended(connection, isOurs && !failure ? undefined : error);
  }

  #connack(connection: SwarmConnection, { reasonCode, properties, sessionPresent }: ConnackPacket) {
    if (connection.state !== "connecting") {
      throw new MqttError("MQTT_PROTOCOL_ERROR", "a second CONNACK");
    }
    if (reasonCode !== 0) {
      const said = connectReasonText(this.#options.protocolVersion ?? 4, reasonCode);
      throw new MqttError("MQTT_CONNECT_REFUSED", `the broker refused: ${said}`, { reasonCode });
    }
    connection.state = "up";
    connection.lastReceivedS = this.#writer.nowS;
    this.#up++;
    this.#connecting--;
    const { receiveMaximum = 65_535, topicAliasMaximum = 0 } = properties;
    connection.maxInFlight = Math.min(connection.maxInFlight, receiveMaximum);
    if (this.#options.topicAliases) connection.maxAliases = topicAliasMaximum;
    this.#events.connected(connection, sessionPresent);
    this.#connectMore();
  }

  #acknowledged(connection: SwarmConnection, packetId: number, reasonCode: number): void {
    const table = this.#table;
    const slot = table.find(connection, packetId);
    if (slot < 0) {
      this.#unknownAcks++;
      connection.unknownAcks++;
      return;
    }
    const tag = table.tag(slot);
    const dueMs = table.dueMs(slot);
    const sentMs = table.sentMs(slot);
    table.remove(connection, slot);
    this.#events.acknowledged(connection, tag, dueMs, sentMs, reasonCode);
  }

  #tellReady(connection: SwarmConnection): void {
    if (connection.state !== "up" || connection.isBehind) return;
    if (connection.inFlightCount >= connection.maxInFlight) return;
    connection.wantsReady = false;
    this.#events.ready(connection);
    this.#writer.flush();
  }

  #keepAlive(connection: SwarmConnection, keepAliveS: number): void {
    const { pingSentS, lastSentS, lastReceivedS } = connection;
    const { nowS } = this.#writer;
    if (!connection.isReading) {
      // An answer cannot come; the broker has to hear from it all the same.
      if (nowS - lastSentS >= Math.max(1, keepAliveS - 1)) this.#writer.ping(connection);
      return;
    }
    if (pingSentS >= 0) {
      if (nowS - pingSentS < PING_ANSWER_S) return;
      this.#cut(connection, "MQTT_TIMEOUT", "the broker has not answered a PINGREQ");
      return;
    }
    const idleS = nowS - Math.min(lastSentS, lastReceivedS);
    // A second early: the broker's clock and the way there take their part.
    if (idleS < Math.max(1, keepAliveS - 1)) return;
    connection.pingSentS = nowS;
    this.#writer.ping(connection);
  }

  #cut(connection: SwarmConnection, code: "MQTT_TIMEOUT", message: string): void {
    connection.failure ??= new MqttError(code, message);
    connection.transport?.destroy();
  }

  #connectMore(): void {
    const { maxConnecting = 50 } = this.#options;
    while (this.#connecting < maxConnecting) {
      const connection = this.#waiting.shift();
      if (connection === undefined) return;
      if (connection.state !== "waiting") continue;
      connection.state = "connecting";
      connection.attemptMs = this.#now();
      connection.lastSentS = this.#writer.nowS;
      this.#connecting++;
      try {
        connection.transport = this.#openTransport(connection);
      } catch (cause) {
        // Such as certificates that cannot be read; told as every other failure is.
        const message = cause instanceof Error ? cause.message : String(cause);
        const error = new MqttError("MQTT_INVALID_ARGUMENT", message, { cause });
        queueMicrotask(() => this.#ended(connection, error));
      }
    }
  }

  #openTransport(connection: SwarmConnection): Transport {
    const { client } = connection;
    const { openTransport, webSocket, tls } = this.#options;
    if (openTransport) return openTransport(client)(connection);
    const isTls = tls !== undefined || client.tls !== undefined;
    const ports = webSocket ? ([80, 443] as const) : ([1883, 8883] as const);
    const target = {
      host: this.#options.host ?? "localhost",
      port: this.#options.port ?? ports[isTls ? 1 : 0],
      localAddress: client.localAddress,
      ...(isTls && { tls: { ...tls, ...client.tls }, tlsSession: sessionOf(connection) }),
    };
    return webSocket
      ? openWebSocket(target, webSocket, connection)
      : openSocket(target, connection);
  }

  #ended(connection: SwarmConnection, error: MqttError | undefined): void {
    if (connection.state === "closed") return;
    if (connection.state === "up") this.#up--;
    if (connection.state === "connecting") this.#connecting--;
    connection.state = "closed";
    connection.transport = undefined;
    this.#connections.delete(connection);
    this.#table.clear(connection, (tag) => this.#events.unacknowledged(connection, tag));
    this.#events.disconnected(connection, error);
    this.#connectMore();
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }
}

/** A connection goes on with its own TLS session when it comes back. */
function sessionOf(connection: SwarmConnection): TlsSession {
  connection.tlsSession ??= { ticket: undefined };
  return connection.tlsSession;
}
