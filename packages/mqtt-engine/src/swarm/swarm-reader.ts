import type { Buffer } from "node:buffer";
import { MqttError } from "../error.js";
import { type ConnackPacket, decodePacket } from "../packet/decode-packet.js";
import type { PacketReceiver } from "../packet/packet-parser.js";
import {
  CONNACK,
  DISCONNECT,
  type ProtocolVersion,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
} from "../packet/packet-type.js";
import { reasonText } from "../reason-text.js";
import type { SwarmConnection } from "./swarm-connection.js";
import type { SwarmEvents } from "./swarm-options.js";
import type { SwarmWriter } from "./swarm-writer.js";

/** What a reader tells its swarm. */
export interface SwarmReaderEvents extends Pick<SwarmEvents, "message" | "subscribed"> {
  connack(connection: SwarmConnection, packet: ConnackPacket): void;
  acknowledged(connection: SwarmConnection, packetId: number, reasonCode: number): void;
}

/** Reads what comes to the connections of a swarm; answers what is to be answered at once. */
export class SwarmReader {
  readonly #version: ProtocolVersion;
  readonly #writer: SwarmWriter;
  readonly #events: SwarmReaderEvents;
  /** The connection whose chunk is being read. */
  #reading: SwarmConnection | undefined;
  readonly #receive: PacketReceiver = (firstByte, buffer, start, end, bytes) =>
    this.#packet(firstByte, buffer, start, end, bytes);

  constructor(version: ProtocolVersion, writer: SwarmWriter, events: SwarmReaderEvents) {
    this.#version = version;
    this.#writer = writer;
    this.#events = events;
  }

  /** @throws {@link MqttError} where the broker breaks the protocol, or disconnects */
  push(connection: SwarmConnection, chunk: Buffer, start: number, end: number): void {
    this.#reading = connection;
    connection.parser.push(chunk, start, end, this.#receive);
  }

  #packet(firstByte: number, buffer: Buffer, start: number, end: number, bytes: number): boolean {
    const connection = this.#reading as SwarmConnection;
    const type = firstByte >>> 4;
    if (connection.state === "connecting" && type !== CONNACK) {
      throw new MqttError("MQTT_PROTOCOL_ERROR", "a packet before CONNACK");
    }
    // The two packets that come by the million are read where they lie.
    if (type === PUBACK && bytes === 4 && firstByte === PUBACK << 4) {
      this.#events.acknowledged(connection, buffer.readUInt16BE(start), 0);
      return true;
    }
    if (type === PUBLISH) {
      this.#message(connection, firstByte, buffer, start, end);
      return true;
    }
    const packet = decodePacket(this.#version, firstByte, buffer, start, end, bytes);
    switch (packet.type) {
      case CONNACK:
        this.#events.connack(connection, packet);
        break;
      case PUBACK:
      case PUBCOMP:
        this.#events.acknowledged(connection, packet.packetId, packet.reasonCode);
        break;
      case PUBREC:
        if (packet.reasonCode >= 128) {
          this.#events.acknowledged(connection, packet.packetId, packet.reasonCode);
        } else this.#writer.acknowledge(connection, PUBREL, packet.packetId);
        break;
      case PUBREL:
        this.#writer.acknowledge(connection, PUBCOMP, packet.packetId);
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

  #message(
    connection: SwarmConnection,
    firstByte: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const qos = (firstByte >>> 1) & 3;
    const topicStart = start + 2;
    const topicEnd = topicStart <= end ? topicStart + buffer.readUInt16BE(start) : end + 1;
    const propertiesLength = topicEnd + (qos > 0 ? 2 : 0);
    let propertiesStart = propertiesLength;
    let payloadStart = propertiesLength;
    if (this.#version === 5 && propertiesLength <= end) {
      let length = 0;
      let shift = 0;
      for (;;) {
        const byte = propertiesStart < end ? (buffer[propertiesStart] as number) : 0x80;
        propertiesStart++;
        length += (byte & 0x7f) * 2 ** shift;
        shift += 7;
        if (byte < 0x80) break;
        if (shift > 21) throw malformed(end - start);
      }
      payloadStart = propertiesStart + length;
    }
    if (qos === 3 || payloadStart > end) throw malformed(end - start);
    const packetId = qos > 0 ? buffer.readUInt16BE(topicEnd) : 0;
    this.#events.message(connection, {
      buffer,
      topicStart,
      topicEnd,
      propertiesStart,
      payloadStart,
      payloadEnd: end,
      qos: qos as QoS,
      retain: (firstByte & 1) !== 0,
      dup: (firstByte & 8) !== 0,
    });
    if (qos > 0) this.#writer.acknowledge(connection, qos === 1 ? PUBACK : PUBREC, packetId);
  }
}

function malformed(offset: number): MqttError {
  return new MqttError("MQTT_MALFORMED_PACKET", "PUBLISH ends within its header", { offset });
}
