import { readFileSync } from "node:fs";
import { freemem, hostname, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import {
  countBoots,
  mqttTransport,
  Node,
  openQueue,
  type PublishingClient,
} from "@bollard/sdk/node";
import mqtt from "mqtt";
import { board } from "./board-schema.js";

/** What the example needs of the world. */
export interface BoardOptions {
  readonly id: string;
  readonly client: PublishingClient;
  /** Where boots are counted and readings wait for the broker. */
  readonly folder: string;
  /** The board's temperature in degrees Celsius; null where it has no sensor. */
  readonly readTemperature?: () => number | null;
}

/** Reports the board's readings until it is told to stop; what waits then is sent first. */
export async function reportBoard(options: BoardOptions): Promise<{ stop(): Promise<void> }> {
  const { id, client, folder, readTemperature = readBoardTemperature } = options;
  const queue = await openQueue({ dir: `${folder}/queue`, boot: countBoots(`${folder}/boots`) });
  const node = new Node({
    id,
    schemas: [board],
    transport: mqttTransport({ client }),
    queue,
    batch: { maxReadings: 10, maxAgeMs: 600_000 },
    onCommand: ({ values }) => {
      if (values.interval === 0) return false;
      start(values.interval);
      return true;
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const report = (): void => {
    const [load = 0] = loadavg();
    node.report({
      temperature: readTemperature(),
      load,
      memory_used: 100 - (100 * freemem()) / totalmem(),
    });
  };
  const start = (seconds: number): void => {
    clearInterval(timer);
    timer = setInterval(report, seconds * 1000);
  };
  report();
  start(60);
  return {
    stop: async () => {
      clearInterval(timer);
      await node.close({ flushMs: 5_000 });
    },
  };
}

function readBoardTemperature(): number | null {
  try {
    return Number(readFileSync("/sys/class/thermal/thermal_zone0/temp", "utf8")) / 1000;
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [broker = "mqtt://localhost", folder = "."] = process.argv.slice(2);
  const client = mqtt.connect(broker, { queueQoSZero: false });
  client.on("error", ({ message }) => process.stderr.write(`${broker}: ${message}\n`));
  const { stop } = await reportBoard({ id: hostname(), client, folder });
  process.once("SIGINT", () => void stop().then(() => client.end()));
}
