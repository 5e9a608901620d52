import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import {
  countBoots,
  mqttTransport,
  Node,
  openQueue,
  type PublishingClient,
} from "@bollard/sdk/node";
import mqtt from "mqtt";
import { countTips, type TipCounter } from "./count-tips.js";
import { type I2cBus, readSht31 } from "./read-sht31.js";
import { MM_PER_TIP, weather } from "./weather-schema.js";

/** What the example needs of the world. */
export interface StationOptions {
  readonly id: string;
  readonly client: PublishingClient;
  readonly bus: I2cBus;
  readonly rain: TipCounter;
  /** Where starts are counted and readings wait for the broker. */
  readonly folder: string;
  readonly everyMs?: number;
}

/** Reports the weather until it is told to stop. A sensor that fails is missing in its readings. */
export async function reportWeather(options: StationOptions): Promise<{ stop(): Promise<void> }> {
  const { id, client, bus, rain, folder, everyMs = 60_000 } = options;
  const queue = await openQueue({ dir: `${folder}/queue`, boot: countBoots(`${folder}/boots`) });
  const node = new Node({ id, schemas: [weather], transport: mqttTransport({ client }), queue });
  const report = async (): Promise<void> => {
    const air = await readSht31(bus).catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
      return { temperature: null, humidity: null };
    });
    node.report({ ...air, rain: rain.take() * MM_PER_TIP });
  };
  await report();
  const timer = setInterval(() => void report(), everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      rain.stop();
      await node.close({ flushMs: 5_000 });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [broker = "mqtt://localhost", folder = ".", line = "17"] = process.argv.slice(2);
  const { openPromisified } = await import("i2c-bus");
  const client = mqtt.connect(broker, { queueQoSZero: false });
  client.on("error", ({ message }) => process.stderr.write(`${broker}: ${message}\n`));
  const { stop } = await reportWeather({
    ...{ id: hostname(), client, folder },
    bus: await openPromisified(1),
    rain: countTips(Number(line)),
  });
  const end = () => void stop().then(() => process.exit(0));
  process.once("SIGINT", end).once("SIGTERM", end);
}
