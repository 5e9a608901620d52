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

/** Steps that a margin leaves at least: a range of 32 bits is the most a field may have. */
const mostSteps = 2 ** 31;

/**
 * The recorded range and a quarter more to both sides, in round numbers, within what the quantity
 * can be; from 0 on where nothing below was recorded.
 */
export function proposeRange(facts: NumberFacts, guess: Guess): ProposedRange {
  const span = facts.max - facts.min || Math.max(Math.abs(facts.max), 1);
  let { resolution } = facts;
  while (span / resolution > mostSteps / 4) resolution *= 10;
  const margin = span / 4;
  const grid = Math.max(resolution, niceBelow(span / 10));
  const within = facts.min >= (guess.min ?? facts.min) && facts.max <= (guess.max ?? facts.max);
  const floor = facts.min >= 0 ? 0 : ((within ? guess.min : undefined) ?? Number.NEGATIVE_INFINITY);
  const top = (within ? guess.max : undefined) ?? Number.POSITIVE_INFINITY;
  const low = Math.max(Math.floor((facts.min - margin) / grid) * grid, floor);
  const high = Math.min(Math.ceil((facts.max + margin) / grid) * grid, top);
  // As whole steps, so that min is a multiple of the resolution and no double shows.
  const first = Math.floor(low / resolution + 1e-9);
  const last = Math.ceil(high / resolution - 1e-9);
  const digits = Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9));
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
