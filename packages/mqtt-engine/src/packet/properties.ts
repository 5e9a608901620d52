import { MqttError } from "../error.js";
import type { PacketReader } from "./packet-reader.js";
import {
  AUTH,
  CONNACK,
  CONNECT,
  DISCONNECT,
  PACKET_NAMES,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "./packet-type.js";
import { type PacketWriter, varintSize } from "./packet-writer.js";

/** MQTT 5 properties by the standard's own names. Intervals are in seconds, sizes in bytes. */
export interface MqttProperties {
  /** True: the payload is UTF-8 text. */
  readonly payloadFormatIndicator?: boolean;
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  /** One in SUBSCRIBE; in PUBLISH one for each subscription that matched. 1 to 268,435,455. */
  readonly subscriptionIdentifier?: readonly number[];
  readonly sessionExpiryInterval?: number;
  readonly assignedClientIdentifier?: string;
  readonly serverKeepAlive?: number;
  readonly authenticationMethod?: string;
  readonly authenticationData?: Uint8Array;
  readonly requestProblemInformation?: boolean;
  readonly willDelayInterval?: number;
  readonly requestResponseInformation?: boolean;
  readonly responseInformation?: string;
  readonly serverReference?: string;
  readonly reasonString?: string;
  readonly receiveMaximum?: number;
  readonly topicAliasMaximum?: number;
  readonly topicAlias?: number;
  /** 0 or 1; absent means 2. */
  readonly maximumQoS?: number;
  readonly retainAvailable?: boolean;
  /** Name and value pairs, in order; a name may come more than once. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[];
  readonly maximumPacketSize?: number;
  readonly wildcardSubscriptionAvailable?: boolean;
  readonly subscriptionIdentifierAvailable?: boolean;
  readonly sharedSubscriptionAvailable?: boolean;
}

/** What a packet without properties has, and every 3.1.1 packet. */
export const NO_PROPERTIES: MqttProperties = Object.freeze({});

/** Will properties stand in CONNECT's payload and have a row of their own (section 3.1.3.2). */
export const WILL = 0;

type Kind = "flag" | "u8" | "u16" | "u32" | "varints" | "string" | "binary" | "pairs";

interface PropertyRow {
  readonly id: number;
  readonly name: keyof MqttProperties;
  readonly kind: Kind;
  /** One bit for each packet type that may carry it. */
  readonly packets: number;
  /** Smallest legal value of a number. */
  readonly min: number;
  /** Largest legal value of a number, where its bytes could say more. */
  readonly max: number;
}

const ACKS = [PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK];

/** MQTT 5.0, table 2-4. */
const ROWS: readonly PropertyRow[] = [
  row(1, "payloadFormatIndicator", "flag", [PUBLISH, WILL]),
  row(2, "messageExpiryInterval", "u32", [PUBLISH, WILL]),
  row(3, "contentType", "string", [PUBLISH, WILL]),
  row(8, "responseTopic", "string", [PUBLISH, WILL]),
  row(9, "correlationData", "binary", [PUBLISH, WILL]),
  row(11, "subscriptionIdentifier", "varints", [PUBLISH, SUBSCRIBE], 1),
  row(17, "sessionExpiryInterval", "u32", [CONNECT, CONNACK, DISCONNECT]),
  row(18, "assignedClientIdentifier", "string", [CONNACK]),
  row(19, "serverKeepAlive", "u16", [CONNACK]),
  row(21, "authenticationMethod", "string", [CONNECT, CONNACK, AUTH]),
  row(22, "authenticationData", "binary", [CONNECT, CONNACK, AUTH]),
  row(23, "requestProblemInformation", "flag", [CONNECT]),
  row(24, "willDelayInterval", "u32", [WILL]),
  row(25, "requestResponseInformation", "flag", [CONNECT]),
  row(26, "responseInformation", "string", [CONNACK]),
  row(28, "serverReference", "string", [CONNACK, DISCONNECT]),
  row(31, "reasonString", "string", [CONNACK, ...ACKS, DISCONNECT, AUTH]),
  row(33, "receiveMaximum", "u16", [CONNECT, CONNACK], 1),
  row(34, "topicAliasMaximum", "u16", [CONNECT, CONNACK]),
  row(35, "topicAlias", "u16", [PUBLISH], 1),
  row(36, "maximumQoS", "u8", [CONNACK], 0, 1),
  row(37, "retainAvailable", "flag", [CONNACK]),
  row(38, "userProperties", "pairs", [
    CONNECT,
    CONNACK,
    PUBLISH,
    WILL,
    ...ACKS,
    SUBSCRIBE,
    UNSUBSCRIBE,
    DISCONNECT,
    AUTH,
  ]),
  row(39, "maximumPacketSize", "u32", [CONNECT, CONNACK], 1),
  row(40, "wildcardSubscriptionAvailable", "flag", [CONNACK]),
  row(41, "subscriptionIdentifierAvailable", "flag", [CONNACK]),
  row(42, "sharedSubscriptionAvailable", "flag", [CONNACK]),
];

const BY_ID = new Map(ROWS.map((entry) => [entry.id, entry]));

function row(
  id: number,
  name: keyof MqttProperties,
  kind: Kind,
  packets: readonly number[],
  min = 0,
  max = Number.POSITIVE_INFINITY,
): PropertyRow {
  return {
    id,
    name,
    kind,
    packets: packets.reduce((bits, type) => bits | (1 << type), 0),
    min,
    max,
  };
}

/**
 * Reads the properties of one packet: their length, then each of them.
 *
 * @param type - the packet's type, or {@link WILL}
 * @throws {@link MqttError} `MQTT_MALFORMED_PACKET` for an unknown or repeated property, one that
 *   this packet may not carry, a value out of range, or a length past the packet's end
 * @see MQTT 5.0, section 2.2.2
 */
export function decodeProperties(reader: PacketReader, type: number): MqttProperties {
  const length = reader.varint();
  if (length === 0) return NO_PROPERTIES;
  const end = reader.position + length;
  if (end > reader.end) throw reader.malformed("properties run past the packet's end");
  const found: Record<string, unknown> = {};
  while (reader.position < end) {
    const start = reader.position;
    const property = BY_ID.get(reader.varint());
    if (!property) throw reader.malformed("an unknown property", start);
    if ((property.packets & (1 << type)) === 0) {
      throw reader.malformed(`${property.name} in ${nameOf(type)}`, start);
    }
    const earlier = found[property.name];
    const repeats = property.kind === "pairs" || (property.kind === "varints" && type === PUBLISH);
    if (earlier !== undefined && !repeats) throw reader.malformed(`${property.name} twice`, start);
    found[property.name] = readValue(reader, property, earlier);
  }
  if (reader.position !== end) throw reader.malformed("a property runs past the properties' end");
  return found as MqttProperties;
}

function readValue(reader: PacketReader, property: PropertyRow, earlier: unknown): unknown {
  switch (property.kind) {
    case "flag":
      return readNumber(reader, property, reader.position, reader.u8(), 1) === 1;
    case "u8":
      return readNumber(reader, property, reader.position, reader.u8(), property.max);
    case "u16":
      return readNumber(reader, property, reader.position, reader.u16(), property.max);
    case "u32":
      return readNumber(reader, property, reader.position, reader.u32(), property.max);
    case "varints": {
      const value = readNumber(reader, property, reader.position, reader.varint(), property.max);
      return [...((earlier as number[] | undefined) ?? []), value];
    }
    case "string":
      return reader.string();
    case "binary":
      return reader.binary();
    case "pairs": {
      const list = (earlier as [string, string][] | undefined) ?? [];
      list.push([reader.string(), reader.string()]);
      return list;
    }
  }
}

function readNumber(
  reader: PacketReader,
  property: PropertyRow,
  start: number,
  value: number,
  max: number,
): number {
  if (value < property.min || value > max) {
    throw reader.malformed(`${property.name} of ${value}`, start);
  }
  return value;
}

/**
 * Writes the properties' length and each property, in the order of their identifiers.
 *
 * @param type - the packet's type, or {@link WILL}
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` for a property that this packet may not carry
 *   or a number out of its range
 */
export function encodeProperties(
  writer: PacketWriter,
  type: number,
  properties: MqttProperties,
): void {
  if (properties === NO_PROPERTIES) {
    writer.u8(0);
    return;
  }
  const start = writer.length;
  writer.u32(0); // room for the length, up to four bytes
  for (const property of ROWS) {
    const value = properties[property.name];
    if (value === undefined) continue;
    if ((property.packets & (1 << type)) === 0) {
      throw new MqttError("MQTT_INVALID_ARGUMENT", `${property.name} in ${nameOf(type)}`);
    }
    writeValue(writer, property, value);
  }
  const length = writer.length - start - 4;
  const body = writer.bytes(start + 4);
  writer.rewind(start);
  writer.varint(length);
  // Both are views of one buffer: set() moves overlapping bytes rightly.
  writer.reserve(length).set(body, start + varintSize(length));
  writer.advance(length);
}

function writeValue(writer: PacketWriter, property: PropertyRow, value: unknown): void {
  if (property.kind === "varints") {
    for (const id of value as readonly number[]) {
      checkNumber(property, id, 268_435_455);
      writer.u8(property.id);
      writer.varint(id);
    }
    return;
  }
  if (property.kind === "pairs") {
    for (const [name, text] of value as readonly (readonly [string, string])[]) {
      writer.u8(property.id);
      writer.string(name);
      writer.string(text);
    }
    return;
  }
  writer.u8(property.id);
  switch (property.kind) {
    case "flag":
      writer.u8(value === true ? 1 : 0);
      break;
    case "u8":
      writer.u8(checkNumber(property, value as number, property.max));
      break;
    case "u16":
      writer.u16(checkNumber(property, value as number, 0xffff));
      break;
    case "u32":
      writer.u32(checkNumber(property, value as number, 0xffff_ffff));
      break;
    case "string":
      writer.string(value as string);
      break;
    case "binary":
      writer.binary(value as Uint8Array);
      break;
  }
}

function checkNumber(property: PropertyRow, value: number, max: number): number {
  if (!Number.isInteger(value) || value < property.min || value > max) {
    throw new MqttError(
      "MQTT_INVALID_ARGUMENT",
      `${property.name} of ${value}; a whole number from ${property.min} to ${max} is needed`,
    );
  }
  return value;
}

function nameOf(type: number): string {
  return type === WILL ? "a will" : (PACKET_NAMES[type] ?? `type ${type}`);
}
