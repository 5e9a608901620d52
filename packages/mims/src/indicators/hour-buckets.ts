/** What was measured in one hour at one place. */
export interface Bucket {
  count: number;
  sum: number;
  min: number;
  max: number;
}

export const HOUR_MS = 3_600_000;

/** Measured values by place and hour: as many buckets as there are hours with a value, whatever comes in. */
export class HourBuckets {
  readonly #byPlace = new Map<string, Map<number, Bucket>>();

  /** @param atMs - Unix time */
  add(place: string, atMs: number, value: number): void {
    const hour = Math.floor(atMs / HOUR_MS);
    const hours = this.#byPlace.get(place) ?? new Map<number, Bucket>();
    this.#byPlace.set(place, hours);
    const bucket = hours.get(hour);
    if (!bucket) {
      hours.set(hour, { count: 1, sum: value, min: value, max: value });
      return;
    }
    bucket.count++;
    bucket.sum += value;
    bucket.min = Math.min(bucket.min, value);
    bucket.max = Math.max(bucket.max, value);
  }

  get places(): readonly string[] {
    return [...this.#byPlace.keys()].sort();
  }

  /** Hours since 1970 with what was measured in them. */
  hoursOf(place: string): ReadonlyMap<number, Bucket> {
    return this.#byPlace.get(place) ?? new Map();
  }
}
