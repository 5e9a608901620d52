import type { LatencySummary } from "./latency.js";

/** One row of a run's course: what stood at its end, and the latencies since the row before. */
export interface SeriesRow {
  /** From the first phase's start, s; below 0 while it connects. */
  readonly atS: number;
  readonly phase: string;
  readonly connected: number;
  readonly broken: number;
  readonly due: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly received: number;
  readonly waiting: number;
  /** From due. */
  readonly p50Ms: number | undefined;
  readonly p90Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
  /** Of the fleet itself: how late it was at the 99th percentile, and its share of a core. */
  readonly latenessP99Ms: number | undefined;
  readonly cpuShare: number;
  readonly rssMb: number;
  /** What the broker says of itself under `$SYS`, where it does: numbers by topic. */
  readonly broker: Readonly<Record<string, number>>;
}

/** Most rows; an hour of seconds fits. */
const MAX_ROWS = 3600;

/**
 * The course of a run, a row a second. When it is full every two rows become one, so that a week
 * takes no more than an hour: counts are those at the end, latencies the worse of the two.
 */
export class Series {
  #rows: SeriesRow[] = [];
  /** Rows added for each that is kept. */
  #every = 1;
  #pending: SeriesRow | undefined;
  #count = 0;
  readonly #maxRows: number;

  constructor(maxRows = MAX_ROWS) {
    this.#maxRows = maxRows;
  }

  add(row: SeriesRow): void {
    this.#pending = this.#pending ? join(this.#pending, row) : row;
    if (++this.#count % this.#every !== 0) return;
    this.#rows.push(this.#pending);
    this.#pending = undefined;
    if (this.#rows.length < this.#maxRows) return;
    const halved: SeriesRow[] = [];
    for (let at = 0; at + 1 < this.#rows.length; at += 2) {
      halved.push(join(this.#rows[at] as SeriesRow, this.#rows[at + 1] as SeriesRow));
    }
    this.#rows = halved;
    this.#every *= 2;
  }

  rows(): readonly SeriesRow[] {
    return this.#pending ? [...this.#rows, this.#pending] : [...this.#rows];
  }
}

/** Percentiles as a row has them. */
export function rowLatency(
  summary: LatencySummary | undefined,
): Pick<SeriesRow, "p50Ms" | "p90Ms" | "p99Ms" | "maxMs"> {
  const { p50Ms, p90Ms, p99Ms, maxMs } = summary ?? {};
  return { p50Ms, p90Ms, p99Ms, maxMs };
}

function join(first: SeriesRow, second: SeriesRow): SeriesRow {
  return {
    ...second,
    p50Ms: worse(first.p50Ms, second.p50Ms),
    p90Ms: worse(first.p90Ms, second.p90Ms),
    p99Ms: worse(first.p99Ms, second.p99Ms),
    maxMs: worse(first.maxMs, second.maxMs),
    latenessP99Ms: worse(first.latenessP99Ms, second.latenessP99Ms),
    cpuShare: (first.cpuShare + second.cpuShare) / 2,
  };
}

function worse(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.max(one, other);
}
