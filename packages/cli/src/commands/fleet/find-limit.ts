import { findLimit, type LimitFound, type LimitStep, readScenarioFile } from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";
import { count, ms } from "../../output/format-figures.js";
import { addScenarioOptions, type ScenarioOptions, toRunOptions } from "./scenario-options.js";

interface FindLimitCommandOptions extends ScenarioOptions {
  readonly from?: number;
  readonly to?: number;
  readonly precision?: number;
  readonly json?: true;
}

const examples = `
Plays the scenario again and again, twice as fast each time, until something it expects breaks or less
than 99 % of what was due was sent in time; then looks between the two. Keep the scenario short.

Examples:
  $ bollard fleet find-limit examples/scenarios/district.yaml --time-scale 0.1
  $ bollard fleet find-limit city.yaml --from 4 --precision 0.05 --json

Exit code: 0 a limit of the broker was found, 1 not even the first rate held, or all did, 2 used wrongly,
3 this tool was the limit.`;

/** `bollard fleet find-limit`: raise the load until something breaks, and say where. */
export function findLimitCommand(io: CliIo): Command {
  return addScenarioOptions(new Command("find-limit"))
    .description("raise the load of a scenario until what it expects breaks")
    .argument("<scenario>", "YAML or JSON file")
    .option("--from <factor>", "first rate, as a multiple of the scenario's (1)", above0)
    .option("--to <factor>", "last rate (1024 times the first)", above0)
    .option("--precision <share>", "how well the limit is to be known (0.1)", above0)
    .option("--json", "end with one line of JSON on stdout")
    .addHelpText("after", examples)
    .action(async (file: string, options: FindLimitCommandOptions) => {
      const found = await findLimit(readScenarioFile(file), {
        ...toRunOptions(options, io),
        ...(options.from !== undefined && { fromRate: options.from }),
        ...(options.to !== undefined && { toRate: options.to }),
        ...(options.precision !== undefined && { precision: options.precision }),
        onStep: (step) => io.stderr.write(`${stepLine(step)}\n`),
      });
      io.stdout.write(options.json ? `${JSON.stringify(found)}\n` : formatLimit(found));
      const { knee, broken } = found;
      if (broken?.limit === "tool") {
        throw new CliError("CLI_TOO_SLOW", "this tool was the limit, so the broker may take more");
      }
      if (!knee)
        throw new CliError("CLI_FAILED", "not even the first rate held: begin lower, --from");
      if (!broken) throw new CliError("CLI_FAILED", "all rates held: go further, --to");
    });
}

function formatLimit({ knee, broken, steps }: LimitFound): string {
  const said = knee
    ? `Holds up to ${factor(knee.rate)} the scenario's rate, ${count(knee.sentPerSecond)} messages a second`
    : "Does not hold";
  const why = broken ? `; at ${factor(broken.rate)}: ${broken.broken.join(", ")}` : "";
  return `${said}${why}.\n${steps.map((step) => `  ${stepLine(step)}\n`).join("")}`;
}

function stepLine({ rate, holds, sentPerSecond, latencyP99Ms, broken }: LimitStep): string {
  const p99 = latencyP99Ms === undefined ? "" : `  p99 ${ms(latencyP99Ms)}`;
  const end = holds ? "held" : `BROKEN: ${broken.join(", ")}`;
  return `${factor(rate).padStart(8)}  ${count(sentPerSecond).padStart(9)}/s${p99}  ${end}`;
}

function factor(rate: number): string {
  return `${Number(rate.toPrecision(3))} ×`;
}
