import type { FieldValue } from "@bollard/payload";

/**
 * One row of CSV with its end of line; a missing value is empty.
 *
 * @see RFC 4180
 */
export function csvRow(values: readonly (FieldValue | undefined)[]): string {
  return `${values.map(cellOf).join(",")}\r\n`;
}

function cellOf(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : wordsOf(value);
  // A spreadsheet takes text that begins like this for a formula, and runs it.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function wordsOf(value: Exclude<FieldValue, string | number | boolean | null>): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if ("latitude" in value) return `${value.latitude} ${value.longitude}`;
  return (value as readonly unknown[]).join(" ");
}
