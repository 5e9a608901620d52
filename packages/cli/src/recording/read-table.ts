import { readFileSync } from "node:fs";
import { type CsvError, parse } from "csv-parse/sync";
import { CliError } from "../error.js";

/** One row of a recording as it stands in the file. */
export interface TableRow {
  /** Line in the file, from 1 on. */
  readonly line: number;
  /** One for each column. */
  readonly cells: readonly string[];
}

/** A recording as text: CSV with a header. */
export interface Table {
  /** Path of the file, as errors show it. */
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/**
 * Reads a CSV file with a header, cells by comma or semicolon.
 *
 * @throws CliError that names the line
 */
export function readTable(file: string): Table {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError("CLI_FAILED", `${file} cannot be read; ${why}`, { cause: error });
  }
  return parseTable(text, file);
}

/** @throws CliError that names the line */
export function parseTable(text: string, file: string): Table {
  const [header = ""] = text.split("\n", 1);
  const delimiter = header.includes(";") && !header.includes(",") ? ";" : ",";
  const options = { bom: true, delimiter, info: true, skip_empty_lines: true, trim: true } as const;
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, options) as unknown as typeof records;
  } catch (error) {
    const { lines, message } = error as CsvError & { readonly lines?: number };
    throw new CliError("CLI_FAILED", `${file}:${lines ?? 1} ${message}`, { cause: error });
  }
  const [first, ...rest] = records;
  if (first === undefined) throw new CliError("CLI_FAILED", `${file} is empty; ${wanted}`);
  if (rest.length === 0) throw new CliError("CLI_FAILED", `${file} has no rows; ${wanted}`);
  const columns = first.record;
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new CliError("CLI_FAILED", `${file}:1 the column ${twice} stands twice`);
  }
  const rows = rest.map(({ record, info }) => ({ line: info.lines, cells: record }));
  return { file, columns, rows };
}

const wanted = "the first line names the columns, such as t,pm25,pm10; the others are readings";
