import { MqttError } from "../error.js";

/**
 * Decides when a PINGREQ is due and when the broker has been silent for too long.
 *
 * A ping goes out when nothing was sent, or nothing was received, for the keep-alive interval: the
 * first is what the standard asks, the second finds a broker that is gone while we only send.
 *
 * @see MQTT 3.1.1 and 5.0, section 3.1.2.10
 */
export class KeepAlive {
  #intervalMs = 0;
  #answerMs = 0;
  #lastSent = 0;
  #lastReceived = 0;
  #pingSent: number | undefined;

  /**
   * Starts over, on a new network connection.
   *
   * @param intervalMs - 0 turns it off
   * @param answerMs - how long the broker may take for PINGRESP
   */
  start(now: number, intervalMs: number, answerMs: number): void {
    this.#intervalMs = intervalMs;
    this.#answerMs = answerMs;
    this.#lastSent = now;
    this.#lastReceived = now;
    this.#pingSent = undefined;
  }

  sent(now: number): void {
    this.#lastSent = now;
  }

  /** Any packet from the broker shows that it lives, also while PINGRESP waits behind it. */
  received(now: number): void {
    this.#lastReceived = now;
    this.#pingSent = undefined;
  }

  /** When {@link poll} is next needed, in the clock's ms; infinite when off. */
  get deadline(): number {
    if (this.#intervalMs === 0) return Number.POSITIVE_INFINITY;
    if (this.#pingSent !== undefined) return this.#pingSent + this.#answerMs;
    return Math.min(this.#lastSent, this.#lastReceived) + this.#intervalMs;
  }

  /**
   * @returns true when a PINGREQ has to go out now
   * @throws {@link MqttError} `MQTT_TIMEOUT` when the last one was not answered
   */
  poll(now: number): boolean {
    if (now < this.deadline) return false;
    if (this.#pingSent !== undefined) {
      throw new MqttError(
        "MQTT_TIMEOUT",
        `the broker has not answered a PINGREQ within ${this.#answerMs} ms`,
      );
    }
    this.#pingSent = now;
    this.#lastSent = now;
    return true;
  }
}
