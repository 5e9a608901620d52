import { Buffer } from "node:buffer";
import { MqttError } from "../error.js";
import type { ConnackPacket, PublishPacket } from "../packet/decode-packet.js";
import type { SubscribeOptions } from "../packet/encode-packet.js";
import type { QoS } from "../packet/packet-type.js";
import { PacketWriter } from "../packet/packet-writer.js";
import { type MqttProperties, NO_PROPERTIES } from "../packet/properties.js";
import { ClientSession } from "../session/client-session.js";
import type { IncomingPublish } from "../session/incoming-publishes.js";
import type { PublishDone } from "../session/outgoing-publishes.js";
import { Backoff } from "./backoff.js";
import { type MqttClock, systemClock } from "./clock.js";
import { type ConnectOptions, renewedFields, sessionOptions } from "./connect-options.js";
import { openSocket, type SocketTarget } from "./open-socket.js";
import { openWebSocket } from "./open-web-socket.js";
import type { OpenTransport, Transport } from "./transport.js";

/** How to publish. */
export interface PublishOptions {
  /** Default: 0. */
  readonly qos?: QoS;
  /** True: the broker keeps it for those who subscribe later. Default: false. */
  readonly retain?: boolean;
  /** MQTT 5. */
  readonly properties?: MqttProperties;
}

/** What a connection has done and holds; counters go on over reconnects. */
export interface MqttStats {
  /** Publishes written to the network, each once. */
  readonly sent: number;
  /** Publishes that the broker acknowledged. */
  readonly acknowledged: number;
  /** Publishes sent again after a reconnect. */
  readonly resent: number;
  /** Publishes not taken because a queue was full. */
  readonly refused: number;
  /** Messages that came in, repeated ones included. */
  readonly received: number;
  /** Calls of `ack()` after their network connection was gone. */
  readonly staleAcks: number;
  /** Acknowledgements from the broker for identifiers that were not in use. */
  readonly unknownAcks: number;
  /** Connections made, the first included. */
  readonly connects: number;
  /** Our publishes in flight now. */
  readonly inFlight: number;
  /** Our publishes that wait to be sent now. */
  readonly waiting: number;
  /** Messages whose PUBACK or PUBREC has not gone out yet. */
  readonly unacknowledged: number;
}

/** Above this, in bytes, QoS 0 publishes are not done until the socket has drained. */
const CONGESTED_BYTES = 262_144;

/** Memory for outgoing packets that is given back after a burst, in bytes. */
const KEPT_BYTES = 65_536;

/** How long the broker may take to close after DISCONNECT, in ms. */
const CLOSE_TIMEOUT_MS = 1000;

const noAck = (): void => {};

/**
 * One client and its session: it keeps the network connection up, sends again what was in flight
 * when it broke, and acknowledges what comes in when the application says so. Made by `connect` or
 * `openConnection`.
 */
export class MqttConnection {
  readonly #options: ConnectOptions;
  readonly #session: ClientSession;
  readonly #clock: MqttClock;
  readonly #openTransport: OpenTransport;
  readonly #target: Renewable<SocketTarget>;
  readonly #backoff: Backoff;
  readonly #writer = new PacketWriter();

  #transport: Transport | undefined;
  #attemptDeadline = Number.POSITIVE_INFINITY;
  #connectedAt = 0;
  #connects = 0;
  #paused = false;
  #tlsResumed = false;
  #closed = false;
  #flushQueued = false;
  #refusedQoS0 = 0;
  /** QoS 0 publishes whose bytes the socket has not taken yet. */
  #unflushed: PublishDone[] = [];
  #timer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #whenIdle: (() => void) | undefined;
  #whenGone: (() => void) | undefined;
  #firstResult: ((error: MqttError | undefined) => void) | undefined;
  #closing: Promise<void> | undefined;

  /**
   * Begins to connect; see `openConnection`.
   *
   * @param firstResult - told how the first attempt ended
   * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT`
   */
  constructor(options: ConnectOptions, firstResult?: (error: MqttError | undefined) => void) {
    this.#options = options;
    this.#firstResult = firstResult;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff(options.reconnect || {}, options.random ?? Math.random);
    this.#session = new ClientSession(sessionOptions(options), {
      connected: (packet) => this.#connected(packet),
      message: (topic, packet, entry) => this.#message(topic, packet, entry),
      problem: (error) => guard(() => options.onProblem?.(error)),
    });
    this.#target = targetOf(options);
    this.#openTransport = options.openTransport ?? openerOf(options, this.#target);
    this.#attempt();
  }

  /** The client identifier, also when the broker gave it. */
  get clientId(): string {
    return this.#session.clientId;
  }

  /** True from CONNACK until the network connection ends. */
  get connected(): boolean {
    return this.#session.connected;
  }

  /** What this connection has done and holds. */
  stats(): MqttStats {
    const { outgoing, incoming, counts } = this.#session;
    return {
      sent: counts.sent,
      acknowledged: outgoing.acknowledged,
      resent: outgoing.resent,
      refused: counts.refused + this.#refusedQoS0,
      received: counts.received,
      staleAcks: incoming.stale,
      unknownAcks: counts.unknownAcks,
      connects: this.#connects,
      inFlight: outgoing.inFlight,
      waiting: outgoing.waiting,
      unacknowledged: incoming.unacknowledged,
    };
  }

  /**
   * Publishes one message. QoS 1 and 2 may be published without a connection and wait for it.
   *
   * @param payload - kept until the publish is done, so it must not be changed before
   * @returns done when the socket has it (QoS 0) or the broker has it (1, 2)
   * @throws {@link MqttError} (the promise) `MQTT_NOT_CONNECTED` (QoS 0), `MQTT_QUEUE_FULL`,
   *   `MQTT_PUBLISH_REFUSED`, `MQTT_PACKET_TOO_LARGE`, `MQTT_INVALID_ARGUMENT`, `MQTT_CLOSED`
   */
  publish(topic: string, payload: Uint8Array | string, options?: PublishOptions): Promise<void>;
  /**
   * The same for the hot path: `done` is called once, also with what would be thrown, and never
   * during this call.
   */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions,
    done: PublishDone,
  ): void;
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions = {},
    done?: PublishDone,
  ): Promise<void> | undefined {
    if (done) {
      this.#publish(topic, payload, options, done);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#publish(topic, payload, options, (error) => (error ? reject(error) : resolve()));
    });
  }

  /**
   * Subscribes to a filter and renews it whenever the broker has forgotten the session. May be
   * called without a connection; the promise then waits for it.
   *
   * @param options - a QoS, or more; default: QoS 1
   * @returns the QoS that the broker granted
   * @throws {@link MqttError} (the promise) `MQTT_SUBSCRIBE_REFUSED`, `MQTT_INVALID_ARGUMENT`,
   *   `MQTT_QUEUE_FULL`, `MQTT_CLOSED`
   */
  subscribe(filter: string, options: QoS | SubscribeOptions = 1): Promise<QoS> {
    return this.#subscribe(filter, typeof options === "number" ? { qos: options } : options);
  }

  /**
   * Ends a subscription.
   *
   * @throws {@link MqttError} (the promise) as {@link subscribe}
   */
  async unsubscribe(filter: string): Promise<void> {
    await this.#subscribe(filter, undefined);
  }

  /**
   * Closes for good: sends DISCONNECT and waits for the socket's end. What is not done by then
   * fails with `MQTT_CLOSED`. Never rejects; a second call waits for the same end.
   *
   * @param options - `drainMs`: how long to wait first for publishes to be acknowledged, in ms;
   *   default: 0
   */
  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.drainMs ?? 0);
    return this.#closing;
  }

  async #close(drainMs: number): Promise<void> {
    if (drainMs > 0 && !this.#closed && !this.#session.idle) {
      await this.#within(drainMs, (done) => {
        this.#whenIdle = done;
      });
    }
    if (this.#closed) return;
    this.#closed = true;
    const error = new MqttError("MQTT_CLOSED", "the connection was closed");
    const transport = this.#transport;
    if (transport && this.#session.connected) {
      this.#session.disconnect(this.#writer);
      this.#flush();
      transport.resume();
      const gone = this.#within(CLOSE_TIMEOUT_MS, (done) => {
        this.#whenGone = done;
      });
      transport.end();
      await gone;
    }
    transport?.destroy();
    this.#finish(error);
  }

  /** Waits until `start`'s callback is called, at most `ms`. */
  #within(ms: number, start: (done: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      start(() => {
        cancel();
        resolve();
      });
    });
  }

  #publish(
    topic: string,
    payload: Uint8Array | string,
    options: PublishOptions,
    done: PublishDone,
  ): void {
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    const { qos = 0, retain = false, properties = NO_PROPERTIES } = options;
    const guarded: PublishDone = (error) => guard(() => done(error));
    try {
      if (this.#closed) throw new MqttError("MQTT_CLOSED", "the connection was closed");
      if (qos === 0) this.#checkRoom(bytes.length);
      const now = this.#clock.now();
      this.#session.publish(this.#writer, topic, bytes, qos, retain, properties, guarded, now);
      if (qos === 0) this.#unflushed.push(guarded);
      else this.#arm();
    } catch (error) {
      if (!(error instanceof MqttError)) throw error;
      queueMicrotask(() => guarded(error));
      return;
    }
    this.#flushSoon();
  }

  #checkRoom(bytes: number): void {
    const waiting = this.#writer.length + (this.#transport?.pendingBytes ?? 0);
    if (waiting + bytes > (this.#options.maxQueuedBytes ?? 16_777_216)) {
      this.#refusedQoS0++;
      throw new MqttError("MQTT_QUEUE_FULL", `${waiting} bytes wait for the socket`);
    }
  }

  #subscribe(filter: string, options: SubscribeOptions | undefined): Promise<QoS> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new MqttError("MQTT_CLOSED", "the connection was closed");
      const done = (error: MqttError | undefined, granted: QoS) =>
        error ? reject(error) : resolve(granted);
      this.#session.subscribe(this.#writer, filter, options, done, this.#clock.now());
      this.#arm();
      this.#flushSoon();
    });
  }

  #attempt(): void {
    this.#attemptDeadline = this.#clock.now() + (this.#options.connectTimeoutMs ?? 10_000);
    let transport: Transport | undefined;
    // What an earlier transport still has to tell is of no interest.
    const mine = () => transport !== undefined && transport === this.#transport;
    try {
      const renewed = this.#options.renew?.() ?? {};
      const fields = renewedFields(renewed);
      if (renewed.tls) this.#target.tls = renewed.tls;
      transport = this.#openTransport({
        opened: (tlsResumed) => {
          if (!mine()) return;
          this.#tlsResumed = tlsResumed;
          this.#session.open(this.#writer, fields);
          this.#flush();
        },
        data: (chunk, start, end) => {
          if (mine()) this.#receive(chunk, start, end);
        },
        drained: () => {
          if (mine()) this.#settleFlushed();
        },
        closed: (cause) => {
          if (mine()) this.#lost(networkError(this.#session.connected, cause));
        },
      });
      this.#transport = transport;
    } catch (cause) {
      const error = new MqttError("MQTT_INVALID_ARGUMENT", messageOf(cause), { cause });
      queueMicrotask(() => this.#lost(error));
      return;
    }
    this.#arm();
  }

  #receive(chunk: Buffer, start: number, end: number): void {
    try {
      this.#session.receive(chunk, start, end, this.#writer, this.#clock.now());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#flush();
    this.#arm();
    if (this.#whenIdle && this.#session.idle) this.#whenIdle();
  }

  #connected(packet: ConnackPacket): void {
    this.#connects++;
    this.#connectedAt = this.#clock.now();
    this.#attemptDeadline = Number.POSITIVE_INFINITY;
    const { sessionPresent, properties } = packet;
    const tlsResumed = this.#tlsResumed;
    guard(() => this.#options.onConnected?.({ sessionPresent, tlsResumed, properties }));
    this.#reportFirst(undefined);
  }

  #message(topic: string, packet: PublishPacket, entry: IncomingPublish | undefined): void {
    const { onMessage } = this.#options;
    if (!onMessage) {
      if (entry) this.#acknowledge(entry);
      return;
    }
    const message = {
      topic,
      payload: new Uint8Array(packet.payload),
      qos: packet.qos,
      retain: packet.retain,
      dup: packet.dup,
      packetId: packet.packetId,
      properties: packet.properties,
    };
    const ack = entry ? () => this.#acknowledge(entry) : noAck;
    guard(() => onMessage(message, ack));
    this.#pauseOrResume();
  }

  #acknowledge(entry: IncomingPublish): void {
    if (this.#closed) return;
    this.#session.acknowledge(entry, this.#writer, this.#clock.now());
    this.#pauseOrResume();
    this.#flushSoon();
  }

  /**
   * Stops reading where no more is wanted: a 3.1.1 broker cannot be told, and an MQTT 5 broker may
   * send more than it was told. mosquitto does, set to `max_inflight_messages 0`. Closing on it, as
   * section 4.13 has it, would have it send the same again for ever.
   */
  #pauseOrResume(): void {
    const { unacknowledged } = this.#session.incoming;
    const most = this.#options.receiveMaximum ?? 1000;
    // A broker that keeps to it stops by itself, and then has other packets for us.
    const full =
      this.#options.protocolVersion === 5 ? unacknowledged > most : unacknowledged >= most;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#transport?.pause();
    else this.#transport?.resume();
  }

  #flushSoon(): void {
    if (this.#flushQueued || this.#writer.length === 0) return;
    this.#flushQueued = true;
    setImmediate(() => {
      this.#flushQueued = false;
      this.#flush();
    });
  }

  #flush(): void {
    const writer = this.#writer;
    if (writer.length === 0) return;
    const transport = this.#transport;
    if (!transport || transport.write(writer.bytes())) {
      if (writer.capacity > KEPT_BYTES) writer.renew(KEPT_BYTES);
      else writer.clear();
    } else {
      writer.renew(Math.min(writer.length, KEPT_BYTES));
    }
    if ((transport?.pendingBytes ?? 0) < CONGESTED_BYTES) this.#settleFlushed();
  }

  #settleFlushed(error?: MqttError): void {
    if (this.#unflushed.length === 0) return;
    const done = this.#unflushed;
    this.#unflushed = [];
    for (const settle of done) settle(error);
  }

  /** Ends the network connection after an error of the broker's, which an MQTT 5 broker is told. */
  #fail(error: unknown): void {
    if (!(error instanceof MqttError)) throw error;
    if (this.#options.protocolVersion === 5 && this.#session.connected) {
      const reasonCode = reasonToTell(error);
      if (reasonCode !== undefined) {
        this.#session.disconnect(this.#writer, reasonCode);
        this.#flush();
      }
    }
    this.#lost(error);
  }

  #lost(error: MqttError): void {
    const transport = this.#transport;
    this.#transport = undefined;
    transport?.destroy();
    this.#writer.clear();
    this.#paused = false;
    this.#attemptDeadline = Number.POSITIVE_INFINITY;
    const wasConnected = this.#session.connected;
    const lastedMs = wasConnected ? this.#clock.now() - this.#connectedAt : 0;
    this.#session.lost();
    this.#settleFlushed(error);
    if (this.#closed) {
      this.#whenGone?.();
      return;
    }
    const giveUp = this.#options.reconnect === false || this.#firstResult !== undefined;
    const retryInMs = giveUp ? undefined : this.#backoff.next(lastedMs);
    if (retryInMs === undefined) this.#finish(error);
    else this.#setTimer(this.#clock.now() + retryInMs);
    guard(() => this.#options.onDisconnected?.({ error, wasConnected, retryInMs }));
    this.#reportFirst(error);
  }

  #reportFirst(error: MqttError | undefined): void {
    const report = this.#firstResult;
    this.#firstResult = undefined;
    report?.(error);
  }

  /** The end: nothing is tried any more. */
  #finish(error: MqttError): void {
    this.#closed = true;
    this.#transport = undefined;
    this.#timer?.();
    this.#timer = undefined;
    this.#writer.clear();
    this.#session.lost();
    this.#settleFlushed(error);
    this.#session.failAll(error);
    this.#whenIdle?.();
    this.#reportFirst(error);
  }

  /** Sees to it that {@link #wake} is called when something is next due. */
  #arm(): void {
    const due = Math.min(this.#attemptDeadline, this.#session.deadline);
    // A timer that comes too early only looks again; so most packets leave it as it is.
    if (due < this.#timerAt || !this.#timer) this.#setTimer(due);
  }

  #setTimer(at: number): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#timerAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#closed) return;
    if (!this.#transport) {
      this.#attempt();
      return;
    }
    const now = this.#clock.now();
    if (now >= this.#attemptDeadline) {
      const waited = this.#options.connectTimeoutMs ?? 10_000;
      this.#fail(new MqttError("MQTT_TIMEOUT", `no connection within ${waited} ms`));
      return;
    }
    if (this.#paused) this.#session.holdKeepAlive(now);
    try {
      this.#session.poll(this.#writer, now);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#flush();
    this.#arm();
  }
}

/** Runs the application's code: what it throws is its own and must not end in the middle of a packet. */
function guard(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

type Renewable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Where sockets go to; each goes on with the TLS session of the one before. */
function targetOf(options: ConnectOptions): SocketTarget {
  const { tls, webSocket } = options;
  const defaultPort = webSocket ? (tls ? 443 : 80) : tls ? 8883 : 1883;
  return {
    host: options.host ?? "localhost",
    port: options.port ?? defaultPort,
    socketPath: options.socketPath,
    localAddress: options.localAddress,
    tls,
    tlsSession: { ticket: undefined },
  };
}

function openerOf({ webSocket }: ConnectOptions, target: SocketTarget): OpenTransport {
  return webSocket
    ? (events) => openWebSocket(target, webSocket, events)
    : (events) => openSocket(target, events);
}

function networkError(wasConnected: boolean, cause: Error | undefined): MqttError {
  if (cause instanceof MqttError) return cause;
  const what = wasConnected ? "the network connection ended" : "no connection to the broker";
  const why = cause ? `: ${messageOf(cause)}` : ", closed by the broker";
  return new MqttError("MQTT_NETWORK", what + why, cause ? { cause } : {});
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) {
    return error.errors.map((one) => messageOf(one)).join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}

/** The MQTT 5 reason code to tell the broker, where it is the broker that went wrong. */
function reasonToTell(error: MqttError): number | undefined {
  switch (error.code) {
    case "MQTT_MALFORMED_PACKET":
      return 129;
    case "MQTT_PACKET_TOO_LARGE":
      return 149;
    case "MQTT_PROTOCOL_ERROR":
      return error.reasonCode ?? 130;
    case "MQTT_TIMEOUT":
      return 128;
    default:
      return undefined;
  }
}
