import { fieldWriterOf } from "./field-writer.js";
import type { FieldLayout, Layout, Row } from "./layout.js";
import type { FieldValue } from "./reading.js";

/** A reading's values, by field name. */
export type Values = Readonly<Record<string, FieldValue | undefined>>;

/**
 * Puts a reading's values in a row of whole numbers.
 *
 * @throws PayloadError with the field that is wrong
 */
export type RowWriter = (values: Values, row: Row) => void;

/**
 * Makes the writer of a layout's rows: straight-line code, or a loop over the fields where the host
 * forbids to make code, as a content security policy does.
 *
 * @param generate - false: the loop. Default: code, where it may be made
 */
export function rowWriterOf(layout: Layout, generate = true): RowWriter {
  const writers = layout.fields.map((field) => fieldWriterOf(field, layout.slots));
  const names = keysOf(layout);
  const toField = (index: number, value: unknown, row: Row): void => {
    row.present[index] = writers[index]?.(value, row) === true ? 1 : 0;
  };
  if (generate) {
    try {
      // Only indexes and numbers of the layout go into the code; names are passed in beside it, so a
      // schema that came over a wire has no way to put a word of its own there.
      return new Function("names", "toField", codeOf(layout))(names, toField) as RowWriter;
    } catch {
      // No code may be made here.
    }
  }
  return (values, row) => {
    for (let index = 0; index < names.length; index++) {
      toField(index, values[names[index] ?? ""], row);
    }
  };
}

function codeOf({ fields, slots }: Layout): string {
  return `"use strict";
${fields.map(({ index }) => `const n${index} = names[${index}];`).join("\n")}
return (values, row) => {
  const steps = row.steps, present = row.present;
  let value, step;
${fields.map((field) => fieldCode(field, slots)).join("\n")}
};`;
}

/** The usual value in line; anything else, and every other kind, by the field's own writer. */
function fieldCode({ field, index, slot }: FieldLayout, slots: Layout["slots"]): string {
  const steps = slots[slot]?.steps;
  const read = `  value = values[n${index}];`;
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

/**
 * The fields' names as the engine keeps the keys of objects. A name cut from a file's text is a string
 * of another kind, by which every access is ten times slower.
 */
export function keysOf({ fields }: Layout): readonly string[] {
  return Object.keys(Object.fromEntries(fields.map(({ field }) => [field.name, 0])));
}

/** A number as it stands in code after any operator. */
export function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}
