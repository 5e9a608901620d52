import { FRAME_TYPE, formatFrame } from "../frame-header.js";
import { RttEstimator } from "../rtt-estimator.js";

const NEVER = Number.POSITIVE_INFINITY;
/** After HELLO, when a small node has had time for the rest. */
const FIRST_MS = 1000;
const INTERVAL_MS = 60_000;

/** Measures the round trip of one line: a PING with a number, and how long its answer takes. Pure. */
export class RoundTripProbe {
  #rtt = new RttEstimator();
  #number = 0;
  #askedAt: number | undefined;
  #askAt = NEVER;

  /** When a question is due; Infinity without a session. */
  get askAt(): number {
    return this.#askAt;
  }

  /** Smoothed, in ms; undefined before the first answer. */
  get roundTripMs(): number | undefined {
    return this.#rtt.roundTripMs;
  }

  /** A session begins, with the node that was there or with another. */
  begin(now: number): void {
    this.#rtt = new RttEstimator();
    this.#askedAt = undefined;
    this.#askAt = now + FIRST_MS;
  }

  /** There is no session any more. */
  end(): void {
    this.#askedAt = undefined;
    this.#askAt = NEVER;
  }

  /** The question to send now. */
  question(now: number): Uint8Array {
    this.#number = (this.#number + 1) & 0xffff;
    this.#askedAt = now;
    if (this.#askAt !== NEVER) this.#askAt = now + INTERVAL_MS;
    return formatFrame(FRAME_TYPE.PING, 0, this.#number);
  }

  /** An answer to the question of this number came. */
  answered(number: number, now: number): void {
    if (this.#askedAt === undefined || number !== this.#number) return;
    this.#rtt.sample(now - this.#askedAt);
    this.#askedAt = undefined;
  }
}
