import type { Command } from "@bollard/schema";
import type { PlatformSchema } from "./platform-schema.js";
import { type DataSchema, toValuesSchema } from "./reading-json-schema.js";

/** Where one node's messages are. */
export interface ThingPlace {
  /** The owner's name of the node. */
  readonly node: string;
  /** Address of the broker, such as `mqtts://broker.example`. */
  readonly broker: string;
  /** First level of the topics. Default: `bollard`. */
  readonly prefix?: string;
}

const CONTEXT = "https://www.w3.org/2022/wot/td/v1.1";

/**
 * A W3C Thing Model: what every node of this schema can tell and be asked.
 *
 * @see https://www.w3.org/TR/wot-thing-description11/, clause 10
 */
export function toThingModel(schema: PlatformSchema, version: number): DataSchema {
  return {
    "@context": [CONTEXT],
    "@type": "tm:ThingModel",
    title: schema.title ?? schema.name,
    version: { model: `${version}.0.0` },
    properties: { reading: readingOf(schema) },
    ...actionsOf(schema, () => ({})),
  };
}

/**
 * A W3C Thing Description of one node, with the topics on which the bridge publishes its readings and
 * takes its commands.
 *
 * @see https://www.w3.org/TR/wot-thing-description11/, clause 5
 */
export function toThingDescription(
  schema: PlatformSchema,
  version: number,
  { node, broker, prefix = "bollard" }: ThingPlace,
): DataSchema {
  const topic = (rest: string) => `${broker.replace(/\/$/, "")}/${prefix}/${node}/${rest}`;
  const reading = {
    ...readingOf(schema),
    forms: [
      {
        href: topic(`${schema.name}/json`),
        contentType: "application/json",
        op: ["observeproperty", "unobserveproperty"],
      },
    ],
  };
  return {
    "@context": [CONTEXT],
    id: `urn:bollard:node:${node}`,
    title: node,
    description: schema.title ?? schema.name,
    version: { instance: `${version}.0.0`, model: `${version}.0.0` },
    securityDefinitions: { broker: { scheme: "basic", in: "header" } },
    security: ["broker"],
    properties: { reading },
    ...actionsOf(schema, () => ({
      forms: [{ href: topic("command"), contentType: "application/json", op: ["invokeaction"] }],
    })),
  };
}

function readingOf(schema: PlatformSchema): DataSchema {
  return {
    title: "The latest reading",
    readOnly: true,
    observable: true,
    type: "object",
    properties: {
      time: { type: "string", format: "date-time" },
      values: toValuesSchema(schema, false),
    },
  };
}

function actionsOf(
  { commands = [] }: PlatformSchema,
  more: (command: Command) => object,
): { readonly actions?: DataSchema } {
  if (commands.length === 0) return {};
  const actions = commands.map((command) => [
    command.name,
    {
      title: command.title ?? command.name,
      ...(command.description && { description: command.description.trim() }),
      input: {
        type: "object",
        required: ["id", "command"],
        properties: {
          id: { type: "string", maxLength: 64 },
          command: { type: "string", const: command.name },
          values: toValuesSchema({ name: command.name, fields: command.fields }, false),
        },
      },
      idempotent: true,
      ...more(command),
    },
  ]);
  return { actions: Object.fromEntries(actions) };
}
