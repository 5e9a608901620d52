import type { SensorSchema, TimeLayout } from "@bollard/schema";
import { nextMean } from "./guess.js";
import { lowBits } from "./number-code.js";
import { isQuietMean, meanShift } from "./row-state.js";

/**
 * Guesses the time of a batch's next row: one interval after the row before.
 *
 * The interval is the schema's, or else that from the first row to the second; two rows running that
 * come at other times give a new one.
 *
 * @see docs/payload-format.md, section 7.5
 */
export class BatchClock {
  /** Ticks of the row before: seconds, or milliseconds where the time has them. */
  #ticks = 0;
  #ticksPerSecond = 1;
  #interval = 0;
  #hasInterval = false;
  #wasOff = false;
  #mean = 0;
  #row = 1;

  /** Starts a batch. `first` is the first row's time in whole milliseconds. */
  start(schema: SensorSchema, time: TimeLayout, first: number): void {
    const { reportInterval } = schema;
    this.#ticksPerSecond = time.milliseconds ? 1000 : 1;
    this.#ticks = this.#toTicks(first);
    this.#hasInterval = reportInterval !== undefined;
    this.#interval = Math.round((reportInterval ?? 0) * this.#ticksPerSecond) | 0;
    this.#wasOff = !this.#hasInterval;
    this.#mean = 0;
    this.#row = 1;
  }

  #toTicks(milliseconds: number): number {
    return this.#ticksPerSecond === 1 ? Math.floor(milliseconds / 1000) : milliseconds;
  }

  /** The time's number is left out of a quiet row. */
  get isQuiet(): boolean {
    return isQuietMean(this.#mean) && !this.#isFirstInterval;
  }

  get #isFirstInterval(): boolean {
    return this.#row === 1 && !this.#hasInterval;
  }

  /** Low bits of the next row's number. */
  get low(): number {
    if (this.#isFirstInterval) return this.#ticksPerSecond === 1 ? 6 : 11;
    return lowBits(this.#mean);
  }

  /**
   * The number of a row's time.
   *
   * @returns -1 for one that is too far from the row before it, 24 days in milliseconds
   */
  numberOf(milliseconds: number): number {
    const step = this.#toTicks(milliseconds) - this.#ticks;
    if (this.#ticksPerSecond > 1 && step !== (step | 0)) return -1;
    const error = (step - this.#interval) | 0;
    return ((error << 1) ^ (error >> 31)) >>> 0;
  }

  /**
   * Takes the number of a row's time, which is now the row before.
   *
   * @returns the row's time in whole milliseconds; outside of its range for a number that came from
   * no time
   */
  take(number: number): number {
    const error = (number >>> 1) ^ -(number & 1);
    const step = (this.#interval + error) | 0;
    const ticks = this.#ticks + step;
    this.#ticks = this.#ticksPerSecond === 1 ? ticks >>> 0 : ticks;
    if (!this.#isFirstInterval) this.#mean = nextMean(this.#mean, number, meanShift(this.#row));
    if (error !== 0 && this.#wasOff) this.#interval = step;
    this.#wasOff = error !== 0;
    this.#row++;
    return this.#ticksPerSecond === 1 ? this.#ticks * 1000 : this.#ticks;
  }
}
