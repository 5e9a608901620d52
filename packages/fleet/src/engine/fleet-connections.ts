import {
  type MqttError,
  Swarm,
  type SwarmConnection,
  type SwarmEvents,
  type SwarmStats,
} from "@bollard/mqtt-engine";
import { clientOf, type FleetTarget } from "./fleet-target.js";
import { Latency, type LatencySummary } from "./latency.js";

/** How the connecting went. */
export interface ConnectResult {
  /** Connections asked for. */
  readonly clients: number;
  readonly connected: number;
  /** Attempts that ended without CONNACK. */
  readonly failed: number;
  /** Connections that broke after they were up. */
  readonly lost: number;
  /** From the first attempt to the last answer, ms. */
  readonly elapsedMs: number;
  readonly perSecond: number;
  /** From the start of each attempt to its CONNACK. */
  readonly latency: LatencySummary | undefined;
  /** Why attempts failed or connections broke, in words, and how often. At most 20 of them. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What a load does with the connections. */
export type ConnectionEvents = Partial<
  Pick<SwarmEvents, "acknowledged" | "unacknowledged" | "message" | "subscribed" | "ready">
> & {
  readonly connected?: (connection: SwarmConnection) => void;
  readonly disconnected?: (connection: SwarmConnection) => void;
};

const MAX_REASONS = 20;
const PACE_MS = 5;
const nothing = (): void => {};

/** The connections of a fleet: opened at a rate, counted, and their ends told with the reason. */
export class FleetConnections {
  readonly swarm: Swarm;
  readonly connections: SwarmConnection[] = [];
  readonly #target: FleetTarget;
  readonly #run: number;
  readonly #events: ConnectionEvents;
  readonly #latency = new Latency();
  readonly #reasons = new Map<string, number>();
  /** By index. */
  readonly #wasUp: boolean[] = [];
  #firstMs = 0;
  #lastMs = 0;
  #connected = 0;
  #failed = 0;
  #lost = 0;
  #expected = Number.POSITIVE_INFINITY;
  #isClosing = false;
  #settled: (() => void) | undefined;
  #pacer: NodeJS.Timeout | undefined;

  constructor(target: FleetTarget, run: number, events: ConnectionEvents) {
    this.#target = target;
    this.#run = run;
    this.#events = events;
    this.swarm = new Swarm({
      ...target,
      events: {
        connected: (connection) => this.#up(connection),
        disconnected: (connection, error) => this.#down(connection, error),
        acknowledged: events.acknowledged ?? nothing,
        unacknowledged: events.unacknowledged ?? nothing,
        message: events.message ?? nothing,
        subscribed: events.subscribed ?? nothing,
        ready: events.ready ?? nothing,
      },
    });
  }

  /**
   * Opens connections and resolves once each was answered, one way or the other, or at the signal.
   *
   * @param perSecond - how many attempts begin a second; infinite for as fast as may be
   */
  async open(count: number, perSecond: number, signal: AbortSignal): Promise<void> {
    this.#firstMs = performance.now();
    const settled = new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
    this.#expected = count;
    const stop = () => this.#settled?.();
    signal.addEventListener("abort", stop, { once: true });
    const pace = () => {
      const due = Math.ceil(((performance.now() - this.#firstMs) / 1000) * perSecond);
      while (this.connections.length < Math.min(count, due)) this.#openOne();
      if (this.connections.length < count) this.#pacer = setTimeout(pace, PACE_MS);
    };
    if (perSecond === Number.POSITIVE_INFINITY) {
      while (this.connections.length < count) this.#openOne();
    } else pace();
    if (signal.aborted) stop();
    await settled;
    clearTimeout(this.#pacer);
    signal.removeEventListener("abort", stop);
  }

  result(): ConnectResult {
    const elapsedMs = Math.max(0, this.#lastMs - this.#firstMs);
    return {
      clients: this.connections.length,
      connected: this.#connected,
      failed: this.#failed,
      lost: this.#lost,
      elapsedMs,
      perSecond: elapsedMs > 0 ? (this.#connected / elapsedMs) * 1000 : 0,
      latency: this.#latency.summary(),
      reasons: Object.fromEntries(this.#reasons),
    };
  }

  stats(): SwarmStats {
    return this.swarm.stats();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#pacer);
    await this.swarm.closeAll();
  }

  #openOne(): void {
    const index = this.connections.length;
    this.#wasUp.push(false);
    this.connections.push(this.swarm.open(index, clientOf(this.#target, this.#run, index)));
  }

  #up(connection: SwarmConnection): void {
    this.#lastMs = performance.now();
    this.#latency.record(this.#lastMs - connection.attemptMs);
    this.#wasUp[connection.index] = true;
    this.#connected++;
    this.#events.connected?.(connection);
    this.#tellSettled();
  }

  #down(connection: SwarmConnection, error: MqttError | undefined): void {
    if (this.#isClosing) return;
    this.#lastMs = performance.now();
    if (this.#wasUp[connection.index]) this.#lost++;
    else this.#failed++;
    const reason = error?.message ?? "closed";
    if (this.#reasons.has(reason) || this.#reasons.size < MAX_REASONS) {
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    }
    this.#events.disconnected?.(connection);
    this.#tellSettled();
  }

  #tellSettled(): void {
    if (this.#connected + this.#failed >= this.#expected) this.#settled?.();
  }
}
