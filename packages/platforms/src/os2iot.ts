import type { PlatformMessage } from "./platform-message.js";
import { isoTime, type PlainValue, type PlatformReading, plainValues } from "./platform-reading.js";

/** What OS2iot stores of a message, and gives to the device's payload decoder. */
export interface Os2iotPayload {
  /** The owner's name of the node. */
  readonly node: string;
  readonly schema: string;
  readonly key: string;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly values: Readonly<Record<string, PlainValue>>;
}

/** Who a node is in OS2iot: by the key of a generic HTTP device, or by its MQTT device's topic. */
export type Os2iotDevice =
  | { readonly apiKey: string }
  | { readonly organization: number; readonly application: number; readonly device: number };

/**
 * One reading as OS2iot takes it in, decoded; a decoder there has nothing left to decode.
 *
 * Always an object: over MQTT OS2iot makes `{}` of anything else without a word.
 */
export function toOs2iotPayload(
  node: string,
  schema: string,
  reading: PlatformReading,
): Os2iotPayload {
  const { key, timeS } = reading;
  return { node, schema, key, time: isoTime(timeS), values: plainValues(reading) };
}

/** Path and query of a generic HTTP device; the key is its identity, and is a secret. */
export function os2iotPath(apiKey: string): string {
  return `/api/v1/receive-data?${new URLSearchParams({ apiKey })}`;
}

/** Message to OS2iot's own broker. The last level finds the device. */
export function toOs2iotMessage(
  device: Exclude<Os2iotDevice, { apiKey: string }>,
  payload: Os2iotPayload,
): PlatformMessage {
  const { organization, application, device: id } = device;
  return {
    topic: `devices/${organization}/${application}/${id}`,
    payload: JSON.stringify(payload),
  };
}
