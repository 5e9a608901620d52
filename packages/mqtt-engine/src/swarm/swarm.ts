import { Buffer } from "node:buffer";
import { openSocket } from "../connection/open-socket.js";
import { openWebSocket } from "../connection/open-web-socket.js";
import type { Transport } from "../connection/transport.js";
import { isMqttError, MqttError } from "../error.js";
import { type ConnackPacket, decodePacket } from "../packet/decode-packet.js";
import {
  encodeAck,
  encodeConnect,
  encodeDisconnect,
  encodeSubscribe,
} from "../packet/encode-packet.js";
import {
  CONNACK,
  DISCONNECT,
  PINGREQ,
  type ProtocolVersion,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
} from "../packet/packet-type.js";
import { PacketWriter, varintSize, writeVarint } from "../packet/packet-writer.js";
import { reasonText } from "../reason-text.js";
import { Fifo } from "../session/fifo.js";
import { InFlightTable } from "./in-flight-table.js";
import { SwarmConnection, type SwarmCore } from "./swarm-connection.js";
import type { SwarmClient, SwarmEvents, SwarmOptions } from "./swarm-options.js";

/**
 * What became of a publish.
 *
 * - `written`: it leaves with the next `flush`, at the latest
 * - `busy`: as much is in flight or waits to be written as may; `ready` tells when it is over
 * - `down`: there is no connection now
 */
export type PublishOutcome = "written" | "busy" | "down";

/**
 * Writes a payload where it is to lie.
 *
 * @param at - offset of its first byte
 * @returns its length in bytes, at most what was announced
 */
export type WritePayload = (buffer: Buffer, at: number, tag: number, dueMs: number) => number;

/** Counts of a swarm, since its start. */
export interface SwarmStats {
  readonly up: number;
  readonly connecting: number;
  readonly waiting: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly unknownAcks: number;
}

const ARENA_BYTES = 262_144;
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
  readonly #version: ProtocolVersion;
  readonly #now: () => number;
  readonly #table = new InFlightTable();
  readonly #connections = new Set<SwarmConnection>();
  readonly #waiting = new Fifo<SwarmConnection>();
  readonly #control = new PacketWriter();
  readonly #startedMs: number;
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  /** What is written into the arena from here to `#end` belongs to `#owner`, and has not left. */
  #start = 0;
  #end = 0;
  #owner: SwarmConnection | undefined;
  /** A socket still reads the arena. */
  #isHeld = false;
  #nowS = 0;
  #up = 0;
  #connecting = 0;
  #writes = 0;
  #writtenBytes = 0;
  #unknownAcks = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;
  /** The connection whose chunk is being read. */
  #reading: SwarmConnection | undefined;
  readonly #receive = (
    firstByte: number,
    buffer: Buffer,
    start: number,
    end: number,
    packetBytes: number,
  ): boolean => this.#packet(firstByte, buffer, start, end, packetBytes);

  constructor(options: SwarmOptions) {
    this.#options = options;
    this.#events = options.events;
    this.#version = options.protocolVersion ?? 4;
    this.#now = options.now ?? (() => performance.now());
    this.#startedMs = this.#now();
  }

  /**
   * Connects, as soon as fewer than `maxConnecting` others are under way.
   *
   * @param index - the caller's own number for it
   */
  open(index: number, client: SwarmClient): SwarmConnection {
    const { maxInFlight = 20, maxPacketBytes = 1_048_576 } = this.#options;
    const connection = new SwarmConnection(index, client, this, maxInFlight, maxPacketBytes);
    this.#connections.add(connection);
    this.#waiting.push(connection);
    this.#sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
    this.#connectMore();
    return connection;
  }

  /**
   * Publishes. What one connection publishes in a row leaves in one write.
   *
   * @param topic - from `encodeTopic`
   * @param payloadBytes - the payload's length, or the most it may have
   * @param tag - the caller's own number for it, told when it is acknowledged
   * @param dueMs - when it was to be sent; told when it is acknowledged
   * @param nowMs - when it is sent; the same
   */
  publish(
    connection: SwarmConnection,
    topic: Uint8Array,
    qos: QoS,
    retain: boolean,
    payloadBytes: number,
    write: WritePayload,
    tag: number,
    dueMs: number,
    nowMs: number,
  ): PublishOutcome {
    if (connection.state !== "up") return "down";
    if (connection.isBehind || (qos > 0 && connection.inFlightCount >= connection.maxInFlight)) {
      connection.wantsReady = true;
      return "busy";
    }
    const fixed = topic.length + (qos > 0 ? 2 : 0) + (this.#version === 5 ? 1 : 0);
    const lengthBytes = varintSize(fixed + payloadBytes);
    this.#turnTo(connection, 1 + lengthBytes + fixed + payloadBytes);
    const arena = this.#arena;
    const head = this.#end;
    let at = head + 1 + lengthBytes;
    arena[head] = (PUBLISH << 4) | (qos << 1) | (retain ? 1 : 0);
    arena.set(topic, at);
    at += topic.length;
    if (qos > 0) {
      const packetId = this.#takePacketId(connection);
      arena[at++] = packetId >>> 8;
      arena[at++] = packetId;
      this.#table.add(connection, packetId, tag, dueMs, nowMs);
    }
    if (this.#version === 5) arena[at++] = 0;
    const length = write(arena, at, tag, dueMs);
    const remaining = fixed + length;
    const shorter = lengthBytes - varintSize(remaining);
    if (shorter > 0)
      arena.copyWithin(head + 1 + lengthBytes - shorter, head + 1 + lengthBytes, at + length);
    writeVarint(arena, head + 1, remaining);
    this.#end = at + length - shorter;
    return "written";
  }

  /** Subscribes to one filter; `subscribed` tells the answer. */
  subscribe(connection: SwarmConnection, filter: string, qos: QoS): void {
    const packetId = this.#takePacketId(connection);
    encodeSubscribe(this.#control, this.#version, packetId, filter, { qos });
    this.#sendControl(connection);
  }

  /** Lets everything leave that was published until now. */
  flush(): void {
    const { state, transport } = this.#owner ?? {};
    if (this.#end > this.#start && this.#owner && transport && state !== "closed") {
      this.#writes++;
      this.#writtenBytes += this.#end - this.#start;
      this.#owner.lastSentS = this.#nowS;
      if (!transport.write(this.#arena.subarray(this.#start, this.#end))) {
        this.#isHeld = true;
        this.#owner.isBehind = transport.pendingBytes > (this.#options.maxPendingBytes ?? 16_384);
      }
    }
    this.#start = this.#end;
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
      encodeDisconnect(this.#control, this.#version);
      this.#sendControl(connection);
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
      writes: this.#writes,
      writtenBytes: this.#writtenBytes,
      unknownAcks: this.#unknownAcks,
    };
  }

  /** Sends pings that are due and ends what has been silent for too long: once a second. @internal */
  sweep(): void {
    const nowMs = this.#now();
    this.#nowS = Math.floor((nowMs - this.#startedMs) / 1000);
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
    const { clientId, username, password, will } = connection.client;
    const { cleanSession = true, keepAliveS = 60, properties } = this.#options;
    encodeConnect(this.#control, this.#version, {
      clientId,
      cleanSession,
      keepAliveS,
      username,
      password,
      will,
      properties,
    });
    this.#sendControl(connection);
  }

  received(connection: SwarmConnection, chunk: Buffer, start: number, end: number): void {
    connection.lastReceivedS = this.#nowS;
    connection.pingSentS = -1;
    this.#reading = connection;
    try {
      connection.parser.push(chunk, start, end, this.#receive);
    } catch (error) {
      if (!isMqttError(error)) throw error;
      connection.failure ??= error;
      connection.transport?.destroy();
    }
    this.flush();
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

  #packet(firstByte: number, buffer: Buffer, start: number, end: number, bytes: number): boolean {
    const connection = this.#reading as SwarmConnection;
    const type = firstByte >>> 4;
    if (connection.state === "connecting" && type !== CONNACK) {
      throw new MqttError("MQTT_PROTOCOL_ERROR", "a packet before CONNACK");
    }
    // The two packets that come by the million are read where they lie.
    if (type === PUBACK && bytes === 4 && firstByte === PUBACK << 4) {
      this.#acknowledge(connection, buffer.readUInt16BE(start), 0);
      return true;
    }
    if (type === PUBLISH && this.#version === 4) {
      return this.#message(connection, firstByte, buffer, start, end);
    }
    const packet = decodePacket(this.#version, firstByte, buffer, start, end, bytes);
    switch (packet.type) {
      case CONNACK:
        this.#connack(connection, packet);
        break;
      case PUBLISH: {
        const payloadStart = end - packet.payload.length;
        const topic = Buffer.from(packet.topic);
        const whole = Buffer.concat([topic, buffer.subarray(payloadStart, end)]);
        this.#tellMessage(
          connection,
          firstByte,
          whole,
          0,
          topic.length,
          whole.length,
          packet.packetId,
        );
        break;
      }
      case PUBACK:
      case PUBCOMP:
        this.#acknowledge(connection, packet.packetId, packet.reasonCode);
        break;
      case PUBREC:
        if (packet.reasonCode >= 128) {
          this.#acknowledge(connection, packet.packetId, packet.reasonCode);
        } else this.#sendAck(connection, PUBREL, packet.packetId);
        break;
      case PUBREL:
        this.#sendAck(connection, PUBCOMP, packet.packetId);
        break;
      case SUBACK:
        for (const code of packet.reasonCodes) this.#events.subscribed(connection, code);
        break;
      case DISCONNECT:
        throw new MqttError(
          "MQTT_SERVER_DISCONNECTED",
          `the broker disconnected: ${reasonText(packet.reasonCode)}`,
          { reasonCode: packet.reasonCode },
        );
    }
    return true;
  }

  #connack(connection: SwarmConnection, { reasonCode, properties, sessionPresent }: ConnackPacket) {
    if (connection.state !== "connecting") {
      throw new MqttError("MQTT_PROTOCOL_ERROR", "a second CONNACK");
    }
    if (reasonCode !== 0) {
      const said = reasonText(reasonCode);
      throw new MqttError("MQTT_CONNECT_REFUSED", `the broker refused: ${said}`, { reasonCode });
    }
    connection.state = "up";
    connection.lastReceivedS = this.#nowS;
    this.#up++;
    this.#connecting--;
    const receiveMaximum = properties.receiveMaximum ?? 65_535;
    connection.maxInFlight = Math.min(connection.maxInFlight, receiveMaximum);
    this.#events.connected(connection, sessionPresent);
    this.#connectMore();
  }

  #message(
    connection: SwarmConnection,
    firstByte: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): boolean {
    const qos = (firstByte >>> 1) & 3;
    const topicStart = start + 2;
    const topicEnd = start + 2 <= end ? topicStart + buffer.readUInt16BE(start) : end + 1;
    const payloadStart = topicEnd + (qos > 0 ? 2 : 0);
    if (qos === 3 || payloadStart > end) {
      throw new MqttError("MQTT_MALFORMED_PACKET", "PUBLISH ends within its header", {
        offset: end - start,
      });
    }
    const packetId = qos > 0 ? buffer.readUInt16BE(topicEnd) : 0;
    this.#tellMessage(connection, firstByte, buffer, topicStart, topicEnd, end, packetId);
    return true;
  }

  #tellMessage(
    connection: SwarmConnection,
    firstByte: number,
    buffer: Buffer,
    topicStart: number,
    topicEnd: number,
    payloadEnd: number,
    packetId: number,
  ): void {
    const qos = ((firstByte >>> 1) & 3) as QoS;
    // What was read in place has the packet identifier between topic and payload.
    const isInPlace = qos > 0 && this.#version === 4;
    this.#events.message(connection, {
      buffer,
      topicStart,
      topicEnd,
      payloadStart: topicEnd + (isInPlace ? 2 : 0),
      payloadEnd,
      qos,
      retain: (firstByte & 1) !== 0,
      dup: (firstByte & 8) !== 0,
    });
    if (qos > 0) this.#sendAck(connection, qos === 1 ? PUBACK : PUBREC, packetId);
  }

  #acknowledge(connection: SwarmConnection, packetId: number, reasonCode: number): void {
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

  #sendAck(connection: SwarmConnection, type: number, packetId: number): void {
    if (connection.state !== "up") return;
    encodeAck(this.#control, type, packetId);
    const bytes = this.#control.bytes();
    this.#turnTo(connection, bytes.length);
    this.#arena.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#control.clear();
  }

  /** Sends what the control writer holds, at once. */
  #sendControl(connection: SwarmConnection): void {
    const bytes = this.#control.bytes();
    this.#turnTo(connection, bytes.length);
    this.#arena.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#control.clear();
    this.flush();
  }

  /** Makes the arena's next bytes belong to the connection, and room for so many. */
  #turnTo(connection: SwarmConnection, bytes: number): void {
    if (this.#owner !== connection) {
      this.flush();
      this.#owner = connection;
    }
    if (this.#end + bytes <= this.#arena.length) return;
    this.flush();
    if (this.#isHeld || bytes > this.#arena.length) {
      this.#arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, bytes));
      this.#isHeld = false;
    }
    this.#start = 0;
    this.#end = 0;
  }

  #takePacketId(connection: SwarmConnection): number {
    for (;;) {
      const packetId = connection.nextPacketId;
      connection.nextPacketId = packetId === 65_535 ? 1 : packetId + 1;
      if (packetId === 65_535) connection.hasWrapped = true;
      if (!connection.hasWrapped || this.#table.find(connection, packetId) < 0) return packetId;
    }
  }

  #tellReady(connection: SwarmConnection): void {
    if (connection.state !== "up" || connection.isBehind) return;
    if (connection.inFlightCount >= connection.maxInFlight) return;
    connection.wantsReady = false;
    this.#events.ready(connection);
    this.flush();
  }

  #keepAlive(connection: SwarmConnection, keepAliveS: number): void {
    const { pingSentS, lastSentS, lastReceivedS } = connection;
    if (pingSentS >= 0) {
      if (this.#nowS - pingSentS < PING_ANSWER_S) return;
      this.#cut(connection, "MQTT_TIMEOUT", "the broker has not answered a PINGREQ");
      return;
    }
    const idleS = this.#nowS - Math.min(lastSentS, lastReceivedS);
    // A second early: the broker's clock and the way there take their part.
    if (idleS < Math.max(1, keepAliveS - 1)) return;
    connection.pingSentS = this.#nowS;
    this.#control.u8(PINGREQ << 4);
    this.#control.u8(0);
    this.#sendControl(connection);
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
      ...(isTls && { tls: { ...tls, ...client.tls } }),
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

/**
 * A topic as it lies in a packet: its length in two bytes, then its UTF-8.
 *
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` beyond 65,535 bytes
 */
export function encodeTopic(topic: string): Uint8Array {
  const writer = new PacketWriter(topic.length + 2);
  writer.string(topic);
  return Uint8Array.from(writer.bytes());
}
