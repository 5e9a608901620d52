import { type FieldValue, layoutOf, type Reading, type Slot } from "@bollard/payload";
import { type Field, type SensorSchema, valueOfStep } from "@bollard/schema";

/** Seconds between readings where the schema says nothing. */
const defaultInterval = 60;
/** One in so many readings has another name, flag or truth value than the one before it. */
const changeOneIn = 20;
const start = 1_700_000_000;

/** Numbers from 0 to below 1, always the same: what is printed shall not differ from run to run. */
function numbersFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    // Mulberry32 by Tommy Ettinger, public domain.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Readings as a street gives them: nothing is missing, each number moves by its field's typical step
 * in the mean, up or down, and as far as a batch would guess where the schema tells none; a counter
 * rises; a name, flag or truth value changes once in twenty readings, texts and bytes never.
 *
 * The same for the same schema each time.
 */
export function typicalReadings(schema: SensorSchema, count: number): Reading[] {
  const random = numbersFrom(schema.id);
  const { slots, fields } = layoutOf(schema);
  const steps = slots.map((slot) => Math.floor(slot.last / 2));
  const interval = schema.reportInterval ?? defaultInterval;
  return Array.from({ length: count }, (_, row) => {
    const values: Record<string, FieldValue> = {};
    for (const { field, slot, slotCount } of fields) {
      const own = slots.slice(slot, slot + slotCount);
      const isSteady = field.kind === "text" || field.kind === "bytes";
      for (const [part, shape] of own.entries()) {
        if (row === 0 || isSteady) continue;
        steps[slot + part] = moved(field, shape, steps[slot + part] ?? 0, random);
      }
      values[field.name] = valueFrom(field, own, steps.slice(slot, slot + slotCount));
    }
    if (schema.time.mode === "none") return { values };
    return { time: Math.floor((start + row * interval) * 1000) / 1000, values };
  });
}

function moved(field: Field, { last, model, steps }: Slot, step: number, random: () => number) {
  if (steps === undefined || model === undefined) {
    return random() * changeOneIn < 1 ? Math.floor(random() * (last + 1)) : step;
  }
  const typical = steps.typicalStep ?? model.mean / 32;
  const size = geometric(typical, random());
  if (field.kind === "counter") return (step + size) % (last + 1);
  const next = random() < 0.5 ? step - size : step + size;
  // At an end of the range it turns round.
  const folded = next < 0 ? -next : next > last ? 2 * last - next : next;
  return Math.min(Math.max(folded, 0), last);
}

/** A whole number from 0 on, with this mean. */
function geometric(mean: number, random: number): number {
  if (mean <= 0) return 0;
  return Math.floor(Math.log(1 - random) / Math.log(mean / (1 + mean)));
}

function valueFrom(field: Field, slots: readonly Slot[], steps: readonly number[]): FieldValue {
  const [first = 0] = steps;
  switch (field.kind) {
    case "boolean":
      return first === 1;
    case "enum":
      return field.values[first] ?? null;
    case "flags":
      return field.flags.filter((_, bit) => ((first >>> bit) & 1) === 1);
    case "text":
      return "x".repeat(first);
    case "bytes":
      return new Uint8Array(first);
    case "position": {
      const [latitude = 0, longitude = 0, altitude] = numbersOf(slots, steps);
      return altitude === undefined ? { latitude, longitude } : { latitude, longitude, altitude };
    }
    case "array":
      return numbersOf(slots, steps);
    default:
      return numbersOf(slots, steps)[0] ?? null;
  }
}

function numbersOf(slots: readonly Slot[], steps: readonly number[]): number[] {
  return slots.map(({ steps: scale }, part) =>
    scale === undefined ? 0 : valueOfStep(scale, steps[part] ?? 0),
  );
}
