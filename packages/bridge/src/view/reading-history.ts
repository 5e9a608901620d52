/** A series for a plot: `values[i]` at `times[i]`, Unix seconds; `null` is a gap. */
export interface Series {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/**
 * The latest readings of one node and schema, in order of their time, for plots.
 *
 * Holds at most `capacity` readings: 8 bytes for each field and for the time. A reading that comes
 * late takes its place in the order; one older than all of a full history is left out.
 */
export class ReadingHistory {
  readonly #capacity: number;
  readonly #fields: ReadonlyMap<string, number>;
  /** Rows of time and values one after the other, the oldest first, in a ring. */
  #rows: Float64Array;
  readonly #width: number;
  #first = 0;
  #length = 0;

  /** @param fields - names of the fields whose values are numbers */
  constructor(capacity: number, fields: readonly string[]) {
    this.#capacity = capacity;
    this.#fields = new Map(fields.map((field, index) => [field, index + 1]));
    this.#width = fields.length + 1;
    this.#rows = new Float64Array(Math.min(capacity, FIRST_ROWS) * this.#width);
  }

  /** Readings held. */
  get length(): number {
    return this.#length;
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** Time of the newest reading, Unix seconds. */
  get newest(): number | undefined {
    return this.#length === 0 ? undefined : this.#rows[this.#at(this.#length - 1)];
  }

  /** @param value - of one field by its name; null for a missing one */
  add(timeS: number, value: (field: string) => number | null): void {
    let index = this.#length;
    while (index > 0 && (this.#rows[this.#at(index - 1)] ?? 0) > timeS) index--;
    if (this.#length === this.#capacity) {
      if (index === 0) return;
      this.#first = (this.#first + 1) % this.#capacity;
      index--;
    } else {
      if (this.#length * this.#width === this.#rows.length) this.#grow();
      this.#length++;
    }
    for (let to = this.#length - 1; to > index; to--) {
      const from = this.#at(to - 1);
      this.#rows.copyWithin(this.#at(to), from, from + this.#width);
    }
    const row = this.#at(index);
    this.#rows[row] = timeS;
    for (const [field, column] of this.#fields) {
      this.#rows[row + column] = value(field) ?? Number.NaN;
    }
  }

  /** Forgets the values of one field in the readings up to a time, Unix seconds. */
  clear(field: string, toS: number): void {
    const column = this.#fields.get(field);
    if (column === undefined) return;
    for (let index = 0; index < this.#length; index++) {
      const row = this.#at(index);
      if ((this.#rows[row] ?? 0) > toS) return;
      this.#rows[row + column] = Number.NaN;
    }
  }

  /**
   * One field over the last `seconds` before the newest reading.
   *
   * @param gapS - where two readings are further apart than this, a `null` stands between them
   */
  series(field: string, seconds: number, gapS = Number.POSITIVE_INFINITY): Series {
    const column = this.#fields.get(field);
    const times: number[] = [];
    const values: (number | null)[] = [];
    const from = (this.newest ?? 0) - seconds;
    for (let index = 0; column !== undefined && index < this.#length; index++) {
      const row = this.#at(index);
      const time = this.#rows[row] ?? 0;
      if (time < from) continue;
      const before = times.at(-1);
      if (before !== undefined && time - before > gapS) {
        times.push((before + time) / 2);
        values.push(null);
      }
      const value = this.#rows[row + column] ?? Number.NaN;
      times.push(time);
      values.push(Number.isNaN(value) ? null : value);
    }
    return { times, values };
  }

  #at(index: number): number {
    return ((this.#first + index) % this.#capacity) * this.#width;
  }

  #grow(): void {
    const rows = Math.min(this.#capacity, this.#length * 2);
    const grown = new Float64Array(rows * this.#width);
    grown.set(this.#rows);
    this.#rows = grown;
  }
}

const FIRST_ROWS = 32;
