import { fieldReaderOf } from "./field-reader.js";
import type { FieldLayout, Layout, Row } from "./layout.js";
import type { FieldValue } from "./reading.js";
import { keysOf, literal } from "./row-writer.js";

/** Reads a row's values, by field name. */
export type RowReader = (row: Row) => Record<string, FieldValue>;

/**
 * Makes the reader of a layout's rows, as `rowWriterOf` makes their writer.
 *
 * @param generate - false: a loop. Default: code, where it may be made
 */
export function rowReaderOf(layout: Layout, generate = true): RowReader {
  const readers = layout.fields.map((field) => fieldReaderOf(field, layout.slots));
  const names = keysOf(layout);
  const toValue = (index: number, row: Row): FieldValue =>
    row.present[index] === 1 ? (readers[index]?.(row) ?? null) : null;
  if (generate) {
    try {
      return new Function("names", "toValue", codeOf(layout))(names, toValue) as RowReader;
    } catch {
      // No code may be made here.
    }
  }
  return (row) => {
    const values: Record<string, FieldValue> = {};
    for (let index = 0; index < names.length; index++) {
      values[names[index] ?? ""] = toValue(index, row);
    }
    return values;
  };
}

/** Only indexes and numbers of the layout, as in a writer's code. */
function codeOf({ fields, slots }: Layout): string {
  return `"use strict";
${fields.map(({ index }) => `const n${index} = names[${index}];`).join("\n")}
return (row) => {
  const steps = row.steps, present = row.present;
  return {
${fields.map((field) => fieldCode(field, slots)).join("\n")}
  };
};`;
}

function fieldCode({ field, index, slot }: FieldLayout, slots: Layout["slots"]): string {
  const steps = slots[slot]?.steps;
  if (field.kind === "boolean") {
    return `    [n${index}]: present[${index}] === 1 ? steps[${slot}] === 1 : null,`;
  }
  if (steps === undefined || field.kind === "array" || field.kind === "position") {
    return `    [n${index}]: toValue(${index}, row),`;
  }
  const count = steps.resolution === 1 ? `steps[${slot}]` : `steps[${slot}] * ${steps.resolution}`;
  const sum = steps.min === 0 ? count : `${count} + ${literal(steps.min)}`;
  const value = steps.scale === 1 ? sum : `(${sum}) / ${steps.scale}`;
  return `    [n${index}]: present[${index}] === 1 ? ${value} : null,`;
}
