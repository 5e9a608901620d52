import type { Delivery } from "../../delivery.js";
import type { EntityFilter } from "../../entity-filter.js";
import { Trouble } from "../../trouble.js";
import type { SharedParts } from "../shared-parts.js";
import type { Sink, SinkState } from "../sink.js";
import type { PageStore } from "./page-store.js";
import { type Members, membersOf } from "./to-member.js";

/** What the sink is made of. */
export interface LdesSinkOptions extends SharedParts {
  /** From the configuration. */
  readonly name: string;
  readonly folder: string;
  /** Most entries that are on their way at a time. */
  readonly window: number;
  readonly filter: EntityFilter;
  /** Reads the pages in the folder; throws where it cannot be made, read or written. */
  readonly openPages: () => PageStore;
}

interface Waiting {
  readonly delivery: Delivery;
  readonly done: () => void;
}

const RETRY_MS = 5000;

/**
 * Publishes each reading as immutable members of a Linked Data Event Stream, in page files.
 *
 * @see https://w3id.org/ldes/specification
 */
export class LdesSink implements Sink {
  readonly kind = "ldes";
  readonly name: string;
  readonly window: number;
  readonly #options: LdesSinkOptions;
  readonly #trouble: Trouble;
  #waiting: Waiting[] = [];
  /** Names of nodes that were erased. */
  #erased = new Set<string>();
  #wake: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #state: SinkState["state"] = "connecting";
  #messages = 0;
  #errors = 0;
  #isClosed = false;
  #pages: PageStore | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: LdesSinkOptions) {
    this.name = options.name;
    this.window = options.window;
    this.#options = options;
    this.#trouble = new Trouble(options.clock);
  }

  /** Undefined until they have been read. */
  get pages(): Pick<PageStore, "index" | "read"> | undefined {
    return this.#pages;
  }

  open(): void {
    this.#ended = this.#run();
  }

  deliver(delivery: Delivery): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ delivery, done });
      this.#wake?.();
    });
  }

  recall(): void {}

  caughtUp(): void {}

  forget(name: string): void {
    this.#erased.add(name);
    this.#wake?.();
  }

  state(): SinkState {
    return {
      state: this.#state,
      detail: this.#trouble.now || `${this.#options.folder}, ${this.#pages?.count ?? 0} pages`,
      ...this.#trouble.view(this.#state),
      messages: this.#messages,
      errors: this.#errors,
    };
  }

  /** Resolves once it writes nothing more, so that another may go on in its folder. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    this.#cancelRetry?.();
    await this.#ended;
  }

  async #run(): Promise<void> {
    await this.#untilDone(async () => {
      this.#pages = this.#options.openPages();
    });
    while (!this.#isClosed) {
      const taken = this.#waiting;
      this.#waiting = [];
      if (taken.length === 0 && this.#erased.size === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      } else if (await this.#write(taken)) for (const { done } of taken) done();
    }
  }

  async #write(taken: readonly Waiting[]): Promise<boolean> {
    const { filter, gates } = this.#options;
    const made: Members[] = [];
    for (const { delivery } of taken) made.push(await membersOf(delivery, filter, gates));
    const members = made.flatMap((one) => one.members);
    for (const reason of made.flatMap((one) => one.refusals)) this.#refuse(reason);
    const isDone = await this.#untilDone(async () => {
      await this.#pages?.append(members);
      // Also what was on its way when a node was erased.
      await this.#erase();
    });
    if (isDone) this.#messages += members.length;
    return isDone;
  }

  /** Tries until the disk has done it; false where the sink was closed before. */
  async #untilDone(task: () => Promise<void>): Promise<boolean> {
    while (!this.#isClosed) {
      try {
        await task();
        this.#state = "up";
        this.#trouble.end();
        return true;
      } catch (error) {
        this.#isDown(error);
        await this.#pause();
      }
    }
    return false;
  }

  async #erase(): Promise<void> {
    for (const name of this.#erased) {
      await this.#pages?.forget((entity) => entity.split(":").slice(3).join(":") === name);
      this.#erased.delete(name);
    }
  }

  #refuse(reason: string): void {
    this.#errors++;
    this.#trouble.begin(reason);
    this.#trouble.end();
    this.#options.log.warn({ reason }, "an entity was left out");
  }

  #isDown(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    if (this.#trouble.now !== problem) {
      this.#options.log.error({ err: error }, "cannot keep the pages; it is tried again");
    }
    this.#state = "down";
    this.#trouble.begin(problem, RETRY_MS);
  }

  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(RETRY_MS, resolve);
      this.#cancelRetry = () => {
        cancel();
        resolve();
      };
    });
  }
}
