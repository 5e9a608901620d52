import type { StreetApi } from "./street-api.js";
import {
  type LinkState,
  learn,
  type StreetEvent,
  type StreetState,
  unknownStreet,
} from "./street-state.js";

/** The part of an `EventSource` the feed needs. */
export interface EventStream {
  addEventListener(kind: string, listener: (event: { readonly data?: string }) => void): void;
  close(): void;
}

/** What the feed reads from, and who is told. */
export interface StreetFeedOptions {
  readonly api: Pick<
    StreetApi,
    "eventsAddress" | "status" | "nodes" | "controls" | "trend" | "press"
  >;
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
 * A bridge that answers but has no room for one more stream is asked each 10 seconds.
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

  /** Presses a button. */
  async press(control: string): Promise<void> {
    this.#learn({ kind: "controls", controls: await this.#options.api.press(control) });
  }

  #connect(): void {
    this.#disconnect();
    this.#silentS = 0;
    const stream = this.#options.openStream(this.#options.api.eventsAddress);
    this.#stream = stream;
    let opened = false;
    const mine = () => this.#stream === stream;
    stream.addEventListener("open", () => {
      opened = true;
      if (mine()) void this.#readAll(stream, { kind: "live" });
    });
    stream.addEventListener("error", () => {
      if (!mine()) return;
      if (opened) this.#lose();
      // It may be too busy for one more stream, and still answer a question.
      else void this.#readAll(stream, { kind: "busy", retryInS: LONGEST_WAIT_S });
    });
    for (const kind of ["status", "nodes", "controls"] as const) {
      stream.addEventListener(kind, ({ data }) => {
        if (!mine() || data === undefined) return;
        this.#silentS = 0;
        this.#learn({ kind, [kind]: JSON.parse(data) } as StreetEvent);
        if (kind === "status") this.#reach({ kind: "live" });
      });
    }
  }

  async #readAll(stream: EventStream, link: LinkState): Promise<void> {
    const { api } = this.#options;
    try {
      const [status, nodes, controls, trend] = await Promise.all([
        api.status(),
        api.nodes(),
        api.controls(),
        api.trend(),
      ]);
      if (this.#stream !== stream) return;
      this.#learn({ kind: "all-nodes", nodes });
      this.#learn({ kind: "trend", trend });
      this.#learn({ kind: "controls", controls });
      this.#learn({ kind: "status", status });
      if (link.kind === "busy") this.#disconnect();
      this.#reach(link);
    } catch {
      // Why it failed does not matter: the bridge is asked for all of it again.
      if (this.#stream === stream) this.#lose();
    }
  }

  #reach(link: LinkState): void {
    this.#failures = 0;
    if (link.kind !== this.#state.link.kind || link.kind === "busy") {
      this.#learn({ kind: "link", link });
    }
  }

  #tick(): void {
    const { link } = this.#state;
    if (link.kind === "lost" || link.kind === "busy") {
      this.#learn({ kind: "passed", ms: TICK_MS });
      const retryInS = Math.max(0, link.retryInS - 1);
      this.#learn({ kind: "link", link: { ...link, retryInS } });
      if (link.retryInS === 1) this.#connect();
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
