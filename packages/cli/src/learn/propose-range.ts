import type { NumberFacts } from "./column-facts.js";
import type { Guess } from "./guess-quantity.js";
import { niceBelow } from "./nice-number.js";

/** A range for what was recorded, with a margin for what was not. */
export interface ProposedRange {
  readonly min: number;
  readonly max: number;
  readonly resolution: number;
  /** Bits of a value in a single reading. */
  readonly bits: number;
}

/** A range of 32 bits, one of them for the sign, is the most a field may have. */
const mostSteps = 2 ** 31;

/**
 * The recorded range and a quarter more to both sides, or what the quantity is known to vary by, in
 * round numbers. A quantity with two ends, such as a percentage, gets all of its range; one that
 * cannot be below 0 starts there.
 */
export function proposeRange(facts: NumberFacts, guess: Guess): ProposedRange {
  const isWithin = facts.min >= (guess.min ?? facts.min) && facts.max <= (guess.max ?? facts.max);
  const known: Partial<Guess> = isWithin ? guess : {};
  const span = facts.max - facts.min || Math.max(Math.abs(facts.max), 1);
  let { resolution } = facts;
  while (span / resolution > mostSteps / 4) resolution *= 10;
  if (known.min !== undefined && known.max !== undefined) {
    return inSteps(known.min, known.max, resolution);
  }
  const margin = Math.max(span / 4, guess.margin ?? 0);
  const grid = Math.max(resolution, niceBelow(Math.max(span, margin) / 10));
  const isFromZero = facts.min >= 0 && guess.margin === undefined;
  const floor = isFromZero ? 0 : (known.min ?? Number.NEGATIVE_INFINITY);
  const low = Math.max(Math.floor((facts.min - margin) / grid) * grid, floor);
  const high = Math.ceil((facts.max + margin) / grid) * grid;
  return inSteps(low, Math.min(high, known.max ?? high), resolution);
}

/**
 * As whole steps, so that min is a multiple of the resolution and no double shows; coarser where the
 * ends, in the resolution's last decimal place, are more than 32 bits hold.
 */
function inSteps(low: number, high: number, resolution: number): ProposedRange {
  const digits = Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9));
  const isTooFine = digits > 0 && Math.max(-low, high) * 10 ** digits >= mostSteps;
  if (isTooFine) return inSteps(low, high, resolution * 10);
  const first = Math.floor(low / resolution + 1e-9);
  const last = Math.ceil(high / resolution - 1e-9);
  const value = (step: number) => Number((step * resolution).toFixed(digits));
  return {
    min: value(first),
    max: value(last),
    resolution: value(1),
    bits: 32 - Math.clz32(last - first),
  };
}

/**
 * A coarser resolution that likely loses nothing that anyone wants: what such sensors resolve, or
 * a fifth of the usual change between readings.
 *
 * @returns undefined where the recorded one is as coarse already
 */
export function coarserResolution(
  facts: NumberFacts,
  guess: Guess,
  range: ProposedRange,
): number | undefined {
  const byNoise = facts.meanStep > 0 ? niceBelow(facts.meanStep / 5) : 0;
  const coarser = guess.resolution ?? byNoise;
  const leavesSteps = (range.max - range.min) / coarser >= 16;
  return coarser > range.resolution * 1.5 && leavesSteps ? coarser : undefined;
}
