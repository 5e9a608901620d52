import type { OutgoingMessage } from "./mqtt-publisher.js";

/** The latest message of a topic, and the connection on which the broker has taken it. */
export interface Latest<Message extends OutgoingMessage> {
  readonly message: Message;
  /** To be set once the broker has taken it; 0: on none. */
  connection: number;
}

/**
 * Keeps, with a bound, the latest retained message of each topic, to be published again to a broker
 * that may have lost it.
 */
export class LatestMessages<Message extends OutgoingMessage> {
  readonly #max: number;
  readonly #latest = new Map<string, Latest<Message>>();

  /** @param max - topics; the one unused for longest is forgotten */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes a message as the latest of its topic; the broker has not taken it yet. */
  note(message: Message): Latest<Message> {
    const latest = { message, connection: 0 };
    this.#latest.delete(message.topic);
    this.#latest.set(message.topic, latest);
    const eldest = this.#latest.keys().next();
    if (this.#latest.size > this.#max && !eldest.done) this.#latest.delete(eldest.value);
    return latest;
  }

  delete(topic: string): void {
    this.#latest.delete(topic);
  }

  /** Those that the broker has not taken on this connection, as long as they are the latest. */
  *notTakenOn(connection: number): Generator<Message, void, undefined> {
    for (const [topic, latest] of [...this.#latest]) {
      const isLatest = this.#latest.get(topic) === latest;
      if (isLatest && latest.connection !== connection) yield latest.message;
    }
  }
}
