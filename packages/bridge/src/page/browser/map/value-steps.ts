import { niceBelow } from "../parts/nice-number.js";

/** How the map shades a value: five steps between two round numbers. */
export interface ValueSteps {
  readonly from: number;
  readonly to: number;
  /** 0 for the lowest fifth to 4 for the highest; values outside belong to the ends. */
  stepOf(value: number): number;
}

/** The number of shades. */
export const STEP_COUNT = 5;

/**
 * Five equal steps over the middle four fifths of all values, so that a few wild ones do not leave
 * the others without a difference. The ends are round, so they seldom move.
 */
export function valueSteps(values: readonly number[]): ValueSteps | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(0.1), at(0.9)];
  const width = high - low || Math.abs(high) * 0.1 || 1;
  const grain = niceBelow(width / 2);
  const from = tidy(Math.floor(low / grain) * grain);
  const to = tidy(Math.max(Math.ceil(high / grain), Math.floor(low / grain) + 1) * grain);
  return {
    from,
    to,
    stepOf: (value) => {
      const step = Math.floor(((value - from) / (to - from)) * STEP_COUNT);
      return Math.min(STEP_COUNT - 1, Math.max(0, step));
    },
  };
}

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
