import type { Field, SensorSchema } from "@bollard/schema";
import type { FieldValue, Position } from "./reading.js";

/** What one SenML record says. */
export type RecordValue = number | string | boolean | Uint8Array;

/** One record that the readings of a schema give, where its value is there. */
export interface RecordForm {
  /** Without the base name: the field's name or LwM2M path, and what belongs to one of its parts. */
  readonly name: string;
  /** SenML name; present only for a number that has one. */
  readonly unit?: string;
  /** The member of the record that holds the value. */
  readonly kind: "value" | "stringValue" | "booleanValue" | "dataValue";
  /** Its value in a reading; undefined where there is none. */
  read(values: Readonly<Record<string, FieldValue>>): RecordValue | undefined;
}

type Part = Omit<RecordForm, "name" | "read"> & {
  readonly suffix: string;
  readonly of: (value: FieldValue) => RecordValue | undefined;
};

/**
 * The records of a schema's readings, in their order: one for each field, but for a position
 * `…/latitude`, `…/longitude` and `…/altitude`, for an array `…/0`, `…/1` and so on, and for flags one
 * boolean each, such as `…/door-open`.
 */
export function recordForms({ fields }: Pick<SensorSchema, "fields">): readonly RecordForm[] {
  const known = formsOf.get(fields);
  if (known) return known;
  const forms = fields.flatMap((field) => {
    const name = field.lwm2m ?? field.name;
    return partsOf(field).map(({ suffix, of, ...form }): RecordForm => {
      const read: RecordForm["read"] = (values) => {
        const value = values[field.name];
        return value === null || value === undefined ? undefined : of(value);
      };
      return { name: `${name}${suffix}`, ...form, read };
    });
  });
  formsOf.set(fields, forms);
  return forms;
}

const formsOf = new WeakMap<readonly Field[], readonly RecordForm[]>();

const asIs = (value: FieldValue) => value as RecordValue;

function partsOf(field: Field): readonly Part[] {
  switch (field.kind) {
    case "quantity":
      return [{ suffix: "", unit: field.unit, kind: "value", of: asIs }];
    case "counter":
      return [{ suffix: "", unit: field.unit ?? "count", kind: "value", of: asIs }];
    case "duration":
      return [{ suffix: "", unit: "s", kind: "value", of: asIs }];
    case "boolean":
      return [{ suffix: "", kind: "booleanValue", of: asIs }];
    case "enum":
    case "text":
      return [{ suffix: "", kind: "stringValue", of: asIs }];
    case "bytes":
      return [{ suffix: "", kind: "dataValue", of: asIs }];
    case "flags":
      return field.flags.map((flag) => ({
        suffix: `/${flag}`,
        kind: "booleanValue",
        of: (value) => (value as readonly string[]).includes(flag),
      }));
    case "array":
      return Array.from({ length: field.length }, (_, index) => ({
        suffix: `/${index}`,
        unit: field.unit,
        kind: "value",
        of: (value) => (value as readonly number[])[index],
      }));
    case "position":
      return [
        coordinate("latitude", "lat"),
        coordinate("longitude", "lon"),
        coordinate("altitude", "m"),
      ];
  }
}

function coordinate(name: keyof Position, unit: string): Part {
  return { suffix: `/${name}`, unit, kind: "value", of: (value) => (value as Position)[name] };
}
