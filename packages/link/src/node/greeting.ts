const NEVER = Number.POSITIVE_INFINITY;
/** The least time between two HELLOs, however often the host says RESET. */
const PAUSE_MS = 100;
/** Between HELLOs to a host that speaks another version. */
const INCOMPATIBLE_INTERVAL_MS = 10_000;

/** When a node says HELLO, and which answer is meant for it. Pure. */
export class Greeting {
  readonly #intervalMs: number;
  /** Header sequence numbers of this greeting's HELLOs, first and last. */
  #first = 0;
  #last: number;
  #dueAt = NEVER;
  #lastAt = Number.NEGATIVE_INFINITY;
  #incompatible = false;

  /** @param start - another number at each start of the node */
  constructor(intervalMs: number, start: number) {
    this.#intervalMs = intervalMs;
    this.#last = start;
  }

  /** When the next HELLO is due; Infinity when none is. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** When the last HELLO was said. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** One HELLO was enough so far, so its answer tells the round trip. */
  get saidOnce(): boolean {
    return this.#first === this.#last;
  }

  /** The host speaks another version, as far as is known. */
  get incompatible(): boolean {
    return this.#incompatible;
  }

  /** A HELLO is due now, or as soon as the last one is not too near. */
  begin(now: number): void {
    if (this.#dueAt === NEVER) this.#first = (this.#last + 1) & 0xffff;
    this.#dueAt = Math.max(now, this.#lastAt + PAUSE_MS);
  }

  /** The line is another one: no HELLO was said on it. */
  forget(): void {
    this.#dueAt = NEVER;
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }

  /** A HELLO is said. Returns its header's sequence number. */
  say(now: number): number {
    this.#last = (this.#last + 1) & 0xffff;
    this.#lastAt = now;
    this.#dueAt = now + (this.#incompatible ? INCOMPATIBLE_INTERVAL_MS : this.#intervalMs);
    return this.#last;
  }

  /** Whether an answer with this header's sequence number is one to this greeting. */
  isAnswer(seq: number): boolean {
    return ((seq - this.#first) & 0xffff) <= ((this.#last - this.#first) & 0xffff);
  }

  /** It was answered. */
  end(): void {
    this.#dueAt = NEVER;
    this.#incompatible = false;
  }

  /** It was answered in another version of the protocol. */
  refuse(now: number): void {
    if (this.#dueAt === NEVER) this.#first = (this.#last + 1) & 0xffff;
    this.#incompatible = true;
    this.#dueAt = now + INCOMPATIBLE_INTERVAL_MS;
  }
}
