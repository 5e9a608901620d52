import type { SensorSchema } from "@bollard/schema";
import type { ResolvedRecord } from "@bollard/senml";
import type { Reading } from "./reading.js";
import { recordForms } from "./record-forms.js";

export interface RecordOptions {
  /** Comes before each name, such as `urn:dev:mac:0024befffe804ff1/`. Default: nothing. */
  readonly baseName?: string;
  /** Seconds since 1970. Default: the reading's own time, where the schema's mode is such. */
  readonly time?: number;
}

/**
 * Turns a reading into SenML records, one for each value that is there.
 *
 * A record is named for its field, or by the field's LwM2M path; {@link recordForms} has them all.
 *
 * @see RFC 8428, section 4
 */
export function toRecords(
  schema: Pick<SensorSchema, "time" | "fields">,
  reading: Reading,
  options: RecordOptions = {},
): ResolvedRecord[] {
  const { baseName = "" } = options;
  const { mode } = schema.time;
  const own = mode === "absolute" || mode === "16" ? reading.time : undefined;
  const time = options.time ?? own;
  const when = time === undefined ? {} : { time };
  const records: ResolvedRecord[] = [];
  for (const { name, unit, kind, read } of recordForms(schema)) {
    const value = read(reading.values);
    if (value === undefined) continue;
    records.push({
      name: `${baseName}${name}`,
      ...(unit !== undefined && { unit }),
      [kind]: value,
      ...when,
    });
  }
  return records;
}
