import type { MessageQueue, NewMessage } from "./message-queue.js";
import type { OutgoingMessage } from "./transport.js";

interface Held extends OutgoingMessage {
  inFlight: boolean;
}

/** Holds messages in memory: what it holds is gone when the program ends. */
export class MemoryQueue implements MessageQueue {
  readonly #messages = new Map<number, Held>();
  readonly #maxHeld: number;
  readonly #whenFull: "dropOldest" | "refuse";
  #nextSequence = 0;
  #dropped = 0;
  onMore = (): void => {};

  constructor(maxHeld: number, whenFull: "dropOldest" | "refuse") {
    this.#maxHeld = maxHeld;
    this.#whenFull = whenFull;
  }

  get size(): number {
    return this.#messages.size;
  }

  get nextSequence(): number {
    return this.#nextSequence;
  }

  get dropped(): number {
    return this.#dropped;
  }

  makeRoom(reserved: number): boolean {
    if (this.#messages.size + reserved < this.#maxHeld) return true;
    if (this.#whenFull === "refuse" || !this.#dropOldest()) return false;
    this.#dropped++;
    return true;
  }

  add(message: NewMessage): boolean {
    const sequence = this.#nextSequence;
    this.#nextSequence = (sequence + 1) >>> 0;
    this.#messages.set(sequence, { ...message, sequence, inFlight: false });
    return true;
  }

  take(): OutgoingMessage | undefined {
    for (const message of this.#messages.values()) {
      if (message.inFlight) continue;
      message.inFlight = true;
      return message;
    }
    return undefined;
  }

  putBack(sequence: number): void {
    const message = this.#messages.get(sequence);
    if (message) message.inFlight = false;
  }

  remove(sequence: number): void {
    this.#messages.delete(sequence);
  }

  async close(): Promise<void> {}

  #dropOldest(): boolean {
    for (const { sequence, inFlight } of this.#messages.values()) {
      if (!inFlight) return this.#messages.delete(sequence);
    }
    return false;
  }
}
