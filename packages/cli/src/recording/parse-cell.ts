import type { FieldValue } from "@bollard/payload";
import type { Field } from "@bollard/schema";

/** A decimal as recordings have them. */
export const decimalPattern = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * One cell of a recording as the value of its field.
 *
 * @returns null for an empty cell
 * @throws RangeError that tells what would be right
 */
export function parseCell(
  cell: string,
  field: Pick<Field, "kind"> & { readonly values?: readonly string[] },
): FieldValue {
  if (cell === "") return null;
  switch (field.kind) {
    case "boolean":
      if (/^(true|1)$/i.test(cell)) return true;
      if (/^(false|0)$/i.test(cell)) return false;
      throw new RangeError(`${cell} is not true or false`);
    case "enum":
      if (field.values?.includes(cell) !== false) return cell;
      throw new RangeError(`${cell} is not one of ${field.values.join(", ")}`);
    case "flags":
      return cell.split(/[ +|]+/).filter((name) => name !== "" && name !== "none");
    case "text":
      return cell;
    case "bytes":
      if (/^([0-9a-f]{2})*$/i.test(cell)) return Uint8Array.from(Buffer.from(cell, "hex"));
      throw new RangeError(`${cell} is no pairs of hexadecimal digits`);
    default:
      if (decimalPattern.test(cell)) return Number(cell);
      throw new RangeError(`${cell} is not a number; give a decimal, such as 12.3, or nothing`);
  }
}
