import {
  openResults,
  readResult,
  readScenarioFile,
  type ScenarioResult,
  writeResults,
} from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { count } from "../../output/format-figures.js";
import { whole } from "./broker-options.js";
import { formatRun } from "./format-run.js";
import { addScenarioOptions, type ScenarioOptions, toRunOptions } from "./scenario-options.js";
import { type WatchOptions, watchRun } from "./watch-run.js";

interface RunOptions extends ScenarioOptions, WatchOptions {
  readonly out?: string;
  readonly compare?: string;
  readonly json?: true;
}

const examples = `
A scenario is a YAML file: streets of nodes with their schemas and readings, phases, faults, and what
is expected. packages/fleet/README.md has every key.

Examples:
  $ bollard fleet run examples/scenarios/district.yaml
  $ bollard fleet run city.yaml --scale 0.01 --time-scale 0.1     try it out
  $ bollard fleet run city.yaml -h broker.example --out results/monday

Exit code: 0 all that is expected held, 1 something did not, 2 used wrongly, 3 this tool was the limit,
so the figures say little of the broker.`;

/** `bollard fleet run`: play a scenario, and hold what came of it against what it expects. */
export function runCommand(io: CliIo): Command {
  return addScenarioOptions(new Command("run"))
    .description("play a scenario file, and check what it expects")
    .argument("<scenario>", "YAML or JSON file")
    .option("--out <folder>", "write result.json, manifest.json, series.csv and report.html")
    .option("--compare <result>", "another run's folder, to stand beside this one in report.html")
    .option(
      "--http <port>",
      "answer /metrics, /status and /controls on 127.0.0.1",
      whole(0, 65_535),
    )
    .option("--http-host <address>", "listen there instead; who reaches it can change the run")
    .option("--plain", "a line a second, also on a terminal")
    .option("--json", "end with one line of JSON on stdout")
    .addHelpText("after", examples)
    .action(async (file: string, options: RunOptions) => {
      const earlier = options.compare === undefined ? undefined : readResult(options.compare);
      const loaded = readScenarioFile(file);
      if (options.out !== undefined) openResults(options.out);
      const outcome = await watchRun(loaded, toRunOptions(options, io), options, io);
      if (options.out !== undefined) writeResults(options.out, outcome, earlier);
      io.stdout.write(options.json ? `${JSON.stringify(outcome)}\n` : formatRun(outcome));
      endRun(outcome);
    });
}

/** @throws CliError where something that was expected did not hold, or the tool was the limit */
export function endRun({ assertions, verdict }: ScenarioResult): void {
  if (verdict.limit === "tool") throw new CliError("CLI_TOO_SLOW", verdict.sentence);
  const broken = assertions.filter(({ holds }) => !holds);
  if (broken.length === 0) return;
  const list = broken.map(({ name, expected, actual }) => {
    return `${name} is ${actual === undefined ? "not measured" : figure(actual)}, expected ${expected}`;
  });
  throw new CliError("CLI_FAILED", list.join("; "));
}

function figure(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}
