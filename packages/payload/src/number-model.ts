import {
  type Field,
  type Follow,
  followOf,
  type SensorSchema,
  type Steps,
  type Trend,
} from "@bollard/schema";

/** What a batch knows beforehand of one number of a row. */
export interface NumberModel {
  /** Mean of what is left of a guess, in sixteenths of a step, as a batch begins; 0 to 65520. */
  readonly mean: number;
  /** The increment that a counter's second row is guessed to have; undefined for no counter. */
  readonly increment: number | undefined;
  readonly trend: Trend;
  /** How it moves with the number before it. */
  readonly follow: Follow | undefined;
}

/** The highest mean, in sixteenths: 4095 steps. */
export const mostMean = 65520;

/** A counter's mean where the schema tells none: 16 steps. */
const counterMean = 256;

/**
 * What the schema tells of one number of a field.
 *
 * @param steps - of that number, not of the whole field
 * @param part - its index within the field
 * @see docs/payload-format.md, section 7.6
 */
export function numberModel(
  schema: Pick<SensorSchema, "fields">,
  index: number,
  steps: Steps,
  part: number,
): NumberModel {
  const field = schema.fields[index];
  const typical = steps.typicalStep;
  const isCounter = field?.kind === "counter";
  const mean = typical === undefined ? unknownMean(isCounter, steps) : 2 * Math.round(typical * 16);
  return {
    mean: Math.min(mean, mostMean),
    increment: isCounter ? Math.round(typical ?? 0) : undefined,
    trend: trendOf(field),
    follow: field?.kind === "array" && part === 0 ? undefined : followOf(schema.fields, index),
  };
}

function unknownMean(isCounter: boolean, { bits }: Steps): number {
  return isCounter ? counterMean : 16 * 2 ** Math.max(0, (bits >> 1) - 1);
}

function trendOf(field: Field | undefined): Trend {
  return field !== undefined && "trend" in field ? (field.trend ?? "stays") : "stays";
}
