import type { Entity, EntityGates } from "@bollard/ngsi-ld";
import {
  IOT_AGENT_COMMANDS,
  iotAgentPath,
  parseIotAgentCommands,
  toIotAgentDevice,
  toIotAgentGroups,
  toIotAgentMeasure,
  toIotAgentMessage,
  toIotAgentResult,
} from "@bollard/platforms";
import type { Filled, IotAgentSinkConfig } from "../../config/config.js";
import type { Delivery } from "../../delivery.js";
import { everything } from "../../entity-filter.js";
import { validEntities } from "../valid-entities.js";
import type { HttpPlatform, MqttPlatform, Preparation, Told } from "./platform.js";
import { toldSchema } from "./told-schema.js";

type Config = Filled<IotAgentSinkConfig>;

const JSON_TYPE = { "content-type": "application/json" };

/** FIWARE's IoT Agent for JSON, with measures over MQTT and commands down. */
export function iotAgentOverMqtt(config: Config, gates: EntityGates): MqttPlatform {
  const { apiKey } = config;
  return {
    kind: "iot-agent",
    preparationsOf: (delivery) => preparationsOf(delivery, config, "MQTT"),
    tell: (delivery) =>
      told(delivery, gates, (entity) => toIotAgentMessage(delivery.node.name, entity, apiKey)),
    commands: {
      filters: [IOT_AGENT_COMMANDS],
      take: ({ topic, payload }) =>
        parseIotAgentCommands(topic, payload, apiKey).map((command) => ({
          command,
          answer: (result) => toIotAgentResult(topic, command, result),
        })),
    },
  };
}

/** The same with measures over HTTP. */
export function iotAgentOverHttp(config: Config, gates: EntityGates): HttpPlatform {
  const { url, apiKey, resource } = config;
  return {
    kind: "iot-agent",
    preparationsOf: (delivery) => preparationsOf(delivery, config, "HTTP"),
    tell: (delivery) =>
      told(delivery, gates, (entity) => ({
        method: "POST",
        url: new URL(iotAgentPath(delivery.node.name, entity.type, apiKey, resource), url).href,
        headers: JSON_TYPE,
        body: JSON.stringify(toIotAgentMeasure(entity)),
      })),
  };
}

async function told<Out>(
  { node, schema, readings }: Delivery,
  gates: EntityGates,
  toOut: (entity: Entity) => Out,
): Promise<Told<Out>> {
  const out: Out[] = [];
  const refusals: string[] = [];
  for (const reading of readings) {
    const made = await validEntities(node, schema, reading, gates, everything);
    out.push(...made.entities.map(toOut));
    refusals.push(...made.refusals);
  }
  return { out, refusals };
}

/** The groups of the schema, then the node's device in each. */
function preparationsOf(
  { node, schema }: Delivery,
  { provision, apiKey, resource }: Config,
  transport: "MQTT" | "HTTP",
): readonly Preparation[] {
  if (provision === undefined) return [];
  const { url, service, servicePath } = provision;
  const headers = {
    ...JSON_TYPE,
    "fiware-service": service,
    "fiware-servicepath": servicePath,
  };
  const at = (path: string) => new URL(path, url).href;
  const groups = toIotAgentGroups(toldSchema(schema), apiKey, resource);
  return groups.flatMap((group): Preparation[] => {
    const { apikey, resource: path, entity_type: model, ...renewed } = group;
    const device = toIotAgentDevice(node.name, model, apiKey, transport);
    const query = new URLSearchParams({ apikey, resource: path });
    return [
      {
        key: `group ${apikey} of ${schema.fingerprint}`,
        make: {
          method: "POST",
          url: at("/iot/services"),
          headers,
          body: JSON.stringify({ services: [group] }),
        },
        renew: {
          method: "PUT",
          url: at(`/iot/services?${query}`),
          headers,
          body: JSON.stringify(renewed),
        },
      },
      {
        key: `device ${device.entity_name}`,
        make: {
          method: "POST",
          url: at("/iot/devices"),
          headers,
          body: JSON.stringify({ devices: [device] }),
        },
      },
    ];
  });
}
