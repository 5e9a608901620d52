import { type KitPart, kitParts, makeKit } from "@bollard/codegen";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CliIo } from "../cli-io.js";
import { writeFiles } from "./generate/write-files.js";
import { kitCheckCommand } from "./kit/check.js";
import { readSchemas } from "./schema/read-schemas.js";

interface KitCommandOptions {
  readonly output?: string;
  readonly for: readonly KitPart[];
  readonly maker: string;
  readonly port?: number;
  readonly commandPort: number;
  readonly json?: boolean;
}

const example = `
Examples:
  $ bollard kit street-air.schema.yaml -o street-air-kit --maker "Example Sensors"
  $ bollard kit street-air.schema.yaml -o street-air-kit --for lorawan,os2iot
  $ bollard kit check street-air-kit

What each part is:
  lorawan         one codec for The Things Stack, ChirpStack v4 and any other TS013 server, and the
                  folder of The Things Network's device repository
  os2iot          payload decoders, device model, CSVs of the bulk import
  smart-data-models
                  the sensor's DeviceModel, for a context broker
  home-assistant  an announcement by MQTT discovery
  iot-agent       groups and devices of FIWARE's IoT Agent for JSON
  sensor-things   a Thing with its Datastreams, to be posted to FROST in one request
  wot             a W3C Thing Model, and a Thing Description of a node
  async-api       a node's topics as an AsyncAPI 3 document
  json-schema     a JSON Schema of a reading as the bridge publishes it
  data-lake       a Protobuf and an Avro schema of a reading
  digital-twin    a DTDL v3 interface, for Azure
  aws-iot         a thing type and a rule of AWS IoT Core
  thingsboard     a device profile and an uplink converter
  telegraf        a configuration that takes in what the bridge publishes
  sigfox          a callback and its decoder, where a reading fits into 12 bytes
  data-sheet      a page to print or send, and the same in Markdown
  node-red        a flow with a function node that decodes
  javascript      a decoder as an ES module, with types for TypeScript
  go              a decoder as a package of one file
  java            a decoder as a class
  c               what the node encodes with, and a decoder
  python          a decoder in one file without a dependency, and a command

A kit has vectors.json, payloads with what they mean, and kit.json, which names the layout that it reads.
The same schema and options give the same bytes; files of these names are overwritten.`;

/** `bollard kit`: what a platform needs to take a sensor in. */
export function kitCommand(io: CliIo): Command {
  return new Command("kit")
    .description("everything that a city or an integrator needs to take a sensor in")
    .argument("<file>", "a sensor schema, YAML or JSON")
    .option("-o, --output <folder>", "where the kit goes; made where it is missing")
    .addOption(
      new Option("--for <parts>", "only these, with commas between them")
        .argParser(toParts)
        .default(kitParts, "all"),
    )
    .option("--maker <name>", "who makes the sensor", "Example maker")
    .addOption(
      new Option(
        "--port <number>",
        "LoRaWAN port that stands for the schema; default: its id",
      ).argParser(toPort),
    )
    .addOption(
      new Option("--command-port <number>", "LoRaWAN port of commands")
        .argParser(toPort)
        .default(1),
    )
    .option("--json", "the files' paths as one JSON array, for other programs")
    .addHelpText("after", example)
    .action((path: string, options: KitCommandOptions, command: Command) => {
      // Not a required option: it would be one of `kit check`, too.
      if (options.output === undefined) {
        command.error("error: required option '-o, --output <folder>' not specified");
      }
      const [read] = readSchemas([path]);
      if (!read) return;
      const { maker, port, commandPort } = options;
      const asked = { maker, commandPort, ...(port !== undefined && { port }) };
      const files = makeKit(read.schema, asked, options.for);
      writeFiles(options.output, files);
      const paths = files.map(({ path }) => path);
      io.stdout.write(
        options.json ? `${JSON.stringify(paths)}\n` : paths.map((one) => `${one}\n`).join(""),
      );
    })
    .addCommand(kitCheckCommand(io));
}

function toParts(text: string): readonly KitPart[] {
  const asked = text.split(",").map((part) => part.trim());
  const strange = asked.find((part) => !(kitParts as readonly string[]).includes(part));
  if (strange === undefined) return asked as KitPart[];
  throw new InvalidArgumentError(`there is no part "${strange}"; there are ${kitParts.join(", ")}`);
}

function toPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 223) return port;
  throw new InvalidArgumentError("a LoRaWAN port is 1 to 223");
}
