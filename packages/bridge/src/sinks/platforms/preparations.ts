import { type HttpSender, isOk } from "../http-sender.js";
import type { Refusals } from "../refusals.js";
import type { Rounds } from "../rounds.js";
import type { Preparation } from "./platform.js";

/** Things that are remembered as made; beyond it they are asked for again. */
const MOST_KNOWN = 100_000;

/** Makes what has to be there before readings go out, each once. */
export class Preparations {
  readonly #http: HttpSender;
  readonly #refusals: Refusals;
  readonly #made = new Set<string>();

  constructor(http: HttpSender, refusals: Refusals) {
    this.#http = http;
    this.#refusals = refusals;
  }

  /**
   * Makes what is not there, for as long as it takes. What the far end will never make is noted, and
   * counts as done: readings may be taken all the same.
   *
   * @returns false where the sink was closed before
   */
  async make(all: readonly Preparation[], rounds: Pick<Rounds<never>, "isDown">): Promise<boolean> {
    for (const preparation of all) {
      for (let attempt = 0; !this.#made.has(preparation.key); attempt++) {
        const problem = await this.#try(preparation);
        if (problem === undefined) break;
        if (!(await rounds.isDown(problem, attempt))) return false;
      }
      if (this.#made.size >= MOST_KNOWN) this.#made.clear();
      this.#made.add(preparation.key);
    }
    return true;
  }

  /** Why it has to be tried again, in words; undefined once it is settled. */
  async #try({ key, make, renew }: Preparation): Promise<string | undefined> {
    let outcome = await this.#http.send(make);
    if (outcome.kind === "answered" && outcome.status === 409) {
      if (!renew) return undefined;
      outcome = await this.#http.send(renew);
    }
    if (isOk(outcome)) return undefined;
    if (outcome.kind === "failed") return `${key}: ${outcome.reason}`;
    const { status, body } = outcome;
    const reason = `${key}: answered ${status} ${body.slice(0, 200)}`.trim();
    if (status === 401 || status === 403 || status === 408 || status === 429 || status >= 500) {
      return reason;
    }
    this.#refusals.note(key, reason);
    return undefined;
  }
}
