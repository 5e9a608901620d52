import type { FieldValue, Reading } from "@bollard/payload";
import { type Layout, layoutOf } from "@bollard/payload";
import { type SensorSchema, type Steps, stepOfValue } from "@bollard/schema";

/** Counts how often each symbol comes. */
class Histogram {
  readonly #counts = new Map<string | number, number>();
  #total = 0;

  add(symbol: string | number): void {
    this.#counts.set(symbol, (this.#counts.get(symbol) ?? 0) + 1);
    this.#total++;
  }

  /** Bits of all symbols by their own frequencies. */
  get bits(): number {
    let bits = 0;
    for (const count of this.#counts.values()) bits -= count * Math.log2(count / this.#total);
    return bits;
  }
}

/**
 * The bits that an ideal code of first differences would take: the order-0 entropy of each number's
 * difference from the row before, of the time's, and of the mask of what is missing. Names and texts
 * count as "the same" or the new one. No code that looks at one difference at a time, with the
 * frequencies of all rows known beforehand and nothing else to send, takes less.
 *
 * @param readings - as they travel, rounded to their steps
 */
export function entropyBound(schema: SensorSchema, readings: readonly Reading[]): number {
  const layout = layoutOf(schema);
  let bits = 0;
  for (const { field, slot, slotCount } of layout.fields) {
    const columns = Array.from({ length: slotCount }, () => new Histogram());
    let before: readonly (number | string)[] | undefined;
    for (const { values } of readings) {
      const value = values[field.name] ?? null;
      if (value === null) continue;
      const parts = partsOf(value, layout, slot);
      for (const [part, now] of parts.entries()) {
        const was = before?.[part];
        if (was === undefined) continue;
        const isNumber = typeof now === "number" && typeof was === "number";
        columns[part]?.add(isNumber ? now - was : now === was ? "" : `=${now}`);
      }
      before = parts;
    }
    for (const column of columns) bits += column.bits;
  }
  const times = new Histogram();
  const masks = new Histogram();
  const optional = schema.fields.filter((field) => field.optional);
  for (const [index, { time, values }] of readings.entries()) {
    const was = readings[index - 1]?.time;
    if (time !== undefined && was !== undefined) times.add(Math.round((time - was) * 1000));
    masks.add(optional.map(({ name }) => ((values[name] ?? null) === null ? 0 : 1)).join(""));
  }
  return bits + times.bits + masks.bits;
}

/** A value as the whole numbers, or the names, that change from row to row. */
function partsOf(value: FieldValue, layout: Layout, slot: number): readonly (number | string)[] {
  const step = (number: number, part: number) =>
    stepOfValue(layout.slots[slot + part]?.steps as Steps, number);
  if (typeof value === "number") return [step(value, 0)];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("hex")];
  if (Array.isArray(value) && layout.slots[slot]?.steps !== undefined) {
    return (value as readonly number[]).map(step);
  }
  if (typeof value === "object" && value !== null && "latitude" in value) {
    const { latitude, longitude, altitude } = value;
    const parts = [step(latitude, 0), step(longitude, 1)];
    return altitude === undefined ? parts : [...parts, step(altitude, 2)];
  }
  return [JSON.stringify(value)];
}
