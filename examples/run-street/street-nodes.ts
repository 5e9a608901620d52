import type { SensorSchema } from "@bollard/schema";
import { mqttTransport, Node, serialTransport } from "@bollard/sdk/node";
import mqtt, { type MqttClient } from "mqtt";
import type { NamedNode } from "./replay-nodes.js";
import type { SerialCable } from "./serial-cable.js";
import type { Stand } from "./street-plan.js";

export interface StreetNodesOptions {
  readonly stands: readonly Stand[];
  /** The first stands hang on these, if on any; the others publish to the broker. */
  readonly cables: readonly SerialCable[];
  readonly brokerUrl: string;
  readonly schema: SensorSchema;
}

/** The nodes of the street, each with a connection of its own. */
export interface StreetNodes {
  readonly all: readonly NamedNode[];
  close(): Promise<void>;
}

const BOOT = 1;

export function openNodes(options: StreetNodesOptions): StreetNodes {
  const { stands, cables, brokerUrl, schema } = options;
  const clients: MqttClient[] = [];
  const all = stands.map(({ nodeId, name }, index) => {
    const cable = cables[index];
    if (cable) {
      const transport = serialTransport({ open: () => cable.open() });
      return { name, node: new Node({ id: nodeId, boot: BOOT, schemas: [schema], transport }) };
    }
    const client = mqtt.connect(brokerUrl, { clientId: nodeId, reconnectPeriod: 500 });
    client.on("error", () => {}); // it connects again by itself
    clients.push(client);
    const transport = mqttTransport({ client });
    return { name, node: new Node({ id: nodeId, boot: BOOT, schemas: [schema], transport }) };
  });
  return {
    all,
    close: async () => {
      await Promise.all(clients.map((client) => client.endAsync(true)));
      await Promise.all(all.map(({ node }) => node.close()));
    },
  };
}
