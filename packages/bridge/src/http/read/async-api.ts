import type { Filled, MqttSinkConfig } from "../../config/config.js";
import { formatTopic } from "../../mqtt/topic-template.js";
import type { KnownSchema } from "../../schema-set.js";
import { sharedSchemas } from "./read-schemas.js";

/** What the document is made from. */
export interface AsyncApiParts {
  /** Name of the bridge. */
  readonly bridge: string;
  readonly version: string;
  readonly sinks: readonly Filled<MqttSinkConfig>[];
  readonly schemas: readonly KnownSchema[];
}

/** One kind of message that a sink publishes or takes. */
interface Traffic {
  /** A template of a topic. */
  readonly topic: string;
  readonly message: keyof typeof messages;
  readonly retain: boolean;
  /** Default: it is published. */
  readonly isTaken?: boolean;
}

const text = { type: "string" } as const;
const moment = { type: "string", format: "date-time" } as const;

const messages = {
  senml: {
    title: "A reading as SenML (RFC 8428), its last record the key",
    contentType: "application/senml+json",
    payload: { $ref: "#/components/schemas/SenmlPack" },
  },
  ngsiLd: {
    title: "An entity of a Smart Data Model (ETSI GS CIM 009), one for each that a reading maps to",
    contentType: "application/ld+json",
    payload: { $ref: "#/components/schemas/Entity" },
  },
  json: {
    title: "A reading in the words of its schema",
    contentType: "application/json",
    payload: {
      type: "object",
      required: ["node", "schema", "key", "time", "values"],
      additionalProperties: false,
      properties: { node: text, schema: text, key: text, time: moment, values: { type: "object" } },
    },
  },
  raw: { title: "A payload as it came", contentType: "application/octet-stream" },
  nodeStatus: {
    title: "A node came, started anew or fell silent",
    contentType: "application/json",
    payload: {
      type: "object",
      required: ["node", "state", "session", "lastSeen"],
      additionalProperties: false,
      properties: {
        node: text,
        state: { enum: ["up", "silent"] },
        session: { type: "integer" },
        lastSeen: moment,
      },
    },
  },
  bridgeStatus: {
    title: "The bridge came, or went; also its will",
    contentType: "application/json",
    payload: {
      type: "object",
      required: ["bridge", "state", "session"],
      additionalProperties: false,
      properties: { bridge: text, state: { enum: ["up", "down"] }, session: {} },
    },
  },
  command: {
    title: "A command for a node",
    contentType: "application/json",
    payload: {
      type: "object",
      required: ["id"],
      properties: { id: text, command: text, values: { type: "object" } },
    },
  },
  result: {
    title: "What came of a command",
    contentType: "application/json",
    payload: {
      type: "object",
      required: ["id", "node", "status", "at"],
      properties: { id: text, node: text, status: text, message: text, at: moment },
    },
  },
} as const;

const parameterMeanings: Readonly<Record<string, string>> = {
  node: "The owner's name of the node.",
  schema: "Name of the schema.",
  type: "Type of the entity.",
  command: "Name of the command.",
};

/**
 * What the bridge publishes to MQTT brokers and takes from them, as an AsyncAPI document: each topic
 * of the configuration with its messages.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function asyncApi({ bridge, version, sinks, schemas }: AsyncApiParts): object {
  const channels: Record<string, object> = {};
  const operations: Record<string, object> = {};
  for (const sink of sinks) {
    for (const { topic, message, retain, isTaken = false } of trafficOf(sink)) {
      const name = `${sink.name}-${message}`;
      const address = formatTopic(topic, { prefix: sink.prefix, bridge });
      channels[name] = {
        address,
        parameters: parametersOf(address, schemas),
        servers: [{ $ref: `#/servers/${sink.name}` }],
        messages: { [message]: { $ref: `#/components/messages/${message}` } },
      };
      operations[name] = {
        action: isTaken ? "receive" : "send",
        channel: { $ref: `#/channels/${name}` },
        messages: [{ $ref: `#/channels/${name}/messages/${message}` }],
        bindings: { mqtt: { qos: 1, retain, bindingVersion: "0.2.0" } },
      };
    }
  }
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Bollard: what the street's sensors tell, over MQTT",
      version,
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: Object.fromEntries(sinks.map((sink) => [sink.name, serverOf(sink)])),
    channels,
    operations,
    components: { messages, schemas: sharedByName() },
  };
}

function trafficOf(sink: Filled<MqttSinkConfig>): Traffic[] {
  const { formats, topics, retain, status, commands, homeAssistant } = sink;
  const hasJson = formats.includes("json") || homeAssistant !== undefined;
  return [
    ...(formats.includes("senml") ? [{ topic: topics.senml, message: "senml", retain }] : []),
    ...(formats.includes("ngsi-ld") ? [{ topic: topics.ngsiLd, message: "ngsiLd", retain }] : []),
    ...(hasJson ? [{ topic: topics.json, message: "json", retain }] : []),
    ...(formats.includes("raw") ? [{ topic: topics.raw, message: "raw", retain }] : []),
    ...(status
      ? [
          { topic: topics.nodeStatus, message: "nodeStatus", retain: true },
          { topic: topics.bridgeStatus, message: "bridgeStatus", retain: true },
        ]
      : []),
    ...(commands
      ? [
          { topic: commands.topic, message: "command", retain: false, isTaken: true },
          { topic: commands.resultTopic, message: "result", retain: false },
        ]
      : []),
  ] as Traffic[];
}

/** Without what stands before an `@`: that is a secret. */
function serverOf({ url, version }: Filled<MqttSinkConfig>): object {
  const { host, protocol } = new URL(url);
  return {
    host,
    protocol: protocol === "mqtts:" ? "secure-mqtt" : "mqtt",
    protocolVersion: version === "5" ? "5.0" : "3.1.1",
  };
}

function parametersOf(address: string, schemas: readonly KnownSchema[]): object {
  const known: Readonly<Record<string, readonly string[]>> = {
    schema: schemas.map(({ schema }) => schema.name),
    type: [...new Set(schemas.flatMap(({ models }) => [...models.keys()]))].sort(),
  };
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return Object.fromEntries(
    names.map((name) => [
      name,
      { description: parameterMeanings[name] ?? name, ...(known[name] && { enum: known[name] }) },
    ]),
  );
}

/** The shared schemas by their names, and referring to each other here. */
function sharedByName(): object {
  const named = sharedSchemas.map(({ $id, ...schema }) => [$id, schema]);
  const text = JSON.stringify(Object.fromEntries(named));
  return JSON.parse(text.replace(/"\$ref":"(\w+)#"/g, '"$ref":"#/components/schemas/$1"'));
}
