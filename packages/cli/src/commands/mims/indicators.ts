import {
  type IndicatorSeries,
  type IndicatorWindow,
  indicatorSeries,
  readBridge,
  readHistory,
  type Window,
} from "@bollard/mims";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";
import { readFirstLine } from "../../options/read-text.js";

interface Options {
  readonly bridge: string;
  readonly attribute: string;
  readonly type: string;
  readonly window: Window;
  readonly from?: string;
  readonly to?: string;
  readonly interval?: number;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

const examples = `
A city's indicator from what its sensors told, such as ISO 37120 asks for: an hourly mean of each place, then
the window's, then the mean over the places. How much of a window has to be measured is told with it.

Examples:
  $ bollard mims indicators --bridge http://127.0.0.1:8080 --attribute pm25 --window day
  $ bollard mims indicators --bridge https://street.city.example --attribute pm10 --window year \\
      --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z --json`;

const WEEK_MS = 7 * 86_400_000;

/** `bollard mims indicators`. */
export function mimsIndicatorsCommand(io: CliIo): Command {
  return new Command("indicators")
    .description("a city's indicator over time, with its method, from a bridge's history")
    .requiredOption("--bridge <url>", "the bridge that is asked")
    .requiredOption("--attribute <name>", "what is measured, such as pm25")
    .option("--type <type>", "of the entities", "AirQualityObserved")
    .addOption(
      new Option("--window <length>", "in UTC").choices(["hour", "day", "year"]).default("day"),
    )
    .option("--from <time>", "RFC 3339; default: seven days ago", toTime)
    .option("--to <time>", "RFC 3339; default: now", toTime)
    .option("--interval <seconds>", "between readings of a node; default: the nodes' own", above0)
    .option("--token-file <file>", "a reader's token, the file's first line")
    .option("--json", "one JSON object, for other programs")
    .addHelpText("after", examples)
    .action((options: Options) => runIndicators(io, options));
}

async function runIndicators(io: CliIo, options: Options): Promise<void> {
  const { bridge, attribute, type, window, tokenFile } = options;
  const nowMs = (io.now?.() ?? Date.now() / 1000) * 1000;
  const madeAt = new Date(nowMs).toISOString();
  const reading =
    tokenFile === undefined ? {} : { token: readFirstLine("--token-file", tokenFile) };
  const { reportIntervalS = 60 } =
    options.interval === undefined
      ? await readBridge(bridge, bridge, madeAt, reading)
      : { reportIntervalS: options.interval };
  const { buckets, states, unitCode } = await readHistory(
    {
      ...{ bridge, type, attribute },
      from: options.from ?? new Date(nowMs - WEEK_MS).toISOString(),
      to: options.to ?? madeAt,
    },
    reading,
  );
  if (states === 0) {
    throw new CliError("CLI_FAILED", `there is no ${attribute} of ${type} in this time`);
  }
  const series = indicatorSeries(buckets, {
    ...{ indicator: attribute, unitCode, window, reportIntervalS, source: bridge, madeAt },
  });
  io.stdout.write(options.json ? `${JSON.stringify(series)}\n` : formatText(series, states));
}

function formatText(series: IndicatorSeries, states: number): string {
  const { indicator, unitCode, method, windows, simulated } = series;
  const line = ({ from, value, min, max, places, placesMeasured, coverage }: IndicatorWindow) =>
    value === null
      ? `${from.slice(0, 16)}  not enough measured at any of ${placesMeasured} places\n`
      : `${from.slice(0, 16)}  ${String(value).padStart(8)}  (${min} to ${max})  ${places} of ${placesMeasured} places, ${Math.round(coverage * 100)} % measured\n`;
  return `${windows.map(line).join("")}
${indicator} in ${unitCode || "no unit"}, of ${states} readings${simulated ? ", simulated ones among them" : ""}: ${method}
`;
}

function toTime(text: string): string {
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) {
    return text;
  }
  throw new InvalidArgumentError("a time with its zone, such as 2026-09-01T00:00:00Z");
}
