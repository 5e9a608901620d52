import type { Buffer } from "node:buffer";
import type { MqttError } from "../error.js";
import { PacketReader } from "./packet-reader.js";
import {
  AUTH,
  CONNACK,
  DISCONNECT,
  PACKET_NAMES,
  PINGRESP,
  type ProtocolVersion,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
  UNSUBACK,
} from "./packet-type.js";
import { decodeProperties, type MqttProperties, NO_PROPERTIES } from "./properties.js";

export interface ConnackPacket {
  readonly type: typeof CONNACK;
  readonly sessionPresent: boolean;
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

export interface PublishPacket {
  readonly type: typeof PUBLISH;
  /** Empty where a topic alias stands for it. */
  readonly topic: string;
  /** A view of the buffer that was read. */
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 1 to 65535; 0 with QoS 0. */
  readonly packetId: number;
  readonly properties: MqttProperties;
}

export interface AckPacket {
  readonly type: typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP;
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

export interface SubackPacket {
  readonly type: typeof SUBACK | typeof UNSUBACK;
  readonly packetId: number;
  /** One a filter: the QoS granted, or 128 and more for a refusal; none in a 3.1.1 UNSUBACK. */
  readonly reasonCodes: readonly number[];
  readonly properties: MqttProperties;
}

export interface PingrespPacket {
  readonly type: typeof PINGRESP;
}

export interface ReasonPacket {
  readonly type: typeof DISCONNECT | typeof AUTH;
  readonly reasonCode: number;
  readonly properties: MqttProperties;
}

/** What a broker may send to a client. */
export type IncomingPacket =
  | ConnackPacket
  | PublishPacket
  | AckPacket
  | SubackPacket
  | PingrespPacket
  | ReasonPacket;

const shared = new PacketReader();

/**
 * Decodes one packet that a broker sent.
 *
 * @param firstByte - type and flags
 * @param buffer - holds the body from `start` to before `end`
 * @param packetBytes - the whole packet's length, for the offset in errors
 * @throws {@link MqttError} `MQTT_MALFORMED_PACKET` with the offset, whatever the bytes are
 */
export function decodePacket(
  version: ProtocolVersion,
  firstByte: number,
  buffer: Buffer,
  start: number,
  end: number,
  packetBytes: number,
): IncomingPacket {
  const type = firstByte >>> 4;
  const reader = shared.reset(buffer, end - packetBytes, start, end);
  if (type !== PUBLISH && (firstByte & 0x0f) !== (type === PUBREL ? 2 : 0)) {
    throw reader.malformed(`flags ${firstByte & 0x0f} in ${PACKET_NAMES[type]}`, end - packetBytes);
  }
  switch (type) {
    case PUBLISH:
      return decodePublish(reader, version, firstByte);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
      return decodeAck(reader, version, type);
    case CONNACK:
      return decodeConnack(reader, version);
    case SUBACK:
    case UNSUBACK:
      return decodeSuback(reader, version, type);
    case PINGRESP:
      reader.done();
      return { type };
    case DISCONNECT:
    case AUTH:
      if (version === 5) return decodeReason(reader, type);
  }
  throw reader.malformed(`${PACKET_NAMES[type]} from a broker`, end - packetBytes);
}

function decodePublish(
  reader: PacketReader,
  version: ProtocolVersion,
  firstByte: number,
): PublishPacket {
  const start = reader.position;
  const qos = (firstByte >>> 1) & 3;
  if (qos === 3) throw reader.malformed("QoS 3");
  const dup = (firstByte & 8) !== 0;
  if (dup && qos === 0) throw reader.malformed("DUP with QoS 0");
  const topic = reader.string();
  if (topic.includes("+") || topic.includes("#")) {
    throw reader.malformed("a wildcard in a topic name", start);
  }
  const packetId = qos === 0 ? 0 : readPacketId(reader);
  const properties = version === 5 ? decodeProperties(reader, PUBLISH) : NO_PROPERTIES;
  if (topic === "" && properties.topicAlias === undefined) {
    throw reader.malformed("an empty topic name", start);
  }
  return {
    type: PUBLISH,
    topic,
    payload: reader.rest(),
    qos: qos as QoS,
    retain: (firstByte & 1) !== 0,
    dup,
    packetId,
    properties,
  };
}

function readPacketId(reader: PacketReader): number {
  const id = reader.u16();
  if (id === 0) throw reader.malformed("packet identifier 0", reader.position - 2);
  return id;
}

function decodeAck(
  reader: PacketReader,
  version: ProtocolVersion,
  type: AckPacket["type"],
): AckPacket {
  const packetId = readPacketId(reader);
  let reasonCode = 0;
  let properties = NO_PROPERTIES;
  if (version === 5 && reader.remaining > 0) {
    reasonCode = reader.u8();
    if (reader.remaining > 0) properties = decodeProperties(reader, type);
  }
  reader.done();
  return { type, packetId, reasonCode, properties };
}

function decodeConnack(reader: PacketReader, version: ProtocolVersion): ConnackPacket {
  const flags = reader.u8();
  if (flags > 1) throw reader.malformed(`CONNACK flags ${flags}`, reader.position - 1);
  const reasonCode = reader.u8();
  // A 3.1.1 broker refuses a version 5 client in the 3.1.1 form, which has no properties.
  const properties =
    version === 5 && reader.remaining > 0 ? decodeProperties(reader, CONNACK) : NO_PROPERTIES;
  reader.done();
  return { type: CONNACK, sessionPresent: flags === 1, reasonCode, properties };
}

function decodeSuback(
  reader: PacketReader,
  version: ProtocolVersion,
  type: SubackPacket["type"],
): SubackPacket {
  const packetId = readPacketId(reader);
  const properties = version === 5 ? decodeProperties(reader, type) : NO_PROPERTIES;
  if (version === 4 && type === UNSUBACK) reader.done();
  else if (reader.remaining === 0) throw reader.malformed("no reason code");
  return { type, packetId, reasonCodes: [...reader.rest()], properties };
}

function decodeReason(reader: PacketReader, type: ReasonPacket["type"]): ReasonPacket {
  const reasonCode = reader.remaining > 0 ? reader.u8() : 0;
  const properties = reader.remaining > 0 ? decodeProperties(reader, type) : NO_PROPERTIES;
  reader.done();
  return { type, reasonCode, properties };
}
