import { readSchemasLock, updateSchemasLock, writeSchemasLock } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { readSchemas } from "./read-schemas.js";

const example = `
Example:
  $ bollard schema lock *.schema.yaml
  schemas.lock: added street-air (id 1), layout c80c59e44d0e4903

Commit the file, and let "bollard schema check --lock schemas.lock" run with your tests. Nothing is
ever taken out of it, and a layout that changed under its id is refused: give it a new id.`;

/** `bollard schema lock`: keep the layouts that nodes in the street speak. */
export function lockCommand(io: CliIo): Command {
  return new Command("lock")
    .description("keep each schema's layout under its id, so that it never changes unnoticed")
    .argument("<file...>", "YAML or JSON, such as street-air.schema.yaml")
    .option("--lock <file>", "where the layouts are kept", "schemas.lock")
    .addHelpText("after", example)
    .action((files: string[], options: { lock: string }) => {
      const schemas = readSchemas(files).map(({ schema }) => schema);
      const before = readSchemasLock(options.lock);
      const after = updateSchemasLock(before, schemas);
      writeSchemasLock(options.lock, after);
      for (const { id, name } of schemas) {
        const what = before.schemas[id] === undefined ? "added" : "kept";
        const { fingerprint } = after.schemas[id] ?? {};
        io.stdout.write(`${options.lock}: ${what} ${name} (id ${id}), layout ${fingerprint}\n`);
      }
    });
}
