import type { Field, SensorSchema } from "@bollard/schema";
import type { ResolvedRecord } from "@bollard/senml";
import type { FieldValue, Position, Reading } from "./reading.js";

export interface RecordOptions {
  /** Comes before each name, such as `urn:dev:mac:0024befffe804ff1/`. Default: nothing. */
  readonly baseName?: string;
  /** Seconds since 1970. Default: the reading's own time, where the schema's mode is such. */
  readonly time?: number;
}

/**
 * Turns a reading into SenML records, one for each value that is there.
 *
 * A record is named for its field, or by the field's LwM2M path. A position gives `…/latitude`,
 * `…/longitude` and `…/altitude`, an array `…/0`, `…/1` and so on, flags one boolean each:
 * `…/door-open`.
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
  for (const field of schema.fields) {
    const value = reading.values[field.name];
    if (value === null || value === undefined) continue;
    const name = `${baseName}${field.lwm2m ?? field.name}`;
    for (const part of partsOf(field, value)) {
      const { suffix, ...content } = part;
      records.push({ name: `${name}${suffix}`, ...content, ...when });
    }
  }
  return records;
}

type Part = Omit<ResolvedRecord, "name" | "time"> & { readonly suffix: string };

function partsOf(field: Field, value: FieldValue): readonly Part[] {
  switch (field.kind) {
    case "quantity":
      return [{ suffix: "", unit: field.unit, value: value as number }];
    case "counter":
      return [{ suffix: "", unit: field.unit ?? "count", value: value as number }];
    case "duration":
      return [{ suffix: "", unit: "s", value: value as number }];
    case "boolean":
      return [{ suffix: "", booleanValue: value as boolean }];
    case "enum":
    case "text":
      return [{ suffix: "", stringValue: value as string }];
    case "bytes":
      return [{ suffix: "", dataValue: value as Uint8Array }];
    case "flags": {
      const set = value as readonly string[];
      return field.flags.map((flag) => ({ suffix: `/${flag}`, booleanValue: set.includes(flag) }));
    }
    case "array": {
      const { unit } = field;
      return (value as readonly number[]).map((element, index) => ({
        suffix: `/${index}`,
        unit,
        value: element,
      }));
    }
    case "position":
      return positionParts(value as Position);
  }
}

function positionParts({ latitude, longitude, altitude }: Position): readonly Part[] {
  const ground = [
    { suffix: "/latitude", unit: "lat", value: latitude },
    { suffix: "/longitude", unit: "lon", value: longitude },
  ];
  if (altitude === undefined) return ground;
  return [...ground, { suffix: "/altitude", unit: "m", value: altitude }];
}
