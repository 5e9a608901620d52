import { existsSync, readdirSync } from "node:fs";
import { basename, relative, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CliIo } from "../cli-io.js";
import { CliError } from "../error.js";
import { above0 } from "../options/above-zero.js";
import { writeFiles } from "./generate/write-files.js";
import { type Measurement, measurements } from "./init/measurements.js";
import { type Project, projectFiles } from "./init/project-files.js";

interface Options {
  readonly name?: string;
  readonly measure?: readonly Measurement[];
  readonly every: number;
  readonly id: number;
  readonly node?: string;
  readonly position: readonly [number, number];
  readonly yes?: boolean;
}

const known = measurements.map(({ name }) => name);
const usual = ["temperature", "humidity"];
/** Begins with a letter, as a schema's name does. */
const NAME = /^[a-z][a-z0-9-]{0,62}$/;

const example = `
Examples:
  $ bollard init weather
  $ bollard init street --measure pm25,pm10,temperature,noise --every 60 --yes

What it knows to measure: ${known.join(", ")}.
A field of another kind is some lines in the schema.

What is written: a sensor schema, a sketch for an Arduino with its payload and link code, a bridge's
configuration, a scenario for the fleet, and a README with the two commands that bring a first reading:

  $ bollard bridge run weather/bridge.yaml
  $ bollard sim node weather/weather.schema.yaml --id weather-1 --link weather/ttyNODE0`;

/** `bollard init`: a project to begin with. */
export function initCommand(io: CliIo): Command {
  return new Command("init")
    .description("a project to begin with: schema, firmware sketch, bridge, scenario")
    .argument("<folder>", "made where it is missing; nothing in it is overwritten")
    .option("--name <name>", "of the schema; default: the folder's name", parseName)
    .addOption(
      new Option("--measure <names>", "what it measures, with commas between").argParser(
        parseMeasures,
      ),
    )
    .option("--every <seconds>", "between two readings", above0, 60)
    .addOption(
      new Option("--id <number>", "of the schema, 1 to 16383").argParser(parseId).default(100),
    )
    .option("--node <id>", "of the first node; default: the schema's name and -1")
    .addOption(
      new Option("--position <longitude,latitude>", "of the first node")
        .argParser(parsePosition)
        .default([10.2039, 56.1629], "10.2039,56.1629"),
    )
    .option("-y, --yes", "ask nothing")
    .addHelpText("after", example)
    .action((folder: string, options: Options) => runInit(io, folder, options));
}

async function runInit(io: CliIo, folder: string, options: Options): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new CliError(
      "CLI_USAGE",
      `${folder} has files in it already; name a folder that is empty or not there yet`,
    );
  }
  const project = await projectOf(io, folder, options);
  const files = projectFiles(project);
  writeFiles(folder, files);
  const own = files.filter(({ path }) => !path.includes("/src/"));
  io.stdout.write(own.map(({ path }) => `${folder}/${path}\n`).join(""));
  const at = relative(".", resolve(folder)) || ".";
  const { name, nodeId } = project;
  io.stderr.write(`
A first reading, in two terminals:
  bollard bridge run ${at}/bridge.yaml
  bollard sim node ${at}/${name}.schema.yaml --id ${nodeId} --link ${at}/ttyNODE0
`);
}

async function projectOf(io: CliIo, folder: string, options: Options): Promise<Project> {
  const asks = options.yes ? undefined : io.ask;
  const usualName = toName(basename(resolve(folder)));
  const name =
    options.name ?? (await answer(asks, "Name of the kind of node", usualName, parseName));
  const measures =
    options.measure ??
    (await answer(
      asks,
      `What does it measure, of ${known.join(", ")}`,
      usual.join(","),
      parseMeasures,
    ));
  const { id, every, position, node = `${name}-1` } = options;
  return { name, id, nodeId: node, measures, everyS: every, position, folder: resolve(folder) };
}

/** Asks until the answer can be read; without somebody to ask it is the usual one. */
async function answer<T>(
  ask: CliIo["ask"],
  question: string,
  usually: string,
  parse: (text: string) => T,
): Promise<T> {
  if (!ask) return parse(usually);
  for (;;) {
    const text = (await ask(`${question} [${usually}]: `)).trim() || usually;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      await ask(`${error.message}. Enter to go on `);
    }
  }
}

/** The nearest name that a schema may have. */
function toName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-$/g, "");
  return name || "sensor";
}

function parseName(text: string): string {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError("lower-case letters, digits and hyphens, a letter first");
}

function parseMeasures(text: string): readonly Measurement[] {
  const names = [...new Set(text.split(",").map((name) => name.trim()))];
  return names.map((name) => {
    const found = measurements.find((one) => one.name === name);
    if (found) return found;
    throw new InvalidArgumentError(`"${name}" is not known; known are ${known.join(", ")}`);
  });
}

function parseId(text: string): number {
  const id = Number(text);
  if (Number.isInteger(id) && id >= 1 && id <= 16_383) return id;
  throw new InvalidArgumentError("a schema's id is 1 to 16383");
}

function parsePosition(text: string): readonly [number, number] {
  const [longitude = Number.NaN, latitude = Number.NaN, more] = text.split(",").map(Number);
  const isPlace = Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
  if (isPlace && more === undefined) return [longitude, latitude];
  throw new InvalidArgumentError("degrees, longitude first, such as 10.2039,56.1629");
}
