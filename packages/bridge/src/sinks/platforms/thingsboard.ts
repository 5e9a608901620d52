import {
  parseThingsBoardRpc,
  THINGSBOARD_RPC_TOPIC,
  toThingsBoardAnswer,
  toThingsBoardHello,
  toThingsBoardTelemetry,
} from "@bollard/platforms";
import type { Delivery } from "../../delivery.js";
import type { MqttPlatform } from "./platform.js";
import { toldSchema } from "./told-schema.js";

/** ThingsBoard's gateway: one connection, and a device behind it for each node. */
export const thingsBoard: MqttPlatform = {
  kind: "thingsboard",
  introduce: ({ node, schema }: Delivery) => toThingsBoardHello(node, toldSchema(schema)),
  tell: ({ node, readings }: Delivery) => {
    const message = toThingsBoardTelemetry(node.name, readings);
    return { out: message ? [message] : [], refusals: [] };
  },
  commands: {
    filters: [THINGSBOARD_RPC_TOPIC],
    take: ({ payload }) => {
      const rpc = parseThingsBoardRpc(payload);
      if (!rpc) return [];
      return [{ command: rpc, answer: (result) => toThingsBoardAnswer(rpc, result) }];
    },
  },
};
