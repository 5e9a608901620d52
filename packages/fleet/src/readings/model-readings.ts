import type { FieldValue } from "@bollard/payload";
import {
  type ArrayField,
  type Field,
  type QuantityField,
  type SensorSchema,
  stepOfValue,
  stepsOf,
  valueOfStep,
} from "@bollard/schema";
import { Day } from "./day.js";
import { curveOf, type FieldModel, usualModel } from "./field-model.js";
import type { MadeReading, NodeReadings } from "./node-readings.js";
import { bell, chance } from "./value-noise.js";

/** Where nodes stand, or go about. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** How far from there the nodes are spread, m. */
  readonly radiusM: number;
}

/** How a street's readings are made up. */
export interface ModelOptions {
  readonly schema: SensorSchema;
  readonly seed: number;
  /** By field; what is not here has the usual model of its field. */
  readonly models: Readonly<Record<string, FieldModel>>;
  readonly place: Place;
}

/** One field's value; `followed` is how far the field it follows is from its mean. */
type FieldMaker = (node: number, sequence: number, day: Day, followed: number) => FieldValue;

interface MadeField {
  readonly name: string;
  readonly make: FieldMaker;
  readonly mean: number;
  readonly follows: string | undefined;
  readonly missing: number;
  readonly seed: number;
}

const M_PER_DEGREE = 111_320;
const TURN_S = 600;

/** Readings by models: daily curve, weather, rush hours, noise, drift, gaps. */
export class ModelReadings implements NodeReadings {
  readonly #fields: readonly MadeField[];
  readonly #day: Day;
  readonly #reading: MadeReading = { time: 0, values: {} };
  readonly #followed: Record<string, number> = {};

  constructor({ schema, seed, models, place }: ModelOptions) {
    this.#day = new Day(seed);
    this.#fields = schema.fields.map((field, index): MadeField => {
      const model = models[field.name] ?? usualModel(field);
      const own = seed + 101 * (index + 1);
      return {
        name: field.name,
        make: makerOf(field, model, own, place, schema.mobility === "mobile"),
        mean: model.mean ?? 0,
        follows: model.follows?.field,
        missing: field.optional ? (model.missing ?? 0) : 0,
        seed: own,
      };
    });
    for (const { name } of this.#fields) this.#reading.values[name] = null;
  }

  readingOf(node: number, sequence: number, timeS: number): MadeReading {
    this.#day.moveTo(timeS);
    const reading = this.#reading;
    reading.time = timeS;
    for (const { name, make, mean, follows, missing, seed } of this.#fields) {
      const followed = follows === undefined ? 0 : (this.#followed[follows] ?? 0);
      const value = make(node, sequence, this.#day, followed);
      this.#followed[name] = typeof value === "number" ? value - mean : 0;
      const isMissing = missing > 0 && chance(seed + 5, node, sequence) < missing;
      reading.values[name] = isMissing ? null : value;
    }
    return reading;
  }
}

function makerOf(
  field: Field,
  model: FieldModel,
  seed: number,
  place: Place,
  isMobile: boolean,
): FieldMaker {
  const curve = curveOf(model, seed);
  switch (field.kind) {
    case "quantity":
      return quantityOf(field, curve);
    case "array": {
      const one = quantityOf(field, curve);
      return (node, sequence, day, followed) =>
        Array.from({ length: field.length }, (_, index) =>
          one(node, sequence * field.length + index, day, followed),
        ) as readonly number[];
    }
    case "counter":
      return counterOf(2 ** field.bits, curve);
    case "duration": {
      const last = stepsOf(field).last;
      return (node, _, day) =>
        valueOfStep(
          stepsOf(field),
          Math.floor((day.days * 86_400) / field.resolution + node * 977) % last,
        );
    }
    case "boolean":
      return (node, sequence, day, followed) => curve(node, sequence, day, followed) >= 0.5;
    case "enum":
      return (node, sequence, day, followed) => {
        const index = Math.round(curve(node, sequence, day, followed));
        return field.values[Math.max(0, Math.min(field.values.length - 1, index))] as string;
      };
    case "flags":
      return (node, sequence) =>
        field.flags.filter((_, flag) => chance(seed + flag, node, sequence) < (model.mean ?? 0));
    case "position":
      return positionOf(seed, place, isMobile, field.altitude);
    case "text":
      return (node) => `simulated-${node + 1}`.slice(0, field.maxBytes);
    case "bytes":
      return (node, sequence) =>
        Uint8Array.from({ length: Math.min(field.maxBytes, 8) }, (_, at) =>
          Math.floor(chance(seed + at, node, sequence) * 256),
        );
  }
}

/** Within the field's range, on one of its steps. */
function quantityOf(
  field: QuantityField | ArrayField,
  curve: ReturnType<typeof curveOf>,
): (node: number, sequence: number, day: Day, followed: number) => number {
  const steps = stepsOf(field);
  return (node, sequence, day, followed) => {
    const step = stepOfValue(steps, curve(node, sequence, day, followed));
    return valueOfStep(steps, Math.max(0, Math.min(steps.last, step)));
  };
}

/** Grows by what the curve says an hour, from one message of the node to the next. */
function counterOf(size: number, curve: ReturnType<typeof curveOf>): FieldMaker {
  const counts: number[] = [];
  const lastDays: number[] = [];
  return (node, sequence, day, followed) => {
    const hours = (day.days - (lastDays[node] ?? day.days)) * 24;
    lastDays[node] = day.days;
    const gained = Math.max(0, curve(node, sequence, day, followed)) * Math.max(0, hours);
    const count = ((counts[node] ?? 0) + gained) % size;
    counts[node] = count;
    return Math.floor(count);
  };
}

function positionOf(
  seed: number,
  { latitude, longitude, radiusM }: Place,
  isMobile: boolean,
  altitude: { readonly min: number; readonly max: number } | undefined,
): FieldMaker {
  const north = radiusM / M_PER_DEGREE;
  const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
  return (node, _, day) => {
    const turn = isMobile ? (day.days * 86_400) / TURN_S + node : 0;
    const [up, right] = [bell(seed, node, 0) / 3, bell(seed, node, 1) / 3];
    return {
      latitude: latitude + north * (up + (isMobile ? 0.2 * Math.sin(turn) : 0)),
      longitude: longitude + east * (right + (isMobile ? 0.2 * Math.cos(turn) : 0)),
      ...(altitude && { altitude: Math.max(altitude.min, Math.min(altitude.max, 2)) }),
    };
  };
}
