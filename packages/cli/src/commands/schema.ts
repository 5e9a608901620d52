import { layoutFingerprint } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../cli-io.js";

/** `bollard schema …`: questions about a sensor schema file. */
export function schemaCommand(io: CliIo): Command {
  const command = new Command("schema").description("check sensor schemas");
  command
    .command("check")
    .description("check sensor schema files; every mistake is told with its line")
    .argument("<file...>", "YAML or JSON, such as street-air.schema.yaml")
    .option("--json", "one JSON object a schema, for other programs")
    .action((files: string[], options: { json?: boolean }) => {
      for (const file of files) {
        const schema = readSchemaFile(file);
        const fingerprint = layoutFingerprint(schema);
        const { name, version, id } = schema;
        if (options.json) {
          const fields = schema.fields.map((field) => field.name);
          io.stdout.write(`${JSON.stringify({ file, name, version, id, fingerprint, fields })}\n`);
        } else {
          io.stdout.write(
            `${file}: ${name}, version ${version}, id ${id}, ` +
              `${schema.fields.length} fields, layout ${fingerprint}\n`,
          );
        }
      }
    });
  return command;
}
