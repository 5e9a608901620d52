import type { Transport } from "./transport.js";

/** As much as is used of a client of the `mqtt` package. */
export interface PublishingClient {
  publishAsync(topic: string, message: Buffer, options: { readonly qos: 1 }): Promise<unknown>;
}

export interface MqttTransportOptions {
  /** A client of the `mqtt` package; the caller connects and ends it. */
  readonly client: PublishingClient;
  /** Default: `bollard/<node id>/up`. */
  readonly topic?: string;
  /** Most publishes without their PUBACK, 1 to 50. Default: 20. */
  readonly maxInFlight?: number;
}

/**
 * Publishes payloads at QoS 1; a message is delivered at its PUBACK.
 *
 * While the broker is away the client keeps the few that are in flight and the node keeps the rest:
 * the client's own queue never grows, since its message ids wrap and would overwrite one another.
 */
export function mqttTransport(options: MqttTransportOptions): Transport {
  return ({ nodeId }) => {
    const topic = options.topic ?? `bollard/${nodeId}/up`;
    return {
      maxInFlight: Math.min(50, Math.max(1, options.maxInFlight ?? 20)),
      carriesKey: false,
      send: async ({ payload }) => {
        await options.client.publishAsync(topic, Buffer.from(payload), { qos: 1 });
      },
      close: async () => {},
    };
  };
}
