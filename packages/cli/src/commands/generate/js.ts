import { generateJs } from "@bollard/codegen";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { readSchemas } from "../schema/read-schemas.js";
import { reportFiles } from "./report-files.js";
import { writeFiles } from "./write-files.js";

const example = `
Example:
  $ bollard generate js street-air.schema.yaml -o src/payload

What comes out, for each schema:
  street-air.js     the schema, checked and laid out: plain data for @bollard/sdk/device
  street-air.d.ts   its type, and that of a reading's values

On the device:
  import { compileEncoder } from "@bollard/sdk/device";
  import { streetAir } from "./payload/street-air.js";
  const bytes = compileEncoder(streetAir).encode({ time, values });

The same schemas give the same files; a file of that name is overwritten.`;

/** `bollard generate js`: a schema for a device that runs JavaScript. */
export function generateJsCommand(io: CliIo): Command {
  return new Command("js")
    .description("JavaScript modules for a small device, from its sensor schemas")
    .argument("<file...>", "all schemas of one node, YAML or JSON")
    .requiredOption("-o, --output <folder>", "where the files go; made where it is missing")
    .option("--json", "the files' paths as one JSON array, for other programs")
    .addHelpText("after", example)
    .action((paths: string[], options: { readonly output: string; readonly json?: boolean }) => {
      const files = generateJs(readSchemas(paths).map(({ schema }) => schema));
      writeFiles(options.output, files);
      io.stdout.write(reportFiles(files, options.json === true));
    });
}
