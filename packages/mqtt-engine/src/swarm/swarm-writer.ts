import { Buffer } from "node:buffer";
import {
  encodeAck,
  encodeConnect,
  encodeDisconnect,
  encodeSubscribe,
} from "../packet/encode-packet.js";
import { PINGREQ, type ProtocolVersion, PUBLISH, type QoS } from "../packet/packet-type.js";
import { PacketWriter, varintSize, writeVarint } from "../packet/packet-writer.js";
import type { InFlightTable } from "./in-flight-table.js";
import type { SwarmConnection } from "./swarm-connection.js";
import type { SwarmOptions } from "./swarm-options.js";

/**
 * What became of a publish.
 *
 * - `written`: it leaves with the next `flush`, at the latest
 * - `busy`: as much is in flight or waits to be written as may; `ready` tells when it is over
 * - `down`: there is no connection now
 */
export type PublishOutcome = "written" | "busy" | "down";

/**
 * Writes a payload, or the properties of a PUBLISH, where they are to lie.
 *
 * @param at - offset of the first byte
 * @returns the length in bytes, at most what was announced
 */
export type WritePayload = (buffer: Buffer, at: number, tag: number, dueMs: number) => number;

/** What the publishes of one kind have in common. */
export interface SwarmPublish {
  readonly qos: QoS;
  readonly retain: boolean;
  /** The payload's length, or the most it may have, bytes. */
  readonly payloadBytes: number;
  readonly write: WritePayload;
  /** MQTT 5: the most that `writeProperties` writes, 0 to 124 bytes. Default: 0. */
  readonly propertyBytes?: number;
  /** MQTT 5: the properties, without their length. */
  readonly writeProperties?: WritePayload;
}

const ARENA_BYTES = 262_144;
const TOPIC_ALIAS = 35;
const TOPIC_ALIAS_BYTES = 3;

/**
 * What a swarm writes: packets of many connections, one behind the other in one buffer that all of
 * them share, so that those of one connection that follow each other leave in one write.
 */
export class SwarmWriter {
  readonly #options: SwarmOptions;
  readonly #version: ProtocolVersion;
  readonly #table: InFlightTable;
  readonly #control = new PacketWriter();
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES);
  /** What is written into the arena from here to `#end` belongs to `#owner`, and has not left. */
  #start = 0;
  #end = 0;
  #owner: SwarmConnection | undefined;
  /** A socket still reads the arena. */
  #isHeld = false;
  /** Whole seconds of the swarm's clock. */
  nowS = 0;
  writes = 0;
  writtenBytes = 0;

  constructor(options: SwarmOptions, table: InFlightTable) {
    this.#options = options;
    this.#version = options.protocolVersion ?? 4;
    this.#table = table;
  }

  publish(
    connection: SwarmConnection,
    topic: Uint8Array,
    kind: SwarmPublish,
    tag: number,
    dueMs: number,
    nowMs: number,
  ): PublishOutcome {
    const { qos } = kind;
    if (connection.state !== "up") return "down";
    if (connection.isBehind || (qos > 0 && connection.inFlightCount >= connection.maxInFlight)) {
      connection.wantsReady = true;
      return "busy";
    }
    const mostProperties = kind.propertyBytes ?? 0;
    const most = topic.length + (qos > 0 ? 2 : 0) + kind.payloadBytes;
    const mostBytes = most + (this.#version === 5 ? 1 + mostProperties + TOPIC_ALIAS_BYTES : 0);
    const lengthBytes = varintSize(mostBytes);
    this.#turnTo(connection, 1 + lengthBytes + mostBytes);
    const arena = this.#arena;
    const head = this.#end;
    const body = head + 1 + lengthBytes;
    let at = body;
    arena[head] = (PUBLISH << 4) | (qos << 1) | (kind.retain ? 1 : 0);
    // Below zero: this packet is the one that makes the alias known.
    const alias = connection.maxAliases > 0 ? connection.aliasOf(topic) : 0;
    if (alias > 0) {
      arena[at++] = 0;
      arena[at++] = 0;
    } else {
      arena.set(topic, at);
      at += topic.length;
    }
    if (qos > 0) {
      const packetId = this.#takePacketId(connection);
      arena[at++] = packetId >>> 8;
      arena[at++] = packetId;
      this.#table.add(connection, packetId, tag, dueMs, nowMs);
    }
    if (this.#version === 5) {
      const length = at++;
      if (alias !== 0) {
        arena[at++] = TOPIC_ALIAS;
        arena[at++] = Math.abs(alias) >>> 8;
        arena[at++] = Math.abs(alias);
      }
      if (kind.writeProperties) at += kind.writeProperties(arena, at, tag, dueMs);
      arena[length] = at - length - 1;
    }
    at += kind.write(arena, at, tag, dueMs);
    const shorter = lengthBytes - varintSize(at - body);
    if (shorter > 0) arena.copyWithin(body - shorter, body, at);
    writeVarint(arena, head + 1, at - body);
    this.#end = at - shorter;
    return "written";
  }

  subscribe(connection: SwarmConnection, filter: string, qos: QoS): void {
    const packetId = this.#takePacketId(connection);
    encodeSubscribe(this.#control, this.#version, packetId, filter, { qos });
    this.#sendControl(connection);
  }

  connect(connection: SwarmConnection): void {
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

  disconnect(connection: SwarmConnection): void {
    encodeDisconnect(this.#control, this.#version);
    this.#sendControl(connection);
  }

  ping(connection: SwarmConnection): void {
    this.#control.u8(PINGREQ << 4);
    this.#control.u8(0);
    this.#sendControl(connection);
  }

  /** PUBACK and its like; leaves with what follows. */
  acknowledge(connection: SwarmConnection, type: number, packetId: number): void {
    if (connection.state !== "up") return;
    encodeAck(this.#control, type, packetId);
    this.#takeControl(connection);
  }

  /** Lets everything leave that was written until now. */
  flush(): void {
    const { state, transport } = this.#owner ?? {};
    if (this.#end > this.#start && this.#owner && transport && state !== "closed") {
      this.writes++;
      this.writtenBytes += this.#end - this.#start;
      this.#owner.lastSentS = this.nowS;
      if (!transport.write(this.#arena.subarray(this.#start, this.#end))) {
        this.#isHeld = true;
        this.#owner.isBehind = transport.pendingBytes > (this.#options.maxPendingBytes ?? 16_384);
      }
    }
    this.#start = this.#end;
  }

  #takeControl(connection: SwarmConnection): void {
    const bytes = this.#control.bytes();
    this.#turnTo(connection, bytes.length);
    this.#arena.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#control.clear();
  }

  /** Sends what the control writer holds, at once. */
  #sendControl(connection: SwarmConnection): void {
    this.#takeControl(connection);
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
