import {
  membersOf,
  type PlatformCommand,
  type PlatformMessage,
  type PlatformResult,
  parseJson,
} from "./platform-message.js";
import {
  isPosition,
  type PlainValue,
  type PlatformReading,
  plainValues,
} from "./platform-reading.js";
import type { PlatformSchema } from "./platform-schema.js";

/** Topic on which ThingsBoard asks a gateway's devices to do something, and hears the answer. */
export const THINGSBOARD_RPC_TOPIC = "v1/gateway/rpc";

/** What is known of a node beside its readings. */
export interface ThingsBoardNode {
  /** The owner's name: the device's name there. */
  readonly name: string;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number] | undefined;
  readonly tags?: readonly string[];
}

/** A request that came down, and the id that the answer has to carry. */
export interface ThingsBoardRpc extends PlatformCommand {
  readonly requestId: number;
}

/**
 * Tells ThingsBoard that a device is behind this gateway, and what does not change of it. A device
 * that is not there is made, with the schema's name as its profile.
 *
 * @see https://thingsboard.io/docs/reference/gateway-mqtt-api/ Device connect, Attributes
 */
export function toThingsBoardHello(
  node: ThingsBoardNode,
  schema: PlatformSchema,
): readonly PlatformMessage[] {
  const attributes = {
    schema: schema.name,
    ...(schema.title && { title: schema.title }),
    ...(node.position && { longitude: node.position[0], latitude: node.position[1] }),
    ...(node.tags && node.tags.length > 0 && { tags: node.tags.join(" ") }),
  };
  return [
    message("v1/gateway/connect", { device: node.name, type: schema.name }),
    message("v1/gateway/attributes", { [node.name]: attributes }),
  ];
}

/**
 * Readings of one node, each with its own time in ms; a position becomes `latitude`, `longitude` and
 * `altitude`, where ThingsBoard's maps look for them.
 *
 * `{"oak-street-12":[{"ts":1789000000000,"values":{"pm25":8.4}}]}`
 *
 * @returns undefined where no reading has a value
 * @see https://thingsboard.io/docs/reference/gateway-mqtt-api/ Telemetry upload
 */
export function toThingsBoardTelemetry(
  node: string,
  readings: readonly PlatformReading[],
): PlatformMessage | undefined {
  const rows = readings
    .map((reading) => ({ ts: Math.round(reading.timeS * 1000), values: flat(reading) }))
    .filter(({ values }) => Object.keys(values).length > 0);
  if (rows.length === 0) return undefined;
  return message("v1/gateway/telemetry", { [node]: rows });
}

/**
 * Reads a request that came down: `{"device":"lamp-7","data":{"id":1,"method":"dim","params":{"level":0.5}}}`.
 *
 * @returns undefined for an answer of our own, and for what is no request
 */
export function parseThingsBoardRpc(payload: Uint8Array | string): ThingsBoardRpc | undefined {
  const { device, data } = membersOf(parseJson(payload)) ?? {};
  const { id, method, params } = membersOf(data) ?? {};
  if (typeof device !== "string" || typeof method !== "string") return undefined;
  if (typeof id !== "number" || !Number.isInteger(id)) return undefined;
  const values = membersOf(params) ?? {};
  return { node: device, id: String(id), requestId: id, command: method, values };
}

/** The answer to a request. */
export function toThingsBoardAnswer(rpc: ThingsBoardRpc, result: PlatformResult): PlatformMessage {
  const { status, message: words } = result;
  const success = status === "done" || status === "sent";
  const data = { success, status, ...(words !== undefined && { message: words }) };
  return message(THINGSBOARD_RPC_TOPIC, { device: rpc.node, id: rpc.requestId, data });
}

function flat(reading: PlatformReading): Record<string, PlainValue> {
  const values: Record<string, PlainValue> = {};
  for (const [name, value] of Object.entries(plainValues(reading))) {
    if (isPosition(value)) Object.assign(values, value);
    else values[name] = value;
  }
  return values;
}

function message(topic: string, content: object): PlatformMessage {
  return { topic, payload: JSON.stringify(content) };
}
