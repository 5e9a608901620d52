import type { FieldValue } from "@bollard/payload";
import {
  type Field,
  type SensorSchema,
  type SteppedField,
  stepOfValue,
  stepsOf,
  valueOfStep,
} from "@bollard/schema";
import { parse as parseCsv } from "csv-parse/sync";
import { FleetError } from "../error.js";
import type { MadeReading, NodeReadings } from "./node-readings.js";

/** Readings of a CSV, row by row and again from the first; each node begins at another row. */
export class ReplayReadings implements NodeReadings {
  readonly #rows: readonly Readonly<Record<string, FieldValue>>[];

  /**
   * @param text - CSV whose first line names the fields; other columns are passed over
   * @param place - what errors call it
   * @throws {@link FleetError} `FLEET_BAD_SCENARIO` with the line
   */
  constructor(schema: SensorSchema, text: string, place: string) {
    const records = readRecords(text, place);
    const columns = Object.keys(records[0] ?? {});
    const absent = schema.fields.filter(
      ({ name, optional }) => !optional && !columns.includes(name),
    );
    const [first] = absent;
    if (records.length === 0) {
      const message = "there is no row below the names of the columns";
      throw new FleetError("FLEET_BAD_SCENARIO", `${place}:2`, message);
    }
    if (first) {
      const message = `there is no column ${first.name}, a field of ${schema.name} that may not be missing; there are ${columns.join(", ")}`;
      throw new FleetError("FLEET_BAD_SCENARIO", `${place}:1`, message);
    }
    this.#rows = records.map((record, index) =>
      Object.fromEntries(
        schema.fields.map((field) => [
          field.name,
          cellValue(field, record[field.name], `${place}:${index + 2}`),
        ]),
      ),
    );
  }

  /** Rows that are played. */
  get length(): number {
    return this.#rows.length;
  }

  readingOf(node: number, sequence: number, timeS: number): MadeReading {
    const row = this.#rows[(node * 7919 + sequence) % this.#rows.length] ?? {};
    return { time: timeS, values: row as Record<string, FieldValue> };
  }
}

function readRecords(text: string, place: string): Record<string, string>[] {
  try {
    return parseCsv(text, { columns: true, skip_empty_lines: true, trim: true, bom: true });
  } catch (cause) {
    const { lines, message } = cause as { lines?: number; message: string };
    throw new FleetError("FLEET_BAD_SCENARIO", `${place}:${lines ?? 1}`, message, { cause });
  }
}

/** A cell as its field has it; an empty one is missing. */
function cellValue(field: Field, cell: string | undefined, place: string): FieldValue {
  const refuse = (what: string): never => {
    const message = `${field.name} ${JSON.stringify(cell ?? "")} ${what}`;
    throw new FleetError("FLEET_BAD_SCENARIO", place, message);
  };
  if (cell === undefined || cell === "" || /^(na|nan|null|none)$/i.test(cell)) {
    return field.optional ? null : refuse("is missing, and the field is not optional");
  }
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration": {
      const number = Number(cell);
      return Number.isFinite(number) ? onStep(field, number) : refuse("is not a number");
    }
    case "boolean":
      return /^(true|1|yes)$/i.test(cell);
    case "enum":
      return field.values.includes(cell) ? cell : refuse(`is none of ${field.values.join(", ")}`);
    case "text":
      return cell.slice(0, field.maxBytes);
    default:
      return refuse(`cannot be replayed: a field of kind ${field.kind} has no form in a CSV`);
  }
}

function onStep(field: SteppedField, value: number): number {
  const steps = stepsOf(field);
  return valueOfStep(steps, Math.max(0, Math.min(steps.last, stepOfValue(steps, value))));
}
