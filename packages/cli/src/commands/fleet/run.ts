import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type LoadProgress,
  readScenarioFile,
  runScenario,
  type ScenarioResult,
} from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { count, ms } from "./format-figures.js";
import { formatRun } from "./format-run.js";
import { addScenarioOptions, type ScenarioOptions, toRunOptions } from "./scenario-options.js";

interface RunOptions extends ScenarioOptions {
  readonly out?: string;
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
    .option("--out <folder>", "write result.json, with all that is needed to make the run again")
    .option("--json", "end with one line of JSON on stdout")
    .addHelpText("after", examples)
    .action(async (file: string, options: RunOptions) => {
      const outcome = await runScenario(readScenarioFile(file), {
        ...toRunOptions(options, io),
        onProgress: (progress) => io.stderr.write(`${progressLine(progress)}\n`),
      });
      if (options.out !== undefined) writeResults(options.out, outcome);
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

function writeResults(folder: string, outcome: ScenarioResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "result.json"), `${JSON.stringify(outcome, undefined, 2)}\n`);
}

/** One second of a run. */
export function progressLine(progress: LoadProgress): string {
  const { phase, connected, broken, sent, acknowledged, received, heldBack, latency } = progress;
  const parts = [
    phase.padEnd(16),
    `${count(connected)} up`,
    broken > 0 && `${count(broken)} broke`,
    `sent ${count(sent)}`,
    acknowledged > 0 && `acknowledged ${count(acknowledged)}`,
    received > 0 && `arrived ${count(received)}`,
    heldBack > 0 && `waiting ${count(heldBack)}`,
    latency && `p50 ${ms(latency.p50Ms)}  p99 ${ms(latency.p99Ms)}`,
  ];
  return parts.filter(Boolean).join("  ");
}
