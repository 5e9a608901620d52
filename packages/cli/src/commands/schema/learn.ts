import { basename } from "node:path";
import { parseSchema } from "@bollard/schema/file";
import { lookUpUnit } from "@bollard/senml";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { formatLearntSchema } from "../../learn/format-schema.js";
import { learnSchema } from "../../learn/learn-schema.js";
import { readTable } from "../../recording/read-table.js";

interface LearnOptions {
  readonly name?: string;
  readonly id: number;
  readonly unit: ReadonlyMap<string, string>;
}

const example = `
Example:
  $ bollard schema learn readings.csv --name street-air --unit co=ppm > street-air.schema.yaml

The first line of the file names the columns: t, the time in seconds since 1970, and one a field.
An empty cell is a missing value. Ranges get a margin, units are guessed by the column's name, and a
comment tells what a coarser resolution would save. See it through, then run "bollard schema check".`;

/** `bollard schema learn`: a first schema from what was recorded. */
export function learnCommand(io: CliIo): Command {
  return new Command("learn")
    .description("propose a schema from a recording: ranges, resolutions, usual steps")
    .argument("<csv>", "recording, such as readings.csv")
    .option("--name <name>", "lower-case words joined by hyphens; default: the file's name", nameOf)
    .option("--id <number>", "1 to 16383, unique within your nodes", idOf, 1)
    .option("--unit <field=unit>", "SenML unit of a field; may be given again", addUnit, new Map())
    .addHelpText("after", example)
    .action((file: string, options: LearnOptions) => {
      const learnt = learnSchema(readTable(file));
      const known = learnt.fields.map((field) => field.name);
      for (const name of options.unit.keys()) {
        if (known.includes(name)) continue;
        const message = `--unit ${name}=…: there is no such field; there is ${known.join(", ")}`;
        throw new CliError("CLI_USAGE", message);
      }
      const { id } = options;
      const name = options.name ?? nameFromFile(file);
      const text = formatLearntSchema(learnt, { name, id, units: options.unit });
      // What is proposed is right, or this throws.
      parseSchema(text, { file: `${name}.schema.yaml` });
      io.stdout.write(text);
    });
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

function nameOf(text: string): string {
  if (namePattern.test(text)) return text;
  throw new CliError("CLI_USAGE", `--name ${text}: give lower-case words, such as street-air`);
}

function nameFromFile(file: string): string {
  const words = basename(file)
    .replace(/\.[^.]*$/, "")
    .toLowerCase();
  const name = words.replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "");
  return namePattern.test(name) ? name : "learnt";
}

function idOf(text: string): number {
  const id = Number(text);
  if (Number.isInteger(id) && id >= 1 && id <= 16383) return id;
  throw new CliError("CLI_USAGE", `--id ${text}: give a whole number from 1 to 16383`);
}

function addUnit(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [field = "", unit = ""] = text.split("=", 2);
  if (lookUpUnit(unit) !== undefined) return new Map([...before, [field, unit]]);
  throw new CliError(
    "CLI_USAGE",
    `--unit ${text}: give a field and its SenML unit, such as co=ppm`,
  );
}
