import type { OutgoingMessage } from "./transport.js";

interface Held extends OutgoingMessage {
  inFlight: boolean;
}

/** What a node has reported and nobody else has for good, in the order reported. */
export class HeldMessages {
  readonly #messages = new Map<number, Held>();

  get size(): number {
    return this.#messages.size;
  }

  add(message: OutgoingMessage): void {
    this.#messages.set(message.sequence, { ...message, inFlight: false });
  }

  /** The oldest message that is not in flight; it is from now on. */
  take(): OutgoingMessage | undefined {
    for (const message of this.#messages.values()) {
      if (message.inFlight) continue;
      message.inFlight = true;
      return message;
    }
    return undefined;
  }

  /** The message waits again, in its old place. */
  putBack(sequence: number): void {
    const message = this.#messages.get(sequence);
    if (message) message.inFlight = false;
  }

  remove(sequence: number): void {
    this.#messages.delete(sequence);
  }

  /** Gives up the oldest message that is not in flight. */
  dropOldest(): boolean {
    for (const { sequence, inFlight } of this.#messages.values()) {
      if (!inFlight) return this.#messages.delete(sequence);
    }
    return false;
  }
}
