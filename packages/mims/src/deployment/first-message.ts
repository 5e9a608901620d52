import mqtt from "mqtt";
import type { DeploymentOptions } from "./deployment.js";

/** Something that a broker published. */
export interface FirstMessage {
  readonly topic: string;
  readonly bytes: number;
  readonly afterMs: number;
}

/**
 * Listens to a broker until it publishes something that was not kept from before.
 *
 * @returns undefined where nothing came in time
 * @throws where the broker cannot be reached or refuses
 */
export async function firstMessage(options: DeploymentOptions): Promise<FirstMessage | undefined> {
  const { broker = "", topic = "#", patienceMs = 30_000, brokerCredentials, ca } = options;
  const client = await mqtt.connectAsync(broker, {
    ...brokerCredentials,
    ...(ca !== undefined && { ca }),
    reconnectPeriod: 0,
    connectTimeout: 10_000,
  });
  const startMs = performance.now();
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(undefined), patienceMs);
      client.on("error", reject);
      client.on("message", (from, payload, { retain }) => {
        if (retain) return;
        clearTimeout(timer);
        const afterMs = Math.round(performance.now() - startMs);
        resolve({ topic: from, bytes: payload.length, afterMs });
      });
      client.subscribeAsync(topic).catch(reject);
    });
  } finally {
    await client.endAsync(true);
  }
}
