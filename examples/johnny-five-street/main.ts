import { fileURLToPath } from "node:url";
import { openSerialPort, reportBoard } from "@bollard/johnny-five";
import { mqttTransport, Node, type PublishingClient } from "@bollard/sdk/node";
import five from "johnny-five";
import mqtt from "mqtt";
import { openSimulatedBoard } from "./simulated-board.js";
import { windowSill } from "./street-schema.js";

/** What the example needs of the world. */
export interface StreetOptions {
  readonly id: string;
  /** How often the program has started; a program that runs for long counts with `countBoots`. */
  readonly boot: number;
  readonly client: PublishingClient;
  /** The board's serial port. */
  readonly path: string;
  readonly everyMs?: number;
  readonly tell?: (line: string) => void;
}

/** Reports a board with a BME280 on I²C and a photo resistor on A0, until it is told to stop. */
export function reportWindowSill(options: StreetOptions): { stop(): Promise<void> } {
  const { id, boot, client, path, everyMs = 10_000, tell = () => {} } = options;
  const node = new Node({ id, boot, schemas: [windowSill], transport: mqttTransport({ client }) });
  const board = reportBoard({
    ...{ node, five, everyMs },
    open: () => openSerialPort(path),
    sensors: (uno) => {
      const air = new five.Multi({ board: uno, controller: "BME280", address: 0x76 });
      return {
        temperature: air.thermometer,
        humidity: air.hygrometer,
        pressure: air.barometer,
        light: new five.Light({ board: uno, pin: "A0" }),
      };
    },
    onState: (state, cause) => tell(`${path}: ${state}${cause ? `, ${cause.message}` : ""}`),
  });
  return {
    stop: async () => {
      await board.close();
      await node.close({ flushMs: 5_000 });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [broker = "mqtt://localhost", given] = process.argv.slice(2);
  const client = mqtt.connect(broker, { queueQoSZero: false });
  client.on("error", ({ message }) => process.stderr.write(`${broker}: ${message}\n`));
  client.on("connect", () => process.stderr.write(`${broker}: connected\n`));
  const path = given ?? (await openSimulatedBoard()).path;
  if (!given) process.stderr.write(`no board given: a simulated one is at ${path}\n`);
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const { stop } = reportWindowSill({ id: "window-1", boot: 1, client, path, tell });
  process.once("SIGINT", () => void stop().then(() => process.exit(0)));
}
