import { CliError } from "../error.js";
import type { Table } from "../recording/read-table.js";
import { rowTimes, timeColumn } from "../recording/row-times.js";
import { type ColumnFacts, columnFacts } from "./column-facts.js";
import { fieldNameOf } from "./field-name.js";

/** What a recording tells of one field. */
export interface LearntField {
  readonly name: string;
  /** The column's own name. */
  readonly column: string;
  readonly missing: number;
  readonly facts: Exclude<ColumnFacts, { readonly kind: "empty" }>;
}

/** What a recording tells of the schema it could have been made by. */
export interface LearntSchema {
  readonly file: string;
  readonly rowCount: number;
  /** Absent without a column `t`. */
  readonly time?: {
    readonly first: number;
    readonly last: number;
    readonly milliseconds: boolean;
    /** Median seconds between two rows. */
    readonly interval: number;
  };
  readonly fields: readonly LearntField[];
  /** Columns without one value. */
  readonly emptyColumns: readonly string[];
}

/** Looks at a recording, column by column. @throws CliError where nothing can be learnt of it */
export function learnSchema(table: Table): LearntSchema {
  const { file, columns, rows } = table;
  const fields: LearntField[] = [];
  const emptyColumns: string[] = [];
  for (const [index, column] of columns.entries()) {
    if (column === timeColumn) continue;
    const cells = rows.map((row) => row.cells[index] ?? "");
    const facts = columnFacts(cells);
    if (facts.kind === "empty") {
      emptyColumns.push(column);
      continue;
    }
    const name = fieldNameOf(column);
    const other = fields.find((field) => field.name === name)?.column;
    if (name === undefined || other !== undefined) {
      const why = name === undefined ? "has no letter in it" : `and ${other} are both ${name}`;
      throw new CliError("CLI_FAILED", `${file}:1 the column ${column} ${why}; rename it`);
    }
    const missing = cells.filter((cell) => cell === "").length;
    fields.push({ name, column, missing, facts });
  }
  if (fields.length === 0) {
    throw new CliError(
      "CLI_FAILED",
      `${file}:1 there is no column with values beside ${timeColumn}`,
    );
  }
  const times = rowTimes(table);
  return {
    file,
    rowCount: rows.length,
    ...(times === undefined ? {} : { time: timeFacts(times) }),
    fields,
    emptyColumns,
  };
}

function timeFacts(times: readonly number[]): NonNullable<LearntSchema["time"]> {
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const sorted = gaps.filter((gap) => gap > 0).sort((one, other) => one - other);
  return {
    first: times[0] ?? 0,
    last: times.at(-1) ?? 0,
    milliseconds: times.some((time) => !Number.isInteger(time)),
    interval: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
  };
}
