import type { StreetApi } from "./street-api.js";
import { learn, type StreetEvent, type StreetState, unknownStreet } from "./street-state.js";

/** The part of an `EventSource` the feed needs. */
export interface EventStream {
  addEventListener(kind: string, listener: (event: { readonly data?: string }) => void): void;
  close(): void;
}

/** What the feed reads from, and who is told. */
export interface StreetFeedOptions {
  readonly api: Pick<StreetApi, "eventsAddress" | "status" | "nodes" | "controls">;
  readonly openStream: (address: string) => EventStream;
  readonly onChange: (state: StreetState) => void;
}

const TICK_MS = 1_000;
/** A status comes each second, so a silence of this many seconds means the bridge is gone. */
const PATIENCE_S = 6;
const LONGEST_WAIT_S = 10;

/**
 * Keeps the page's knowledge of the street up to date.
 *
 * It listens to the bridge's events and reads everything anew after each connect. When the bridge
 * falls silent it says so and tries again after 1, 2, 4, 8, then each 10 seconds, without an end.
 */
export class StreetFeed {
  readonly #options: StreetFeedOptions;
  #state: StreetState;
  #stream: EventStream | undefined;
  #silentS = 0;
  #failures = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreetFeedOptions) {
    this.#options = options;
    this.#state = unknownStreet(Date.now());
  }

  /** What is known now. */
  get state(): StreetState {
    return this.#state;
  }

  start(): void {
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#connect();
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.#disconnect();
  }

  /** Does not wait for the next try when the bridge is lost. */
  retryNow(): void {
    if (this.#state.link.kind === "lost") this.#connect();
  }

  /** Reads the buttons again, after one was pressed. */
  async readControls(): Promise<void> {
    this.#learn({ kind: "controls", controls: await this.#options.api.controls() });
  }

  #connect(): void {
    this.#disconnect();
    this.#silentS = 0;
    const stream = this.#options.openStream(this.#options.api.eventsAddress);
    this.#stream = stream;
    const mine = () => this.#stream === stream;
    stream.addEventListener("open", () => {
      if (mine()) void this.#readAll(stream);
    });
    stream.addEventListener("error", () => {
      if (mine()) this.#lose();
    });
    for (const kind of ["status", "nodes", "controls"] as const) {
      stream.addEventListener(kind, ({ data }) => {
        if (mine() && data !== undefined)
          this.#hear({ kind, [kind]: JSON.parse(data) } as StreetEvent);
      });
    }
  }

  async #readAll(stream: EventStream): Promise<void> {
    const { api } = this.#options;
    try {
      const [status, nodes, controls] = await Promise.all([
        api.status(),
        api.nodes(),
        api.controls(),
      ]);
      if (this.#stream !== stream) return;
      this.#learn({ kind: "all-nodes", nodes });
      this.#learn({ kind: "controls", controls });
      this.#hear({ kind: "status", status });
    } catch {
      // Why it failed does not matter: the bridge is asked for all of it again.
      if (this.#stream === stream) this.#lose();
    }
  }

  #hear(event: StreetEvent): void {
    this.#silentS = 0;
    if (event.kind === "status") {
      this.#failures = 0;
      if (this.#state.link.kind !== "live") {
        this.#learn({ kind: "link", link: { kind: "live" } });
      }
    }
    this.#learn(event);
  }

  #tick(): void {
    const { link } = this.#state;
    if (link.kind === "lost") {
      this.#learn({ kind: "passed", ms: TICK_MS });
      const retryInS = link.retryInS - 1;
      this.#learn({ kind: "link", link: { kind: "lost", retryInS: Math.max(0, retryInS) } });
      if (retryInS === 0) this.#connect();
    }
    this.#silentS += 1;
    if (this.#stream && this.#silentS >= PATIENCE_S) this.#lose();
  }

  #lose(): void {
    this.#disconnect();
    const retryInS = Math.min(LONGEST_WAIT_S, 2 ** this.#failures);
    this.#failures += 1;
    this.#learn({ kind: "link", link: { kind: "lost", retryInS } });
  }

  #disconnect(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #learn(event: StreetEvent): void {
    const state = learn(this.#state, event);
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onChange(state);
  }
}
