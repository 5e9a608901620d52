import type { Logger } from "pino";

const MAX_LOGGED = 100;

/** Counts what was left out, and why; each reason is logged once, up to a bound. */
export class Refusals {
  readonly #log: Logger;
  readonly #reasons = new Map<string, number>();
  #count = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  /** For the status; empty where nothing was left out. */
  get text(): string {
    const [reason] = this.#reasons.keys();
    return this.#count > 0 ? `; ${this.#count} left out, such as: ${reason}` : "";
  }

  note(topic: string, reason: string): void {
    this.#count++;
    const before = this.#reasons.get(reason) ?? 0;
    if (before === 0 && this.#reasons.size >= MAX_LOGGED) return;
    this.#reasons.set(reason, before + 1);
    if (before === 0) this.#log.warn({ topic, reason }, "something was left out");
  }
}
