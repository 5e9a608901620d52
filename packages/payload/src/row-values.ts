import { fieldCodecOf } from "./field-codec.js";
import type { FieldLayout, Layout, Row } from "./layout.js";
import type { FieldValue } from "./reading.js";

/** A reading's values, by field name. */
export type Values = Readonly<Record<string, FieldValue | undefined>>;

/** Turns a reading's values into a row of whole numbers and back. */
export interface RowValues {
  /** @throws PayloadError with the field that is wrong */
  readonly toRow: (values: Values, row: Row) => void;
  readonly toValues: (row: Row) => Record<string, FieldValue>;
}

/**
 * The row of a layout, by straight-line code made once, or by a loop over the fields where the
 * host forbids to make code, as a content security policy does.
 *
 * @param generate - false: the loop. Default: code, where it may be made
 */
export function rowValuesOf(layout: Layout, generate = true): RowValues {
  const codecs = layout.fields.map((field) => fieldCodecOf(field, layout.slots));
  const names = asKeys(layout.fields.map(({ field }) => field.name));
  const toField = (index: number, value: unknown, row: Row): number => {
    const present = codecs[index]?.toRow(value, row) === true ? 1 : 0;
    row.present[index] = present;
    return present;
  };
  const toValue = (index: number, row: Row): FieldValue =>
    row.present[index] === 1 ? (codecs[index]?.toValue(row) ?? null) : null;
  if (generate) {
    const made = generateCode(layout, names, toField, toValue);
    if (made !== undefined) return made;
  }
  return {
    toRow(values, row) {
      for (let index = 0; index < names.length; index++) {
        toField(index, values[names[index] ?? ""], row);
      }
    },
    toValues(row) {
      const values: Record<string, FieldValue> = {};
      for (let index = 0; index < names.length; index++) {
        values[names[index] ?? ""] = toValue(index, row);
      }
      return values;
    },
  };
}

/**
 * The same names as the engine keeps the keys of objects. A name cut from a file's text is a string
 * of another kind, by which every access is ten times slower.
 */
function asKeys(names: readonly string[]): readonly string[] {
  return Object.keys(Object.fromEntries(names.map((name) => [name, 0])));
}

type ToField = (index: number, value: unknown, row: Row) => number;
type ToValue = (index: number, row: Row) => FieldValue;

/**
 * Only indexes and numbers of the layout go into the code; names are passed in beside it, so a
 * schema that came over a wire has no way to put a word of its own there.
 */
function generateCode(
  layout: Layout,
  names: readonly string[],
  toField: ToField,
  toValue: ToValue,
): RowValues | undefined {
  const code = `"use strict";
${names.map((_, index) => `const n${index} = names[${index}];`).join("\n")}
return {
  toRow(values, row) {
    const steps = row.steps, present = row.present;
    let value, step;
${layout.fields.map((field) => writeCode(field, layout)).join("\n")}
  },
  toValues(row) {
    const steps = row.steps, present = row.present;
    return {
${layout.fields.map((field) => readCode(field, layout)).join("\n")}
    };
  },
};`;
  try {
    return new Function("names", "toField", "toValue", code)(names, toField, toValue) as RowValues;
  } catch {
    return undefined;
  }
}

/** The usual value in line; anything else, and every other kind, by the field's own codec. */
function writeCode({ field, index, slot }: FieldLayout, layout: Layout): string {
  const steps = layout.slots[slot]?.steps;
  const read = `    value = values[n${index}];`;
  const other = `toField(${index}, value, row);`;
  if (field.kind === "boolean") {
    return `${read}
    if (typeof value === "boolean") { steps[${slot}] = value ? 1 : 0; present[${index}] = 1; }
    else ${other}`;
  }
  if (steps === undefined || field.kind === "array" || field.kind === "position") {
    return `${read} ${other}`;
  }
  const scaled = `value * ${steps.scale} - ${literal(steps.min)}`;
  const step = steps.resolution === 1 ? scaled : `(${scaled}) / ${steps.resolution}`;
  return `${read}
    if (typeof value === "number" && (step = Math.round(${step})) >= 0 && step <= ${steps.last}) {
      steps[${slot}] = step; present[${index}] = 1;
    } else ${other}`;
}

function readCode({ field, index, slot }: FieldLayout, layout: Layout): string {
  const steps = layout.slots[slot]?.steps;
  const other = `      [n${index}]: toValue(${index}, row),`;
  if (field.kind === "boolean") {
    return `      [n${index}]: present[${index}] === 1 ? steps[${slot}] === 1 : null,`;
  }
  if (steps === undefined || field.kind === "array" || field.kind === "position") return other;
  const count = steps.resolution === 1 ? `steps[${slot}]` : `steps[${slot}] * ${steps.resolution}`;
  const sum = steps.min === 0 ? count : `${count} + ${literal(steps.min)}`;
  const value = steps.scale === 1 ? sum : `(${sum}) / ${steps.scale}`;
  return `      [n${index}]: present[${index}] === 1 ? ${value} : null,`;
}

function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}
