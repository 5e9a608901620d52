import { mergeRuns, readResult, writeResults } from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { formatRun } from "./format-run.js";
import { endRun } from "./run.js";

const examples = `
Counts are added, and so are histograms, bucket by bucket: percentiles are what one run of all nodes would
have had. What the scenario expects is held against the whole.

Examples:
  $ bollard fleet merge results/1 results/2 results/3 results/4 --out results/all
  $ bollard fleet merge shard-*.json --json

Exit code: 0 all that is expected held, 1 something did not, or they are not the shards of one run, 2 used
wrongly, 3 a tool was the limit.`;

/** `bollard fleet merge`: make one run of the runs of all its shards. */
export function mergeCommand(io: CliIo): Command {
  return new Command("merge")
    .description("make one run of the runs of all its shards")
    .argument("<results...>", "folders that fleet run --out wrote, or files of its --json")
    .option("--out <folder>", "write result.json, manifest.json, series.csv and report.html")
    .option("--json", "end with one line of JSON on stdout")
    .addHelpText("after", examples)
    .action((results: string[], options: { readonly out?: string; readonly json?: true }) => {
      const merged = mergeRuns(results.map(readResult));
      if (options.out !== undefined) writeResults(options.out, merged);
      io.stdout.write(options.json ? `${JSON.stringify(merged)}\n` : formatRun(merged));
      endRun(merged);
    });
}
