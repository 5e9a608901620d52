import { parseSenmlJson, type ResolvedRecord } from "@bollard/senml";
import { parse as parseCsv } from "csv-parse/sync";

/** One value as it came. */
export interface ForeignValue {
  readonly value: unknown;
  /** The unit that came with it, a SenML name; undefined where none did. */
  readonly unit?: string | undefined;
}

/** One reading as it came. */
export interface Row {
  /** Finds a value; undefined where it is not there. */
  find(from: string): ForeignValue | undefined;
  /** Unix seconds, where the format has a time of its own. */
  readonly timeS?: number | undefined;
}

/** How bytes are read into rows. */
export interface RowFormat {
  readonly format: "json" | "csv" | "senml";
  /** Names of the columns of CSV; without them a column has its number, from 1 on. */
  readonly columns: readonly string[];
  /** One character between two columns of CSV. */
  readonly delimiter: string;
}

/** More rows in one message are refused. */
const MAX_ROWS = 255;

/**
 * Reads a message into rows.
 *
 * - JSON: an object is one row, an array of objects many. A value is found by a JSON pointer
 *   (`/air/0/pm25`), by a member's name, or by names joined by dots (`air.pm25`).
 * - CSV: each line is one row. A value is found by the column's name or number. A line that repeats
 *   the names of the columns is passed over.
 * - SenML-JSON: the records of one time are one row. A value is found by its record's name, with or
 *   without what comes before the last `/`, `:` or `-`.
 *
 * @param nowS - what relative times of SenML count from, Unix seconds
 * @throws Error in words, where it is not of that format
 */
export function parseRows(bytes: Uint8Array, format: RowFormat, nowS: number): Row[] {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const rows = PARSERS[format.format](text, format, nowS);
  if (rows.length > MAX_ROWS) throw new Error(`it has ${rows.length} rows; at most ${MAX_ROWS}`);
  return rows;
}

const PARSERS: Record<
  RowFormat["format"],
  (text: string, format: RowFormat, nowS: number) => Row[]
> = {
  json: (text) => {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).map(jsonRow);
  },
  csv: (text, { columns, delimiter }) => {
    const lines: string[][] = parseCsv(text, {
      delimiter,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    return lines
      .filter((cells) => columns.length === 0 || cells.join() !== columns.join())
      .map((cells) => csvRow(cells, columns));
  },
  senml: (text, _format, nowS) => senmlRows(parseSenmlJson(text, { now: nowS })),
};

function jsonRow(value: unknown): Row {
  return {
    find: (from) => {
      const found = follow(value, [from]) ?? follow(value, pathOf(from));
      return found === undefined ? undefined : { value: found };
    },
  };
}

/** RFC 6901 for what begins with a slash; the empty text is the whole. */
function pathOf(from: string): readonly string[] {
  if (from === "") return [];
  if (!from.startsWith("/")) return from.split(".");
  return from
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function follow(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function csvRow(cells: readonly string[], columns: readonly string[]): Row {
  return {
    find: (from) => {
      const index = columns.length > 0 ? columns.indexOf(from) : Number(from) - 1;
      const cell = cells[index];
      return cell === undefined || cell === "" ? undefined : { value: cell };
    },
  };
}

function senmlRows(records: readonly ResolvedRecord[]): Row[] {
  const byTime = new Map<number | undefined, ResolvedRecord[]>();
  for (const record of records) {
    const before = byTime.get(record.time) ?? [];
    before.push(record);
    byTime.set(record.time, before);
  }
  return Array.from(byTime, ([timeS, ofTime]) => senmlRow(ofTime, timeS));
}

function senmlRow(records: readonly ResolvedRecord[], timeS: number | undefined): Row {
  return {
    timeS,
    find: (from) => {
      if (from === "") return { value: records[0]?.name.replace(/[/:-]?[^/:-]*$/, "") };
      const record = records.find(
        ({ name }) =>
          name === from || (name.endsWith(from) && /[/:-]/.test(name.at(-from.length - 1) ?? "")),
      );
      return record && { value: valueIn(record), unit: record.unit };
    },
  };
}

function valueIn(record: ResolvedRecord): unknown {
  return record.value ?? record.stringValue ?? record.booleanValue ?? record.dataValue;
}
