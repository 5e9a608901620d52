import type { Field } from "@bollard/schema";
import { rangeOf } from "@bollard/schema";
import type { Day } from "./day.js";
import { bell } from "./value-noise.js";

/** How a field's values come about; every part is added to the others. */
export interface FieldModel {
  /** What it is about, in the field's unit. Of a counter: what it gains an hour. */
  readonly mean?: number;
  /** By how much the nodes differ from one another, as a standard deviation. */
  readonly spread?: number;
  /** A curve over the day: so much above the mean at its peak, and below it half a day later. */
  readonly daily?: { readonly amplitude: number; readonly peakHour: number };
  /** What the rush hours add at their height. */
  readonly rush?: number;
  /** What the weather, which all nodes share, adds and takes at most. */
  readonly weather?: number;
  /** Added during these hours of the day, also past midnight. */
  readonly between?: { readonly from: number; readonly to: number; readonly add: number };
  /** So many times as far from its mean as another field, further up in the schema, is from its own. */
  readonly follows?: { readonly field: string; readonly factor: number };
  /** By how much a sensor's zero moves a day; its sign is the node's own. */
  readonly driftPerDay?: number;
  /** From one reading to the next, as a standard deviation. */
  readonly noise?: number;
  /** Share of the readings in which an optional field is missing. */
  readonly missing?: number;
}

/** A model that was made ready: the value at some time, of some node. */
export type FieldCurve = (node: number, sequence: number, day: Day, followed: number) => number;

/**
 * The model of a field of which the scenario says nothing: about its typical step.
 *
 * @returns nothing of kinds that are not numbers
 */
export function usualModel(field: Field): FieldModel {
  if (field.kind === "boolean") return { mean: 0.2, noise: 0.4 };
  if (field.kind === "enum") return { mean: 0, noise: 0.3 };
  if (field.kind === "flags") return { mean: 0.02 };
  if (field.kind === "counter") return { mean: 12 * (field.typicalStep ?? 10), rush: 0 };
  if (field.kind !== "quantity" && field.kind !== "array") return {};
  const { min, max, typicalStep = (max - min) / 200 } = rangeOf(field);
  const lowest = min < 0 && max > 0 ? 0 : min;
  return {
    mean: lowest + Math.min((max - lowest) / 2, 20 * typicalStep),
    daily: { amplitude: 4 * typicalStep, peakHour: 15 },
    noise: typicalStep / 2,
  };
}

/** Makes a model ready for its field. */
export function curveOf(model: FieldModel, seed: number): FieldCurve {
  const { mean = 0, spread = 0, rush = 0, weather = 0, noise = 0, driftPerDay = 0 } = model;
  const { daily, between, follows } = model;
  const factor = follows?.factor ?? 0;
  return (node, sequence, day, followed) => {
    let value = mean + rush * day.rush + weather * day.weather + factor * followed;
    if (spread !== 0) value += spread * bell(seed, node, -1);
    if (daily) {
      value += daily.amplitude * Math.cos(((day.hour - daily.peakHour) * Math.PI) / 12);
    }
    if (between && isBetween(day.hour, between.from, between.to)) value += between.add;
    if (driftPerDay !== 0) {
      value += driftPerDay * (day.days % 365) * (bell(seed, node, -2) < 0 ? -1 : 1);
    }
    if (noise !== 0) value += noise * bell(seed, node, sequence);
    return value;
  };
}

function isBetween(hour: number, from: number, to: number): boolean {
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}
