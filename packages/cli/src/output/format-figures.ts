import type { LatencySummary } from "@bollard/fleet";

/** A count with thousands apart. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Milliseconds with three digits that count. */
export function ms(value: number): string {
  if (value >= 100) return `${count(value)} ms`;
  return `${value >= 10 ? value.toFixed(1) : value.toFixed(2)} ms`;
}

/** `p50 1.20 ms  p90 …  max …`, or that there is none. */
export function percentiles(summary: LatencySummary | undefined): string {
  if (!summary) return "none";
  const { p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = summary;
  return `p50 ${ms(p50Ms)}  p90 ${ms(p90Ms)}  p99 ${ms(p99Ms)}  p99.9 ${ms(p999Ms)}  max ${ms(maxMs)}`;
}

/** Lines of a name and a value, the values below each other. */
export function lines(rows: readonly (readonly [name: string, value: string] | false)[]): string {
  const shown = rows.filter((row) => row !== false);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join("");
}
