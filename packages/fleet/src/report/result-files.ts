import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { FleetError } from "../error.js";
import type { ScenarioResult } from "../scenario/run-scenario.js";
import { formatHtml } from "./format-html.js";
import { formatSeriesCsv } from "./format-series-csv.js";

const RESULT_FILE = "result.json";

/**
 * Makes the folder for a run's results, so that one that cannot be is known before the run.
 *
 * @throws {@link FleetError} `FLEET_BAD_OPTION`
 */
export function openResults(folder: string): void {
  try {
    makeFolder(resolve(folder));
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError("FLEET_BAD_OPTION", "out", `cannot be written: ${why}`, { cause });
  }
}

/** Node's own recursion never ends where the system makes no folders, as below /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/**
 * Writes a run to a folder: `result.json` with every figure, `manifest.json` with what it takes to
 * make it again, `series.csv` with its course and `report.html`.
 *
 * @param earlier - another run, to stand beside it in the report
 */
export function writeResults(
  folder: string,
  outcome: ScenarioResult,
  earlier?: ScenarioResult,
): void {
  openResults(folder);
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(RESULT_FILE, `${JSON.stringify(outcome, undefined, 1)}\n`);
  write("manifest.json", `${JSON.stringify(outcome.manifest, undefined, 2)}\n`);
  write("series.csv", formatSeriesCsv(outcome.result.series));
  write("report.html", formatHtml(outcome, earlier));
}

/**
 * Reads a run.
 *
 * @param path - `result.json`, or the folder it is in
 * @throws {@link FleetError} `FLEET_BAD_RESULT`
 */
export function readResult(path: string): ScenarioResult {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, RESULT_FILE) : path;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError("FLEET_BAD_RESULT", file, `cannot be read: ${why}`, { cause });
  }
  const { manifest, result, assertions, verdict } = (value ?? {}) as Partial<ScenarioResult>;
  const isWhole =
    manifest?.scenario?.name !== undefined &&
    Array.isArray(result?.series) &&
    typeof result?.histograms?.lateness === "string" &&
    Array.isArray(assertions) &&
    verdict !== undefined;
  if (!isWhole) {
    const message = `is not a run of a scenario; take a ${RESULT_FILE} that "fleet run --out" wrote`;
    throw new FleetError("FLEET_BAD_RESULT", file, message);
  }
  return value as ScenarioResult;
}
