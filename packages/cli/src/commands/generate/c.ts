import { type CLayout, cLayouts, generateC } from "@bollard/codegen";
import { Command, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { readSchemas } from "../schema/read-schemas.js";
import { reportFiles } from "./report-files.js";
import { writeFiles } from "./write-files.js";

interface COptions {
  readonly output: string;
  readonly layout: CLayout;
  readonly schemaId: boolean;
  readonly batch: boolean;
  readonly senml?: boolean;
  readonly decoder?: boolean;
  readonly json?: boolean;
}

const example = `
Example:
  $ bollard generate c street-air.schema.yaml node-health.schema.yaml -o firmware/payload

What comes out, for each schema:
  street_air.h           the reading's struct, its units in the names, and its functions
  street_air.c           street_air_reading_encode: one reading
  street_air_batch.c     street_air_batch_append: readings until a message is full
  street_air_senml.c     with --senml: names, units and exact decimals as CBOR
  street_air_commands.*  what can be asked of the node, where the schema has commands
  street_air_decode.*    with --decoder: reads payloads back, for tests on a host
and bollard_*, which all of them share: so give all schemas of a node in one call.

C99 for any compiler and any part: no malloc, no float, no 64-bit number, no division, no
recursion. The same schemas give the same files; a file of that name is overwritten.

Layouts: plain puts all into one folder; arduino, platformio, zephyr and esp-idf put the sources
into src/, beside what makes that folder a library, a module or a component there.`;

/** `bollard generate c`: a schema's C for the node. */
export function generateCCommand(io: CliIo): Command {
  return new Command("c")
    .description("C99 headers and sources for a node, from its sensor schemas")
    .argument("<file...>", "all schemas of one node, YAML or JSON")
    .requiredOption("-o, --output <folder>", "where the files go; made where it is missing")
    .addOption(
      new Option("--layout <layout>", "what the folder is to be")
        .choices(cLayouts)
        .default("plain"),
    )
    .option("--senml", "an encoder of SenML in CBOR too (RFC 8428)")
    .option("--decoder", "a decoder of readings too, for tests on a host")
    .option("--no-batch", "no encoder of batches")
    .option("--no-schema-id", "the carrier tells which schema it is, such as LoRaWAN by its fPort")
    .option("--json", "the files' paths as one JSON array, for other programs")
    .addHelpText("after", example)
    .action((paths: string[], options: COptions) => {
      const schemas = readSchemas(paths).map(({ schema }) => schema);
      const files = generateC(schemas, {
        layout: options.layout,
        schemaId: options.schemaId,
        batch: options.batch,
        senml: options.senml === true,
        decoder: options.decoder === true,
      });
      writeFiles(options.output, files);
      io.stdout.write(reportFiles(files, options.json === true));
    });
}
