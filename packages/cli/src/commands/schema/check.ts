import { layoutFingerprint, SchemaError } from "@bollard/schema";
import { checkSchemasLock, readSchemasLock } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { type NamedSchema, readSchemas } from "./read-schemas.js";

interface CheckOptions {
  readonly lock?: string;
  readonly json?: boolean;
}

const example = `
Example:
  $ bollard schema check *.schema.yaml --lock schemas.lock
  street-air.schema.yaml: street-air, version 1, id 1, 5 fields, layout c80c59e44d0e4903

With --lock a layout that changed under its id is a mistake: nodes in the street still speak the
old one. So is a schema that the lock does not have yet; "bollard schema lock" adds it.`;

/** `bollard schema check`: is it right, and is it what nodes in the street speak? */
export function checkCommand(io: CliIo): Command {
  return new Command("check")
    .description("check sensor schema files; every mistake is told with its line")
    .argument("<file...>", "YAML or JSON, such as street-air.schema.yaml")
    .option("--lock <file>", "fail where a layout is not as this file keeps it")
    .option("--json", "one JSON object a schema, for other programs")
    .addHelpText("after", example)
    .action((files: string[], options: CheckOptions) => {
      const schemas = readSchemas(files);
      if (options.lock !== undefined) checkLock(options.lock, schemas);
      for (const named of schemas) io.stdout.write(`${lineOf(named, options.json === true)}\n`);
    });
}

function checkLock(path: string, schemas: readonly NamedSchema[]): void {
  const lock = readSchemasLock(path);
  const problems = checkSchemasLock(
    lock,
    schemas.map(({ schema }) => schema),
  );
  if (problems.length > 0) throw new SchemaError(problems);
  const missing = schemas.filter(({ schema }) => lock.schemas[schema.id] === undefined);
  if (missing.length === 0) return;
  const names = missing.map(({ schema }) => `${schema.name} (id ${schema.id})`).join(", ");
  const files = missing.map(({ file }) => file).join(" ");
  const cure = `bollard schema lock ${files} --lock ${path}`;
  throw new CliError("CLI_FAILED", `${path} does not have ${names}; to add: ${cure}`);
}

function lineOf({ file, schema }: NamedSchema, json: boolean): string {
  const fingerprint = layoutFingerprint(schema);
  const { name, version, id } = schema;
  const fields = schema.fields.map((field) => field.name);
  if (json) return JSON.stringify({ file, name, version, id, fingerprint, fields });
  const count = `${fields.length} field${fields.length === 1 ? "" : "s"}`;
  return `${file}: ${name}, version ${version}, id ${id}, ${count}, layout ${fingerprint}`;
}
