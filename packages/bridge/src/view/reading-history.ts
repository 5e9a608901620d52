/** A series for a plot: `values[i]` at `times[i]`, Unix seconds; `null` is a gap. */
export interface Series {
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A field whose values are numbers. */
export interface PlottedField {
  readonly name: string;
  /** Decimals its values have. */
  readonly decimals: number;
}

interface Column {
  readonly index: number;
  /** A value is a whole number divided by this. */
  readonly scale: number;
}

/**
 * The latest readings of one node and schema, in order of their time, for plots.
 *
 * Holds at most `capacity` readings: 8 bytes for the time, and 4 for each field, or 8 once there was a
 * value that 4 bytes do not hold exactly. A reading that comes late takes its place in the order; one
 * older than all of a full history is left out.
 */
export class ReadingHistory {
  readonly #capacity: number;
  readonly #columns: ReadonlyMap<string, Column>;
  /** The oldest first, in a ring; in each row of values one of each field. */
  #times: Float64Array;
  #values: Float32Array | Float64Array;
  #first = 0;
  #length = 0;

  constructor(capacity: number, fields: readonly PlottedField[]) {
    this.#capacity = capacity;
    this.#columns = new Map(
      fields.map(({ name, decimals }, index) => [name, { index, scale: 10 ** decimals }]),
    );
    const rows = Math.min(capacity, FIRST_ROWS);
    this.#times = new Float64Array(rows);
    this.#values = new Float32Array(rows * fields.length);
  }

  /** Readings held. */
  get length(): number {
    return this.#length;
  }

  has(field: string): boolean {
    return this.#columns.has(field);
  }

  /** Time of the newest reading, Unix seconds. */
  get newest(): number | undefined {
    return this.#length === 0 ? undefined : this.#times[this.#at(this.#length - 1)];
  }

  /** @param value - of one field by its name; null for a missing one */
  add(timeS: number, value: (field: string) => number | null): void {
    let index = this.#length;
    while (index > 0 && (this.#times[this.#at(index - 1)] ?? 0) > timeS) index--;
    if (this.#length === this.#capacity) {
      if (index === 0) return;
      this.#first = (this.#first + 1) % this.#capacity;
      index--;
    } else {
      if (this.#length === this.#times.length) this.#grow();
      this.#length++;
    }
    for (let to = this.#length - 1; to > index; to--) this.#move(this.#at(to - 1), this.#at(to));
    const row = this.#at(index);
    this.#times[row] = timeS;
    for (const [field, column] of this.#columns) {
      this.#put(row, column, value(field) ?? Number.NaN);
    }
  }

  /** Forgets the values of one field in the readings up to a time, Unix seconds. */
  clear(field: string, toS: number): void {
    const column = this.#columns.get(field);
    if (column === undefined) return;
    for (let index = 0; index < this.#length; index++) {
      const row = this.#at(index);
      if ((this.#times[row] ?? 0) > toS) return;
      this.#put(row, column, Number.NaN);
    }
  }

  /**
   * One field over the last `seconds` before the newest reading.
   *
   * @param gapS - where two readings are further apart than this, a `null` stands between them
   */
  series(field: string, seconds: number, gapS = Number.POSITIVE_INFINITY): Series {
    const column = this.#columns.get(field);
    const times: number[] = [];
    const values: (number | null)[] = [];
    const from = (this.newest ?? 0) - seconds;
    for (let index = 0; column !== undefined && index < this.#length; index++) {
      const row = this.#at(index);
      const time = this.#times[row] ?? 0;
      if (time < from) continue;
      const before = times.at(-1);
      if (before !== undefined && time - before > gapS) {
        times.push((before + time) / 2);
        values.push(null);
      }
      const value = this.#get(row, column);
      times.push(time);
      values.push(Number.isNaN(value) ? null : value);
    }
    return { times, values };
  }

  #put(row: number, column: Column, value: number): void {
    const isExact = Number.isNaN(value) || inShort(value, column) === value;
    if (!isExact && this.#values instanceof Float32Array) this.#widen();
    this.#values[row * this.#columns.size + column.index] = value;
  }

  #get(row: number, column: Column): number {
    const value = this.#values[row * this.#columns.size + column.index] ?? Number.NaN;
    return this.#values instanceof Float32Array ? inShort(value, column) : value;
  }

  #move(from: number, to: number): void {
    const width = this.#columns.size;
    this.#times[to] = this.#times[from] ?? 0;
    this.#values.copyWithin(to * width, from * width, (from + 1) * width);
  }

  #at(index: number): number {
    return (this.#first + index) % this.#capacity;
  }

  #grow(): void {
    const rows = Math.min(this.#capacity, this.#length * 2);
    const times = new Float64Array(rows);
    times.set(this.#times);
    const length = rows * this.#columns.size;
    const isShort = this.#values instanceof Float32Array;
    const values = isShort ? new Float32Array(length) : new Float64Array(length);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }

  #widen(): void {
    const width = this.#columns.size;
    const wide = new Float64Array(this.#values.length);
    for (const column of this.#columns.values()) {
      for (let row = 0; row < this.#times.length; row++) {
        wide[row * width + column.index] = this.#get(row, column);
      }
    }
    this.#values = wide;
  }
}

const FIRST_ROWS = 32;

/** What is read again of a value that was kept in 4 bytes. */
function inShort(value: number, { scale }: Column): number {
  return Math.round(Math.fround(value) * scale) / scale;
}
