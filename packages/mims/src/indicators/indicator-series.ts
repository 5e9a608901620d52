import { HOUR_MS, type HourBuckets } from "./hour-buckets.js";

/** Length of a window, in UTC. */
export type Window = "hour" | "day" | "year";

/** One window of an indicator. */
export interface IndicatorWindow {
  /** ISO 8601, UTC; the window's first moment, and the first one behind it. */
  readonly from: string;
  readonly to: string;
  /** Mean over the places whose data suffices; null where there is none. */
  readonly value: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Places whose data suffices, and all that measured anything. */
  readonly places: number;
  readonly placesMeasured: number;
  /** Of the places that count: share of the window that they measured, 0 to 1. */
  readonly coverage: number;
}

/** An indicator over time, with how it was made. */
export interface IndicatorSeries {
  readonly indicator: string;
  /** UN/CEFACT code; empty where the source says none. */
  readonly unitCode: string;
  readonly window: Window;
  readonly method: string;
  /** Where the readings are from. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** True: readings of simulated nodes are among them (MIM8). */
  readonly simulated: boolean;
  readonly windows: readonly IndicatorWindow[];
}

/** Shares of a window that have to be measured. Directive 2008/50/EC, annex XI. */
const HOUR_SHARE = 0.75;
const DAY_SHARE = 0.75;
const YEAR_SHARE = 0.9;
const HOURS_A_DAY = 24;

const methods: Readonly<Record<Window, string>> = {
  hour: "arithmetic mean of the readings of an hour; an hour counts with 75 % of the readings that the report interval makes",
  day: "arithmetic mean of the hourly means of a day, UTC; a day counts with 75 % of its hours",
  year: "arithmetic mean of the hourly means of a year, UTC; a year counts with 90 % of its hours",
};

/** What a series is told beside the values. */
export interface IndicatorOptions {
  readonly indicator: string;
  readonly unitCode: string;
  readonly window: Window;
  /** Between readings of a node, s. */
  readonly reportIntervalS: number;
  readonly source: string;
  /** ISO 8601. */
  readonly madeAt: string;
}

/**
 * A city's indicator from readings: first an hourly mean of each place, then the window's, then the mean
 * over the places.
 *
 * @see Directive 2008/50/EC, annex XI, for what share has to be measured; ISO 37120 for the kind of
 *   indicator
 */
export function indicatorSeries(buckets: HourBuckets, options: IndicatorOptions): IndicatorSeries {
  const { window, reportIntervalS } = options;
  const expected = Math.max(1, HOUR_MS / 1000 / reportIntervalS);
  const starts = new Map<number, PlaceWindow[]>();
  for (const place of buckets.places) {
    for (const [start, one] of windowsOf(buckets.hoursOf(place), window, expected)) {
      starts.set(start, [...(starts.get(start) ?? []), one]);
    }
  }
  const windows = [...starts]
    .sort(([a], [b]) => a - b)
    .map(([start, places]) => summed(start, endOf(start, window), places));
  return {
    ...{ indicator: options.indicator, unitCode: options.unitCode, window },
    method: `${methods[window]}; then the mean over the places. Shares after Directive 2008/50/EC, annex XI.`,
    ...{ source: options.source, madeAt: options.madeAt },
    simulated: buckets.places.some((place) => /simulated/i.test(place)),
    windows,
  };
}

/** What one place has of a window. */
interface PlaceWindow {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly coverage: number;
  readonly suffices: boolean;
}

function windowsOf(
  hours: ReturnType<HourBuckets["hoursOf"]>,
  window: Window,
  expected: number,
): Map<number, PlaceWindow> {
  const byWindow = new Map<number, { mean: number; min: number; max: number; share: number }[]>();
  for (const [hour, { count, sum, min, max }] of hours) {
    const start = startOf(hour * HOUR_MS, window);
    const share = Math.min(1, count / expected);
    byWindow.set(start, [...(byWindow.get(start) ?? []), { mean: sum / count, min, max, share }]);
  }
  return new Map(
    [...byWindow].map(([start, all]) => {
      const valid = window === "hour" ? all : all.filter(({ share }) => share >= HOUR_SHARE);
      const used = valid.length > 0 ? valid : all;
      const total = (endOf(start, window) - start) / HOUR_MS;
      const coverage = window === "hour" ? (all[0]?.share ?? 0) : valid.length / total;
      return [
        start,
        {
          mean: used.reduce((sum, { mean }) => sum + mean, 0) / used.length,
          min: Math.min(...used.map(({ min }) => min)),
          max: Math.max(...used.map(({ max }) => max)),
          coverage,
          suffices: coverage >= leastShare(window),
        },
      ];
    }),
  );
}

function leastShare(window: Window): number {
  if (window === "hour") return HOUR_SHARE;
  return window === "day" ? DAY_SHARE : YEAR_SHARE;
}

function summed(start: number, end: number, places: readonly PlaceWindow[]): IndicatorWindow {
  const valid = places.filter(({ suffices }) => suffices);
  const mean = (of: (place: PlaceWindow) => number) =>
    valid.reduce((sum, place) => sum + of(place), 0) / valid.length;
  const some = valid.length > 0;
  return {
    from: new Date(start).toISOString(),
    to: new Date(end).toISOString(),
    value: some ? rounded(mean(({ mean: one }) => one)) : null,
    min: some ? Math.min(...valid.map(({ min }) => min)) : null,
    max: some ? Math.max(...valid.map(({ max }) => max)) : null,
    places: valid.length,
    placesMeasured: places.length,
    coverage: some ? rounded(mean(({ coverage }) => coverage)) : 0,
  };
}

function startOf(ms: number, window: Window): number {
  if (window === "hour") return Math.floor(ms / HOUR_MS) * HOUR_MS;
  const date = new Date(ms);
  return window === "day"
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
    : Date.UTC(date.getUTCFullYear(), 0, 1);
}

function endOf(start: number, window: Window): number {
  if (window === "hour") return start + HOUR_MS;
  if (window === "day") return start + HOURS_A_DAY * HOUR_MS;
  return Date.UTC(new Date(start).getUTCFullYear() + 1, 0, 1);
}

/** To four digits: no mean knows more. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
