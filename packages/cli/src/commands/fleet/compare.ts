import { writeFileSync } from "node:fs";
import { type ComparedFigure, compareRuns, formatHtml, readResult } from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { count } from "../../output/format-figures.js";

const examples = `
Examples:
  $ bollard fleet compare results/monday results/tuesday
  $ bollard fleet compare results/monday results/tuesday --html difference.html

Exit code: 0 done, 1 one of them cannot be read, 2 used wrongly.`;

/** `bollard fleet compare`: the figures of two runs side by side. */
export function compareCommand(io: CliIo): Command {
  return new Command("compare")
    .description("set the figures of two runs side by side")
    .argument("<earlier>", "folder that fleet run --out wrote, or its result.json")
    .argument("<later>", "another one")
    .option("--html <file>", "write the later one's report with the earlier one in its plots")
    .option("--json", "end with one line of JSON on stdout")
    .addHelpText("after", examples)
    .action((earlier: string, later: string, options: { html?: string; json?: true }) => {
      const [before, after] = [readResult(earlier), readResult(later)];
      if (options.html !== undefined) writeFileSync(options.html, formatHtml(after, before));
      const figures = compareRuns(before, after);
      if (options.json) io.stdout.write(`${JSON.stringify(figures)}\n`);
      else io.stdout.write(formatComparison(figures));
    });
}

function formatComparison(figures: readonly ComparedFigure[]): string {
  const rows = [
    ["", "earlier", "later", "", ""],
    ...figures.map(({ name, unit, before, after, ratio, better }) => [
      name,
      shown(before, unit),
      shown(after, unit),
      ratio === undefined ? "" : `× ${ratio.toFixed(2)}`,
      verdict(ratio, better),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map(([name = "", ...cells]) => {
      const padded = cells.map((cell, index) => cell.padStart(widths[index + 1] ?? 0));
      return `  ${name.padEnd(widths[0] ?? 0)}  ${padded.join("  ")}`.trimEnd();
    })
    .join("\n")
    .concat("\n");
}

/** A tenth more or less is what any two runs differ by. */
function verdict(ratio: number | undefined, better: "less" | "more"): string {
  if (ratio === undefined || Math.abs(ratio - 1) < 0.1) return "";
  return ratio < 1 === (better === "less") ? "better" : "worse";
}

function shown(value: number | undefined, unit: string): string {
  if (value === undefined) return "–";
  const text = value >= 1000 || Number.isInteger(value) ? count(value) : value.toPrecision(3);
  return unit === "" ? text : `${text} ${unit}`;
}
