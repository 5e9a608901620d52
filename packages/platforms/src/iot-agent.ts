import { type Entity, entityId, unitCode } from "@bollard/ngsi-ld";
import type { Field } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import {
  membersOf,
  type PlatformCommand,
  type PlatformMessage,
  type PlatformResult,
  parseJson,
} from "./platform-message.js";
import type { PlatformSchema } from "./platform-schema.js";

/** A group of devices of FIWARE's IoT Agent for JSON: one schema, one Smart Data Model. */
export interface IotAgentGroup {
  readonly apikey: string;
  /** Path on which the agent takes measures over HTTP. */
  readonly resource: string;
  readonly entity_type: string;
  readonly attributes: readonly IotAgentAttribute[];
  readonly commands: readonly IotAgentCommand[];
}

/** One attribute of a group; `object_id` and `name` are both the model's property. */
export interface IotAgentAttribute {
  readonly object_id: string;
  readonly name: string;
  readonly type: "Number" | "Boolean" | "Text" | "StructuredValue" | "geo:json";
  readonly metadata?: { readonly unitCode: { readonly type: "Text"; readonly value: string } };
}

/** A command that the agent takes for the devices of a group. */
export interface IotAgentCommand {
  readonly object_id: string;
  readonly name: string;
  readonly type: "command";
}

/** One node's device for one model. */
export interface IotAgentDevice {
  readonly device_id: string;
  readonly apikey: string;
  readonly entity_name: string;
  readonly entity_type: string;
  readonly transport: "MQTT" | "HTTP";
  readonly protocol: "IoTA-JSON";
}

/** Where the agent takes measures over HTTP, unless it was told otherwise. */
export const IOT_AGENT_RESOURCE = "/iot/json";

/** A group's key: an agent tells its groups apart by it, and each of ours has one model. */
export function iotAgentKey(apiKey: string, model: string): string {
  return `${apiKey}-${model}`;
}

/**
 * The groups to provision for a schema, one for each model that its fields map to: units are declared
 * here and nowhere else, since a device that declares an attribute again loses them.
 *
 * Body of `POST /iot/services` is `{ services: groups }`. The schema's commands belong to the first.
 *
 * @param apiKey - each group's is this and the model's name
 */
export function toIotAgentGroups(
  schema: PlatformSchema,
  apiKey: string,
  resource: string = IOT_AGENT_RESOURCE,
): readonly IotAgentGroup[] {
  const attributes = new Map<string, Map<string, IotAgentAttribute>>();
  for (const field of schema.fields) {
    for (const { model, property, unit } of field.maps) {
      const ofModel = attributes.get(model) ?? new Map<string, IotAgentAttribute>();
      attributes.set(model, ofModel.set(property, attributeOf(field, property, unit)));
    }
  }
  return [...attributes].map(([model, ofModel], index) => ({
    apikey: iotAgentKey(apiKey, model),
    resource,
    entity_type: model,
    attributes: [
      ...ofModel.values(),
      { object_id: "location", name: "location", type: "geo:json" } as const,
    ],
    commands: index > 0 ? [] : (schema.commands ?? []).map(({ name }) => commandOf(name)),
  }));
}

/** The device of a node for a model: the entity's id is what every other way to the broker gives it. */
export function toIotAgentDevice(
  node: string,
  model: string,
  apiKey: string,
  transport: "MQTT" | "HTTP",
): IotAgentDevice {
  return {
    device_id: node,
    apikey: iotAgentKey(apiKey, model),
    entity_name: entityId(model, node),
    entity_type: model,
    transport,
    protocol: "IoTA-JSON",
  };
}

/**
 * The measure that makes an agent write this entity: its properties by name, in the units of the model,
 * and `TimeInstant`, which becomes their `observedAt`.
 *
 * `{"TimeInstant":"2026-09-10T00:26:40.000Z","pm25":8.4}`
 */
export function toIotAgentMeasure(entity: Entity): Readonly<Record<string, unknown>> {
  const measure: Record<string, unknown> = {};
  let time = "";
  for (const [name, attribute] of Object.entries(entity)) {
    if (typeof attribute !== "object" || attribute === null || !("type" in attribute)) continue;
    if (attribute.type === "GeoProperty") measure[name] = attribute.value;
    // What is no measurement says nothing that the entity's own constants do not.
    if (attribute.type !== "Property" || !("observedAt" in attribute)) continue;
    measure[name] = attribute.value;
    time = (attribute.observedAt as string) > time ? (attribute.observedAt as string) : time;
  }
  return { ...(time && { TimeInstant: time }), ...measure };
}

/** A measure over MQTT. */
export function toIotAgentMessage(node: string, entity: Entity, apiKey: string): PlatformMessage {
  const topic = `/json/${iotAgentKey(apiKey, entity.type)}/${node}/attrs`;
  return { topic, payload: JSON.stringify(toIotAgentMeasure(entity)) };
}

/** Path and query that a measure is posted to over HTTP. */
export function iotAgentPath(
  node: string,
  model: string,
  apiKey: string,
  resource: string = IOT_AGENT_RESOURCE,
): string {
  const query = new URLSearchParams({ k: iotAgentKey(apiKey, model), i: node });
  return `${resource}?${query}`;
}

/** Topic filter of the commands of every group. */
export const IOT_AGENT_COMMANDS = "/+/+/cmd";

/**
 * Commands in one message of the agent: `{"dim":{"level":0.5}}` on `/<key>/<node>/cmd`. Of groups that
 * are not ours there are none.
 */
export function parseIotAgentCommands(
  topic: string,
  payload: Uint8Array | string,
  apiKey: string,
): readonly PlatformCommand[] {
  const [, key = "", node] = /^\/([^/]+)\/([^/]+)\/cmd$/.exec(topic) ?? [];
  const asked = membersOf(parseJson(payload));
  if (node === undefined || !asked || !key.startsWith(`${apiKey}-`)) return [];
  return Object.entries(asked).map(([command, values]) => ({
    node,
    command,
    id: `${command}-${checksum(JSON.stringify(values) ?? "")}`,
    values: membersOf(values) ?? {},
  }));
}

/** What came of a command, where the agent looks for it: it becomes `<command>_info` of the entity. */
export function toIotAgentResult(
  topic: string,
  command: PlatformCommand,
  { status, message }: PlatformResult,
): PlatformMessage {
  const result = message === undefined ? status : `${status}: ${message}`;
  return {
    topic: `/json${topic.replace(/\/cmd$/, "/cmdexe")}`,
    payload: JSON.stringify({ [command.command]: result }),
  };
}

function attributeOf(field: Field, property: string, modelUnit?: string): IotAgentAttribute {
  const code = unitCode(modelUnit ?? toPlatformField(field).unit);
  return {
    object_id: property,
    name: property,
    type: typeOf(field),
    ...(code !== undefined && { metadata: { unitCode: { type: "Text", value: code } } }),
  };
}

function typeOf({ kind }: Field): IotAgentAttribute["type"] {
  switch (kind) {
    case "quantity":
    case "counter":
    case "duration":
      return "Number";
    case "boolean":
      return "Boolean";
    case "enum":
    case "text":
    case "bytes":
      return "Text";
    case "position":
      return "geo:json";
    default:
      return "StructuredValue";
  }
}

function commandOf(name: string): IotAgentCommand {
  return { object_id: name, name, type: "command" };
}

/** FNV-1a, 32 bits: tells one asking from another that differs in its values. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(16);
}
