import type { Logger } from "pino";
import type { BridgeClock } from "../clock.js";
import { Trouble } from "../trouble.js";
import type { SinkState } from "./sink.js";

/** What the rounds of a sink are made of. */
export interface RoundsOptions<Item> {
  /** Who is sent to, for the log: `broker`, `receiver`. */
  readonly farEnd: string;
  /**
   * Sends what waited together, until the far end has it or has refused it.
   *
   * @returns false where the sink was closed before
   */
  readonly send: (taken: readonly Item[]) => Promise<boolean>;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;

/**
 * One round after the other to a far end that answers: what waits while one is under way goes with the
 * next, so a slow far end gets more at a time, and a backlog drains by it.
 */
export class Rounds<Item> {
  readonly #options: RoundsOptions<Item>;
  readonly #closing = new AbortController();
  readonly #trouble: Trouble;
  #waiting: { readonly item: Item; readonly done: () => void }[] = [];
  #state: SinkState["state"] = "connecting";
  #wake: (() => void) | undefined;
  #cancelPause: (() => void) | undefined;

  constructor(options: RoundsOptions<Item>) {
    this.#options = options;
    this.#trouble = new Trouble(options.clock);
  }

  /** Aborted once the sink is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get isClosed(): boolean {
    return this.closing.aborted;
  }

  open(): void {
    void this.#run();
  }

  /** Resolves once a round with it has succeeded; never where the sink is closed before. */
  add(item: Item): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ item, done });
      this.#wake?.();
    });
  }

  /** How it is, for the status. @param detail - where it goes, shown while nothing is wrong */
  view(detail: string): Pick<SinkState, "state" | "detail" | "lastError" | "retryInMs"> {
    return {
      state: this.#state,
      detail: this.#trouble.now || detail,
      ...this.#trouble.view(this.#state),
    };
  }

  /** The far end has taken what it was sent. */
  isUp(): void {
    const { log, farEnd } = this.#options;
    if (this.#state !== "up") log.info(`the ${farEnd} takes what it is sent`);
    this.#state = "up";
    this.#trouble.end();
  }

  /**
   * The far end takes nothing now. Waits before the next attempt, longer each time.
   *
   * @param attempt - from 0 on
   * @param leastMs - what the far end asks for
   * @returns false where the sink was closed meanwhile
   */
  async isDown(problem: string, attempt: number, leastMs = 0): Promise<boolean> {
    const { log, farEnd } = this.#options;
    if (this.isClosed) return false;
    const waitMs = Math.max(backoffMs(attempt), leastMs);
    if (this.#trouble.now !== problem) log.warn({ problem }, `the ${farEnd} takes nothing`);
    this.#state = "down";
    this.#trouble.begin(problem, waitMs);
    return await this.pause(waitMs);
  }

  /** Something was refused, and the rest goes on. */
  wasRefused(message: string): void {
    this.#trouble.begin(message);
    this.#trouble.end();
  }

  /** Tries until it succeeds. @param words - for the log, where it does not */
  async persist(save: () => Promise<void>, words: string): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        await save();
        return true;
      } catch (error) {
        this.#options.log.error({ err: error }, words);
      }
      if (!(await this.pause(backoffMs(attempt)))) return false;
    }
  }

  /** False where the sink was closed meanwhile. */
  async pause(ms: number): Promise<boolean> {
    if (this.isClosed) return false;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#cancelPause = () => {
        cancel();
        resolve();
      };
    });
    return !this.isClosed;
  }

  close(): void {
    this.#closing.abort();
    this.#wake?.();
    this.#cancelPause?.();
  }

  async #run(): Promise<void> {
    while (!this.isClosed) {
      const taken = this.#waiting;
      this.#waiting = [];
      if (taken.length === 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (await this.#options.send(taken.map(({ item }) => item))) {
        for (const { done } of taken) done();
      }
    }
  }
}

/** Doubles from half a second to a minute. */
function backoffMs(attempt: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
}
