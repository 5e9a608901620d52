import { type SensorSchema, stepOfValue, stepsOf, valueOfStep } from "@bollard/schema";

/** One row of a recording: its time in seconds since 1970, and its values by column. */
export interface RecordedReading {
  readonly time: number;
  /** `null` where the cell is empty: the value is missing. */
  readonly values: Readonly<Record<string, number | null>>;
}

/**
 * Reads a recording: CSV with a header, first column `t` in seconds since 1970, a column a field.
 *
 * @throws Error that names the line, for a cell that is no number or a row of another length
 */
export function readReadings(csv: string): RecordedReading[] {
  const [header, ...lines] = csv.trimEnd().split("\n");
  const [timeColumn, ...columns] = header?.trimEnd().split(",") ?? [];
  if (timeColumn !== "t") throw new Error(`line 1: the first column is ${timeColumn}, not t`);
  return lines.map((line, index) => {
    const cells = line.trimEnd().split(",");
    if (cells.length !== columns.length + 1) {
      throw new Error(`line ${index + 2}: ${cells.length} cells in place of ${columns.length + 1}`);
    }
    const [time, ...numbers] = cells.map((cell) => readCell(cell, index + 2));
    if (typeof time !== "number") throw new Error(`line ${index + 2}: the time is missing`);
    const values = columns.map((name, column) => [name, numbers[column] ?? null]);
    return { time, values: Object.fromEntries(values) };
  });
}

function readCell(cell: string, line: number): number | null {
  if (cell === "") return null;
  const value = Number(cell);
  if (!Number.isFinite(value)) throw new Error(`line ${line}: ${cell} is not a number`);
  return value;
}

/**
 * A recorded reading as a node of this schema reports it: each sample rounded to the nearest step,
 * in the order of the schema's fields.
 *
 * What arrives in the city equals this exactly.
 */
export function asReported(schema: SensorSchema, recorded: RecordedReading): RecordedReading {
  const values = schema.fields.map((field) => {
    const sample = recorded.values[field.name];
    if (field.kind !== "quantity" || typeof sample !== "number") return [field.name, null];
    const steps = stepsOf(field);
    return [field.name, valueOfStep(steps, stepOfValue(steps, sample))];
  });
  return { time: recorded.time, values: Object.fromEntries(values) };
}
