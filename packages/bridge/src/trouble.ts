import type { BridgeClock } from "./clock.js";
import type { EndStatus } from "./page/api-types.js";

/** What goes wrong at one end, what went wrong last, and when it is tried again. */
export class Trouble {
  readonly #clock: Pick<BridgeClock, "wallMs" | "monotonicMs">;
  #now = "";
  #last: EndStatus["lastError"];
  /** By the monotonic clock. */
  #retryAtMs: number | undefined;

  constructor(clock: Pick<BridgeClock, "wallMs" | "monotonicMs">) {
    this.#clock = clock;
  }

  /** What is wrong now; empty while nothing is. */
  get now(): string {
    return this.#now;
  }

  /** @param retryInMs - until it is tried again. Default: nobody knows */
  begin(message: string, retryInMs?: number): void {
    this.#now = message;
    this.#last = { message, at: new Date(this.#clock.wallMs()).toISOString() };
    this.#retryAtMs = retryInMs === undefined ? undefined : this.#clock.monotonicMs() + retryInMs;
  }

  /** All is well again; what went wrong is remembered. */
  end(): void {
    this.#now = "";
    this.#retryAtMs = undefined;
  }

  /** For the status. */
  view(state: EndStatus["state"]): Pick<EndStatus, "lastError" | "retryInMs"> {
    const leftMs = (this.#retryAtMs ?? 0) - this.#clock.monotonicMs();
    const isWaiting = state === "down" && this.#retryAtMs !== undefined;
    return {
      ...(this.#last && { lastError: this.#last }),
      ...(isWaiting && { retryInMs: Math.max(0, Math.round(leftMs)) }),
    };
  }
}
