import { CliError } from "../error.js";
import type { Table } from "./read-table.js";

/** The column of a recording that holds the time, in seconds since 1970. */
export const timeColumn = "t";

/**
 * The times of a recording's rows.
 *
 * @returns seconds since 1970; undefined where there is no column `t`
 * @throws CliError that names the line
 */
export function rowTimes({ file, columns, rows }: Table): readonly number[] | undefined {
  const column = columns.indexOf(timeColumn);
  if (column < 0) return undefined;
  return rows.map(({ line, cells }) => {
    const cell = cells[column] ?? "";
    const time = cell === "" ? Number.NaN : Number(cell);
    if (time >= 0 && time < 2 ** 32) return time;
    const hint = time >= 2 ** 32 && time < 2 ** 43 ? "; are these milliseconds?" : "";
    const message = `t: ${cell || "nothing"} is no time in seconds since 1970, such as 1538352143${hint}`;
    throw new CliError("CLI_FAILED", `${file}:${line} ${message}`);
  });
}
