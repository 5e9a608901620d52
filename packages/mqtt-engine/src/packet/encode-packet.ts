import { Buffer } from "node:buffer";
import { MqttError } from "../error.js";
import {
  AUTH,
  CONNECT,
  DISCONNECT,
  type ProtocolVersion,
  PUBLISH,
  PUBREL,
  type QoS,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from "./packet-type.js";
import { type PacketWriter, varintSize, writeVarint } from "./packet-writer.js";
import { encodeProperties, type MqttProperties, NO_PROPERTIES, WILL } from "./properties.js";

/** What the broker publishes for a client that goes without a DISCONNECT. */
export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  /** Default: 0. */
  readonly qos?: QoS;
  /** Default: false. */
  readonly retain?: boolean;
  /** MQTT 5 only, such as `willDelayInterval` in seconds. */
  readonly properties?: MqttProperties;
}

/** The fields of a CONNECT packet. */
export interface ConnectFields {
  readonly clientId: string;
  /** Clean Session in 3.1.1, Clean Start in 5. */
  readonly cleanSession: boolean;
  /** 0 to 65535 s; 0 turns it off. */
  readonly keepAliveS: number;
  readonly username?: string | undefined;
  readonly password?: Uint8Array | string | undefined;
  readonly will?: Will | undefined;
  readonly properties?: MqttProperties | undefined;
}

/** The fields of a PUBLISH packet. */
export interface PublishFields {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 1 to 65535; 0 with QoS 0. */
  readonly packetId: number;
  readonly properties: MqttProperties;
}

/** How a subscription is made. */
export interface SubscribeOptions {
  /** The most QoS that messages come with. Default: 1. */
  readonly qos?: QoS;
  /** MQTT 5: true leaves out what this client publishes. Default: false. */
  readonly noLocal?: boolean;
  /** MQTT 5: true keeps the retain flag as the publisher set it. Default: false. */
  readonly retainAsPublished?: boolean;
  /** MQTT 5: retained messages on 0 every, 1 a new, 2 no subscription. Default: 0. */
  readonly retainHandling?: 0 | 1 | 2;
  /** MQTT 5. */
  readonly properties?: MqttProperties;
}

/**
 * Writes CONNECT.
 *
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` for a text over 65,535 bytes
 * @see MQTT 3.1.1 and 5.0, section 3.1
 */
export function encodeConnect(
  writer: PacketWriter,
  version: ProtocolVersion,
  fields: ConnectFields,
): void {
  const { will, username, password } = fields;
  whole(writer, CONNECT << 4, () => {
    writer.string("MQTT");
    writer.u8(version);
    let flags = fields.cleanSession ? 2 : 0;
    if (will) flags |= 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0);
    if (password !== undefined) flags |= 64;
    if (username !== undefined) flags |= 128;
    writer.u8(flags);
    writer.u16(fields.keepAliveS);
    if (version === 5) encodeProperties(writer, CONNECT, fields.properties ?? NO_PROPERTIES);
    writer.string(fields.clientId);
    if (will) {
      if (version === 5) encodeProperties(writer, WILL, will.properties ?? NO_PROPERTIES);
      writer.string(will.topic);
      writer.binary(bytesOf(will.payload));
    }
    if (username !== undefined) writer.string(username);
    if (password !== undefined) writer.binary(bytesOf(password));
  });
}

/**
 * Writes PUBLISH. The packet is laid straight into the writer's buffer; only properties take a
 * slower way.
 *
 * @param alias - MQTT 5 topic alias, or 0 for none
 * @param aliasKnown - true when the broker knows the alias, and the topic need not be sent
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` for a topic over 65,535 bytes
 * @see MQTT 3.1.1 and 5.0, section 3.3
 */
export function encodePublish(
  writer: PacketWriter,
  version: ProtocolVersion,
  fields: PublishFields,
  alias = 0,
  aliasKnown = false,
): void {
  const { topic, payload, qos } = fields;
  const first = (PUBLISH << 4) | (fields.dup ? 8 : 0) | (qos << 1) | (fields.retain ? 1 : 0);
  if (fields.properties !== NO_PROPERTIES) {
    encodePublishWithProperties(writer, first, fields, alias, aliasKnown);
    return;
  }
  const topicBytes = aliasKnown ? 0 : Buffer.byteLength(topic);
  if (topicBytes > 0xffff) {
    throw new MqttError("MQTT_INVALID_ARGUMENT", `a topic of ${topicBytes} bytes`);
  }
  const propertyBytes = version === 4 ? 0 : alias > 0 ? 4 : 1;
  const remaining = 2 + topicBytes + (qos > 0 ? 2 : 0) + propertyBytes + payload.length;
  const buffer = writer.reserve(1 + varintSize(remaining) + remaining);
  const start = writer.length;
  let at = start;
  buffer[at++] = first;
  at = writeVarint(buffer, at, remaining);
  buffer[at++] = topicBytes >>> 8;
  buffer[at++] = topicBytes;
  if (topicBytes > 0) at += buffer.write(topic, at);
  if (qos > 0) {
    buffer[at++] = fields.packetId >>> 8;
    buffer[at++] = fields.packetId;
  }
  if (propertyBytes === 1) {
    buffer[at++] = 0;
  } else if (propertyBytes === 4) {
    buffer[at++] = 3;
    buffer[at++] = 35;
    buffer[at++] = alias >>> 8;
    buffer[at++] = alias;
  }
  buffer.set(payload, at);
  writer.advance(at + payload.length - start);
}

function encodePublishWithProperties(
  writer: PacketWriter,
  first: number,
  fields: PublishFields,
  alias: number,
  aliasKnown: boolean,
): void {
  const { properties } = fields;
  whole(writer, first, () => {
    writer.string(aliasKnown ? "" : fields.topic);
    if (fields.qos > 0) writer.u16(fields.packetId);
    const all = alias > 0 ? { ...properties, topicAlias: alias } : properties;
    encodeProperties(writer, PUBLISH, all);
    writer.raw(fields.payload);
  });
}

/**
 * Writes PUBACK, PUBREC, PUBREL or PUBCOMP.
 *
 * @param reasonCode - MQTT 5; 0 takes no bytes
 * @see MQTT 5.0, sections 3.4 to 3.7
 */
export function encodeAck(
  writer: PacketWriter,
  type: number,
  packetId: number,
  reasonCode = 0,
): void {
  const length = reasonCode === 0 ? 4 : 5;
  const buffer = writer.reserve(length);
  const at = writer.length;
  buffer[at] = (type << 4) | (type === PUBREL ? 2 : 0);
  buffer[at + 1] = length - 2;
  buffer[at + 2] = packetId >>> 8;
  buffer[at + 3] = packetId;
  if (length === 5) buffer[at + 4] = reasonCode;
  writer.advance(length);
}

/**
 * Writes SUBSCRIBE for one filter.
 *
 * @see MQTT 3.1.1 and 5.0, section 3.8
 */
export function encodeSubscribe(
  writer: PacketWriter,
  version: ProtocolVersion,
  packetId: number,
  filter: string,
  options: SubscribeOptions,
): void {
  whole(writer, (SUBSCRIBE << 4) | 2, () => {
    writer.u16(packetId);
    if (version === 5) encodeProperties(writer, SUBSCRIBE, options.properties ?? NO_PROPERTIES);
    writer.string(filter);
    let bits: number = options.qos ?? 1;
    if (version === 5) {
      bits |= (options.noLocal ? 4 : 0) | (options.retainAsPublished ? 8 : 0);
      bits |= (options.retainHandling ?? 0) << 4;
    }
    writer.u8(bits);
  });
}

/**
 * Writes UNSUBSCRIBE for one filter.
 *
 * @see MQTT 3.1.1 and 5.0, section 3.10
 */
export function encodeUnsubscribe(
  writer: PacketWriter,
  version: ProtocolVersion,
  packetId: number,
  filter: string,
): void {
  whole(writer, (UNSUBSCRIBE << 4) | 2, () => {
    writer.u16(packetId);
    if (version === 5) encodeProperties(writer, UNSUBSCRIBE, NO_PROPERTIES);
    writer.string(filter);
  });
}

/** Writes a packet that is its type and nothing else: PINGREQ. */
export function encodeEmpty(writer: PacketWriter, type: number): void {
  writer.u8(type << 4);
  writer.u8(0);
}

/**
 * Writes DISCONNECT; reason and properties are MQTT 5's.
 *
 * @param reasonCode - 0 is a normal disconnection; 4 asks for the will to be published
 * @see MQTT 5.0, section 3.14
 */
export function encodeDisconnect(
  writer: PacketWriter,
  version: ProtocolVersion,
  reasonCode = 0,
  properties: MqttProperties = NO_PROPERTIES,
): void {
  if (version === 4) encodeEmpty(writer, DISCONNECT);
  else encodeReason(writer, DISCONNECT, reasonCode, properties);
}

/**
 * Writes AUTH, of MQTT 5.
 *
 * @see MQTT 5.0, section 3.15
 */
export function encodeAuth(
  writer: PacketWriter,
  reasonCode: number,
  properties: MqttProperties,
): void {
  encodeReason(writer, AUTH, reasonCode, properties);
}

function encodeReason(
  writer: PacketWriter,
  type: number,
  reasonCode: number,
  properties: MqttProperties,
): void {
  whole(writer, type << 4, () => {
    if (reasonCode === 0 && properties === NO_PROPERTIES) return;
    writer.u8(reasonCode);
    if (properties !== NO_PROPERTIES) encodeProperties(writer, type, properties);
  });
}

/** Writes one packet, or nothing at all when `fill` throws. */
function whole(writer: PacketWriter, first: number, fill: () => void): void {
  const start = writer.length;
  writer.begin(first);
  try {
    fill();
  } catch (error) {
    writer.rewind(start);
    throw error;
  }
  writer.end();
}

function bytesOf(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : value;
}
