import { openVirtualPort, type VirtualPort } from "@bollard/firmware-sim";
import { ModelReadings } from "@bollard/fleet";
import type { SensorSchema } from "@bollard/schema";
import { Node, serialTransport } from "@bollard/sdk/node";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { above0 } from "../../options/above-zero.js";
import { readSchemas } from "../schema/read-schemas.js";

interface Options {
  readonly link?: string;
  readonly id?: string;
  readonly every?: number;
  readonly count?: number;
  readonly baud: number;
  readonly seed: number;
}

const examples = `
Its readings are made up by the usual model of each field: a day's curve and some noise. It speaks the
serial link as a real node does; any program opens the port as it would /dev/ttyACM0.

Examples:
  $ bollard sim node weather.schema.yaml --id weather-1 --link ./ttyNODE0
  $ bollard sim node weather.schema.yaml --link ./ttyNODE1 --every 0.1 --count 100

Exit code: 0 ended by Ctrl-C or after --count readings that the host has, 2 used wrongly.`;

/** Oslo to Palermo is all one to a day's curve. */
const PLACE = { latitude: 48, longitude: 11, radiusM: 100 };
const FLUSH_MS = 5000;

/** `bollard sim node`: a node of any schema on a virtual serial port. */
export function nodeCommand(io: CliIo): Command {
  return new Command("node")
    .description("a node of any schema on a virtual serial port, its readings made up")
    .argument("<file>", "a sensor schema, YAML or JSON")
    .option("--link <path>", "a link to the port, such as ./ttyNODE0")
    .option("--id <id>", "who the node is; default: simulated- and the schema's name")
    .option("--every <seconds>", "between readings; default: the schema's, 10 at most", above0)
    .option("--count <readings>", "end after so many; default: at Ctrl-C", above0)
    .option("--baud <rate>", "of the line", above0, 115_200)
    .option("--seed <number>", "the same seed, the same readings", Number, 1)
    .addHelpText("after", examples)
    .action((path: string, options: Options) => runNode(io, path, options));
}

async function runNode(io: CliIo, path: string, options: Options): Promise<void> {
  const [read] = readSchemas([path]);
  if (!read) return;
  const { schema } = read;
  const { link, baud, seed, count = Number.POSITIVE_INFINITY } = options;
  const port = await openVirtualPort({ baudRate: baud, ...(link !== undefined && { link }) });
  const node = nodeOn(port, schema, options);
  try {
    io.stdout.write(`${link ?? port.path}\n`);
    const readings = new ModelReadings({ schema, seed, models: {}, place: PLACE });
    const everyMs = 1000 * (options.every ?? Math.min(10, schema.reportInterval ?? 10));
    for (let sequence = 0; sequence < count; sequence++) {
      const { time, values } = readings.readingOf(0, sequence, Date.now() / 1000);
      node.report(values as never, schema.time.mode === "absolute" ? { time } : {});
      const isOver = await Promise.race([io.interrupted.then(() => true), later(everyMs)]);
      if (isOver) break;
    }
  } finally {
    await node.close({ flushMs: count === Number.POSITIVE_INFINITY ? 0 : FLUSH_MS });
    await port.close();
  }
}

function nodeOn(port: VirtualPort, schema: SensorSchema, { id, baud }: Options): Node {
  return new Node({
    id: id ?? `simulated-${schema.name}`,
    boot: 0,
    schemas: [schema],
    transport: serialTransport({
      open: async () => port.stream(),
      firmware: "simulated by bollard sim node",
      baudRate: baud,
    }),
  });
}

function later(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
