import type { SeriesRow } from "../engine/series.js";

const columns = [
  "atS",
  "phase",
  "connected",
  "broken",
  "due",
  "sent",
  "acknowledged",
  "received",
  "waiting",
  "p50Ms",
  "p90Ms",
  "p99Ms",
  "maxMs",
  "latenessP99Ms",
  "cpuShare",
  "rssMb",
] as const satisfies readonly (keyof SeriesRow)[];

/** The course of a run as CSV, a line a row; what was not measured is empty. */
export function formatSeriesCsv(rows: readonly SeriesRow[]): string {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return [columns.join(","), ...lines, ""].join("\n");
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  const text = typeof value === "number" ? String(Number(value.toFixed(4))) : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
