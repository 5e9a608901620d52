import { type ReadingSource, replaySource } from "@bollard/firmware-sim";
import { type Command, Option } from "commander";
import { CliError } from "../../error.js";
import { parseDuration } from "../../options/parse-duration.js";
import { decimalPattern } from "../../recording/parse-cell.js";
import { readTable } from "../../recording/read-table.js";

/** What the options tell of a board's sensors and name. */
export interface SensorOptions {
  readonly readings?: string;
  readonly interval: number;
  readonly id?: string;
}

/** What a board has on its pins; see `StreetBoardOptions`. */
const SENSED = ["temperature", "humidity", "pressure", "pm25", "pm10"];
/** An office, for a board whose sensors are told nothing else. */
const CONSTANT = { temperature: 20, humidity: 50, pressure: 101_325, pm25: 5, pm10: 9 };

export function addSensorOptions(command: Command): Command {
  return command
    .option("--readings <csv>", `what its sensors sense, over and over: ${SENSED.join(", ")}`)
    .addOption(
      new Option("--interval <time>", "from one row of the readings to the next")
        .argParser(parseDuration)
        .default(1000, "1s"),
    )
    .option("--id <name>", "the node id in its memory, where street-air's firmware looks for it");
}

/** @throws CliError that names file, line and column */
export function sourceOf(options: SensorOptions): ReadingSource {
  const { readings: file, interval } = options;
  if (file === undefined) return () => CONSTANT;
  const { columns, rows } = readTable(file);
  const known = columns.flatMap((name, index) => (SENSED.includes(name) ? [{ name, index }] : []));
  if (known.length === 0 || rows.length === 0) {
    const message = `${file}:1 has no readings for its sensors; give at least one row, and columns among ${SENSED.join(", ")}`;
    throw new CliError("CLI_FAILED", message);
  }
  const values = rows.map(({ cells, line }) =>
    Object.fromEntries(
      known.map(({ name, index }) => [name, numberIn(cells[index] ?? "", file, line, name)]),
    ),
  );
  return replaySource(values, interval);
}

function numberIn(cell: string, file: string, line: number, column: string): number | undefined {
  if (cell === "") return undefined;
  if (decimalPattern.test(cell)) return Number(cell);
  const message = `${file}:${line} ${column}: ${cell} is not a number; give a decimal, or nothing`;
  throw new CliError("CLI_FAILED", message);
}
