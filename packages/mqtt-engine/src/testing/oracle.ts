import { Buffer } from "node:buffer";
import { generate, type Packet, parser } from "mqtt-packet";
import type { ProtocolVersion } from "../packet/packet-type.js";
import type { MqttProperties } from "../packet/properties.js";

/** A packet as the `mqtt-packet` package reads it. */
export type OraclePacket = Packet & { readonly [key: string]: unknown };

/** What `mqtt-packet` reads from `bytes`; throws its error when it refuses them. */
export function oracleParse(bytes: Uint8Array, version: ProtocolVersion): OraclePacket[] {
  const packets: OraclePacket[] = [];
  let failure: unknown;
  const reader = parser({ protocolVersion: version } as never);
  reader.on("packet", (packet) => packets.push(packet as OraclePacket));
  reader.on("error", (error) => {
    failure = error;
  });
  reader.parse(Buffer.from(bytes));
  if (failure) throw failure;
  return packets;
}

/** The bytes that `mqtt-packet` makes of `packet`. */
export function oracleGenerate(packet: object, version: ProtocolVersion): Buffer {
  return generate(packet as Packet, { protocolVersion: version });
}

/** Our properties in the words of `mqtt-packet`, which knows each user property's name once. */
export function toOracleProperties(
  properties: MqttProperties,
): Record<string, unknown> | undefined {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (name === "userProperties") {
      const pairs = Object.create(null) as Record<string, string | string[]>;
      for (const [key, text] of value as readonly (readonly [string, string])[]) {
        const earlier = pairs[key];
        pairs[key] = earlier === undefined ? text : [earlier, text].flat();
      }
      out[name] = pairs;
    } else if (name === "subscriptionIdentifier") {
      const ids = value as readonly number[];
      out[name] = ids.length === 1 ? ids[0] : [...ids];
    } else if (name === "subscriptionIdentifierAvailable") {
      out.subscriptionIdentifiersAvailable = value;
    } else {
      out[name] = value instanceof Uint8Array ? Buffer.from(value) : value;
    }
  }
  return Object.keys(out).length === 0 ? undefined : out;
}
