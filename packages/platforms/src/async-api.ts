import type { PlatformSchema } from "./platform-schema.js";
import { type DataSchema, toReadingJsonSchema, toValuesSchema } from "./reading-json-schema.js";
import type { ThingPlace } from "./thing-description.js";

type Action = "send" | "receive";

/** A kind of message, and the topic that it is on. */
interface Channel {
  readonly name: string;
  readonly address: string;
  /** As the node and its bridge see it: they send readings and take commands. */
  readonly action: Action;
  readonly message: DataSchema;
}

/**
 * The topics of one node of a schema as an AsyncAPI document: its payloads as it sends them, its readings
 * as the bridge publishes them, and its commands where it takes any.
 *
 * @see https://www.asyncapi.com/docs/reference/specification/v3.0.0
 */
export function toAsyncApi(
  schema: PlatformSchema,
  version: number,
  { node, broker, prefix = "bollard" }: ThingPlace,
): DataSchema {
  const { host, protocol } = new URL(broker);
  const channels = channelsOf(schema, `${prefix}/${node}`);
  const entries = <T>(make: (channel: Channel) => T) =>
    Object.fromEntries(channels.map((channel) => [channel.name, make(channel)]));
  return {
    asyncapi: "3.0.0",
    info: {
      title: `${schema.title ?? schema.name}: ${node}`,
      version: `${version}.0.0`,
    },
    defaultContentType: "application/json",
    servers: {
      broker: {
        host,
        protocol: protocol === "mqtts:" ? "secure-mqtt" : "mqtt",
        protocolVersion: "5.0",
      },
    },
    channels: entries(({ name, address }) => ({
      address,
      messages: { [name]: { $ref: `#/components/messages/${name}` } },
    })),
    operations: entries(({ name, action }) => ({
      action,
      channel: { $ref: `#/channels/${name}` },
      messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
      bindings: { mqtt: { qos: 1, retain: name === "reading", bindingVersion: "0.2.0" } },
    })),
    components: { messages: entries(({ message }) => message) },
  };
}

function channelsOf(schema: PlatformSchema, base: string): readonly Channel[] {
  const { $schema: _, ...reading } = toReadingJsonSchema(schema);
  const channels: Channel[] = [
    {
      name: "payload",
      address: `${base}/up`,
      action: "send",
      message: {
        title: "One or more readings, as the node sends them",
        contentType: "application/octet-stream",
      },
    },
    {
      name: "reading",
      address: `${base}/${schema.name}/json`,
      action: "send",
      message: {
        title: "A reading",
        contentType: "application/json",
        payload: reading,
      },
    },
  ];
  const commands = schema.commands ?? [];
  if (commands.length === 0) return channels;
  return [
    ...channels,
    {
      name: "command",
      address: `${base}/command`,
      action: "receive",
      message: {
        title: "What the node is asked to do",
        contentType: "application/json",
        payload: {
          oneOf: commands.map(({ name, title = name, fields }) => ({
            title,
            type: "object",
            required: ["id", "command"],
            properties: {
              id: { type: "string", maxLength: 64 },
              command: { const: name },
              values: toValuesSchema({ name, fields }, false),
            },
          })),
        },
      },
    },
  ];
}
