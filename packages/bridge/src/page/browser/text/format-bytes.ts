import { formatFigure, formatNumber } from "./format-number.js";

const units = ["kB", "MB", "GB", "TB"];

/** Bytes in decimal units, about three digits: `14.2 B`, `512 B`, `3.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Number.isInteger(bytes) ? bytes : formatFigure(bytes)} B`;
  let value = bytes;
  let unit = "B";
  for (const larger of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  return `${formatNumber(value, value >= 99.95 ? 0 : 1)} ${unit}`;
}
