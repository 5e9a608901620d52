import { SdkError } from "../error.js";
import type { Transport } from "./transport.js";

/** As much as is used of a client of the `mqtt` package. */
export interface PublishingClient {
  publishAsync(topic: string, message: Buffer, options: { readonly qos: 1 }): Promise<unknown>;
  /** Only used by a node that takes commands. */
  subscribeAsync?(topic: string, options: { readonly qos: 1 }): Promise<unknown>;
  on?(event: "message", listener: (topic: string, payload: Uint8Array) => void): unknown;
  off?(event: "message", listener: (topic: string, payload: Uint8Array) => void): unknown;
}

export interface MqttTransportOptions {
  /** A client of the `mqtt` package; the caller connects and ends it. */
  readonly client: PublishingClient;
  /** Default: `bollard/<node id>/up`. */
  readonly topic?: string;
  /** Where commands come in, for a node that takes them. Default: `bollard/<node id>/down`. */
  readonly commandTopic?: string;
  /** Most publishes without their PUBACK, 1 to 50. Default: 20. */
  readonly maxInFlight?: number;
}

/**
 * Publishes payloads at QoS 1; a message is delivered at its PUBACK.
 *
 * While the broker is away the client keeps the few that are in flight and the node keeps the rest:
 * the client's own queue never grows, since its message ids wrap and would overwrite one another.
 *
 * Commands are payloads on a topic of their own. They are not answered, and one that the broker
 * delivers twice is done twice.
 */
export function mqttTransport(options: MqttTransportOptions): Transport {
  return ({ nodeId, onCommand }) => {
    const { client } = options;
    const topic = options.topic ?? `bollard/${nodeId}/up`;
    const commandTopic = options.commandTopic ?? `bollard/${nodeId}/down`;
    const listener = (from: string, payload: Uint8Array): void => {
      if (from === commandTopic) onCommand?.({ id: 0, payload });
    };
    if (onCommand !== undefined) {
      if (client.subscribeAsync === undefined || client.on === undefined) {
        throw new SdkError("SDK_BAD_OPTION", "client: it cannot subscribe, which commands need");
      }
      client.on("message", listener);
      // The client subscribes again each time it has lost its session.
      client.subscribeAsync(commandTopic, { qos: 1 }).catch(() => {});
    }
    return {
      maxInFlight: Math.min(50, Math.max(1, options.maxInFlight ?? 20)),
      carriesKey: false,
      send: async ({ payload }) => {
        await client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
      },
      close: async () => {
        if (onCommand !== undefined) client.off?.("message", listener);
      },
    };
  };
}
