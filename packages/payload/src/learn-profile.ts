import type { Field, Profile, SensorSchema, Steps, Trend } from "@bollard/schema";
import { foldError, followed, nextGuess } from "./guess.js";
import { emptyRow, type FieldLayout, type Layout, layoutOf } from "./layout.js";
import type { Reading } from "./reading.js";
import { rowWriterOf } from "./row-writer.js";

/** A number in each row, by slot; -1 where it is missing. */
type Series = Float64Array;

/** How well a way of guessing did. */
interface Outcome {
  /** Mean of what was left of the guesses. */
  readonly mean: number;
  /** By slot: how far each row's number was from its own guess; 0 where there is none. */
  readonly changes: readonly Series[];
}

const trends = [
  ["returns", -1],
  ["continues", 1],
] as const satisfies readonly (readonly [Trend, number])[];

/** A trend is worth its code from a hundredth on, following from three. */
const worthTrend = 0.99;
const worthFollowing = 0.97;
const mostShift = 8;

/**
 * Learns from recorded readings what a batch should expect of each number, and gives the schema with
 * that profile in place of its own: `typicalStep`, `trend` and `follows`. The layout is another one,
 * so it needs an id of its own.
 *
 * @param readings - in the order of their times; a few hundred say enough
 * @throws {@link PayloadError} with the field that is wrong
 */
export function learnProfile(schema: SensorSchema, readings: readonly Reading[]): SensorSchema {
  const layout = layoutOf(schema);
  const numbers = numbersOf(layout, readings);
  const fields: Field[] = [];
  let before: { readonly changes: Series; readonly steps: Steps } | undefined;
  for (const place of layout.fields) {
    const steps = layout.slots[place.slot]?.steps;
    if (steps === undefined) {
      fields.push(place.field);
      continue;
    }
    const learnt = learnField(layout, place, steps, numbers, before);
    fields.push({ ...withoutProfile(place.field), ...learnt.profile } as Field);
    const last = place.slotCount - 1;
    const lastSteps = layout.slots[place.slot + last]?.steps ?? steps;
    before = { changes: learnt.changes[last] ?? new Float64Array(0), steps: lastSteps };
  }
  return { ...schema, fields };
}

function withoutProfile(field: Field): Field {
  const { typicalStep: _, trend: __, follows: ___, ...rest } = field as Field & Profile;
  return rest as Field;
}

/** The numbers of each row; of a counter its increments. */
function numbersOf(layout: Layout, readings: readonly Reading[]): readonly Series[] {
  const toRow = rowWriterOf(layout);
  const row = emptyRow(layout);
  const numbers = layout.slots.map(() => new Float64Array(readings.length).fill(-1));
  const counted = layout.slots.map(() => -1);
  for (const [index, reading] of readings.entries()) {
    toRow(reading.values, row);
    for (const { field, index: place, slot, slotCount } of layout.fields) {
      if (row.present[place] === 0) continue;
      for (let part = slot; part < slot + slotCount; part++) {
        const series = numbers[part];
        const step = row.steps[part] ?? 0;
        if (series === undefined) continue;
        if (field.kind !== "counter") {
          series[index] = step;
        } else {
          const last = layout.slots[part]?.last ?? 0;
          const earlier = counted[part] ?? -1;
          if (earlier >= 0) series[index] = ((step - earlier) & last) >>> 0;
          counted[part] = step;
        }
      }
    }
  }
  return numbers;
}

interface Learnt {
  readonly profile: Profile;
  readonly changes: readonly Series[];
}

function learnField(
  layout: Layout,
  place: FieldLayout,
  steps: Steps,
  numbers: readonly Series[],
  before: { readonly changes: Series; readonly steps: Steps } | undefined,
): Learnt {
  const { field, slot, slotCount } = place;
  const slots = Array.from({ length: slotCount }, (_, part) => slot + part);
  const own = slots.map((part) => numbers[part] ?? new Float64Array(0));
  const lasts = slots.map((part) => layout.slots[part]?.last ?? 0);
  let best = tryTrend(own, lasts, 0);
  let trend: Trend = "stays";
  for (const [name, sign] of trends) {
    const outcome = tryTrend(own, lasts, sign);
    if (outcome.mean >= best.mean * worthTrend) continue;
    best = outcome;
    trend = name;
  }
  const isArray = field.kind === "array";
  const leaders = isArray
    ? [undefined, ...best.changes.slice(0, -1)]
    : [field.kind === "position" ? undefined : before?.changes];
  const beforeSteps = isArray ? steps : before?.steps;
  let { mean } = best;
  let follows: number | undefined;
  for (const sign of [1, -1]) {
    for (let shift = 0; shift <= mostShift; shift++) {
      const followedMean = tryFollowing(own, lasts, best.changes, leaders, sign, shift);
      if (followedMean >= mean * (follows === undefined ? worthFollowing : 1)) continue;
      mean = followedMean;
      follows = (sign * ratioOf(steps, beforeSteps ?? steps)) / 2 ** shift;
    }
  }
  const typical = field.kind === "counter" ? meanOf(own) : mean / 2;
  return {
    profile: {
      typicalStep: inUnits(typical, steps),
      ...(trend === "stays" ? {} : { trend }),
      ...(follows === undefined ? {} : { follows }),
    },
    changes: best.changes,
  };
}

/** Units of a number where the number before it has one. */
function ratioOf(own: Steps, before: Steps): number {
  return own.resolution / own.scale / (before.resolution / before.scale);
}

/** A step's sixteenths in the unit, as a decimal of few digits. */
function inUnits(steps: number, { resolution, scale }: Steps): number {
  return Number(((Math.round(steps * 16) / 16) * (resolution / scale)).toPrecision(12));
}

function meanOf(numbers: readonly Series[]): number {
  let sum = 0;
  let count = 0;
  for (const series of numbers) {
    for (const number of series) {
      if (number < 0) continue;
      sum += number;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

function tryTrend(numbers: readonly Series[], lasts: readonly number[], trend: number): Outcome {
  const changes = numbers.map((series) => new Float64Array(series.length));
  let sum = 0;
  let count = 0;
  for (const [part, series] of numbers.entries()) {
    const last = lasts[part] ?? 0;
    let guess = -1;
    for (const [row, number] of series.entries()) {
      if (number < 0) continue;
      if (guess >= 0) {
        const change = number - guess;
        (changes[part] as Series)[row] = change;
        sum += foldError(number, guess, last);
        count++;
        guess = nextGuess(number, change, trend, last);
      } else {
        guess = number;
      }
    }
  }
  return { mean: count === 0 ? 0 : sum / count, changes };
}

/** The mean of what is left where each number's guess is moved with its leader's change. */
function tryFollowing(
  numbers: readonly Series[],
  lasts: readonly number[],
  changes: readonly Series[],
  leaders: readonly (Series | undefined)[],
  sign: number,
  shift: number,
): number {
  let sum = 0;
  let count = 0;
  for (const [part, series] of numbers.entries()) {
    const last = lasts[part] ?? 0;
    let isFirst = true;
    for (const [row, number] of series.entries()) {
      if (number < 0) continue;
      if (!isFirst) {
        const guess = number - (changes[part]?.[row] ?? 0);
        const lead = leaders[part]?.[row] ?? 0;
        sum += foldError(number, followed(guess, lead, sign, shift, last), last);
        count++;
      }
      isFirst = false;
    }
  }
  return count === 0 ? 0 : sum / count;
}
