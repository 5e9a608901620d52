/** How many rounds have to end alike before they are taken for the broker's limit. */
const ROUNDS = 2;

/**
 * Notices when a broker is likely to send nothing more before it is acknowledged.
 *
 * Brokers have a limit of their own on messages without an acknowledgement, and do not tell it:
 * mosquitto's is 20. Acknowledged only once a commit delay, it would send 20 messages a second. So
 * where round after round as many wait as in those before, and not one more, that is taken for the
 * limit; one that comes beyond it shows that it is none.
 */
export class BrokerWindow {
  readonly #max: number;
  #waiting = 0;
  /** Most that waited, in this round and in those before it. */
  #peak = 0;
  readonly #before: number[] = [];
  #isAnswering = false;

  /** @param max - our own limit, which the broker keeps */
  constructor(max: number) {
    this.#max = max;
  }

  /** A message came. True where it is likely the last before the acknowledgements. */
  came(): boolean {
    if (this.#isAnswering) this.#peak = this.#waiting;
    this.#isAnswering = false;
    this.#waiting++;
    this.#peak = Math.max(this.#peak, this.#waiting);
    // What has been read already may be more; it is all that keeps the broker from sending on.
    if (this.#waiting >= this.#max) return true;
    const isAsBefore = this.#before.every((peak) => peak === this.#waiting);
    return this.#waiting > 1 && this.#before.length === ROUNDS && isAsBefore;
  }

  /** One was acknowledged. */
  answered(): void {
    if (!this.#isAnswering) {
      this.#before.push(this.#peak);
      if (this.#before.length > ROUNDS) this.#before.shift();
    }
    this.#isAnswering = true;
    this.#waiting--;
  }
}
