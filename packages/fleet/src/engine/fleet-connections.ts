import type { MqttError, SwarmClient, SwarmStats } from "@bollard/mqtt-engine";
import type { DriverEvents, FleetConnection, FleetDriver } from "../driver/fleet-driver.js";
import { openDriver } from "../driver/open-driver.js";
import { type FleetClock, hold, systemClock } from "./fleet-clock.js";
import type { FleetTarget } from "./fleet-target.js";
import { Latency, type LatencySummary } from "./latency.js";
import { ReconnectDelays } from "./reconnect-delays.js";

/** How the connecting went. */
export interface ConnectResult {
  /** Connections asked for. */
  readonly clients: number;
  /** That came up, once at least. */
  readonly connected: number;
  /** Attempts that ended without CONNACK. */
  readonly failed: number;
  /** Connections that broke after they were up. */
  readonly lost: number;
  /** Connections that came up again. */
  readonly reconnected: number;
  /** From the first attempt to the last first answer, ms. */
  readonly elapsedMs: number;
  readonly perSecond: number;
  /** From the start of each attempt to its CONNACK. */
  readonly latency: LatencySummary | undefined;
  /** Why attempts failed or connections broke, in words, and how often. At most 20 of them. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What a load does with the connections. */
export type ConnectionEvents = Partial<
  Pick<DriverEvents, "acknowledged" | "unacknowledged" | "message" | "subscribed" | "ready">
> & {
  readonly connected?: (connection: FleetConnection) => void;
  readonly disconnected?: (connection: FleetConnection) => void;
};

const MAX_REASONS = 20;
const PACE_MS = 5;
const nothing = (): void => {};

/** The connections of a fleet: opened at a rate, counted, and their ends told with the reason. */
export class FleetConnections {
  readonly driver: FleetDriver;
  readonly connections: FleetConnection[] = [];
  readonly latency = new Latency();
  readonly #clientOf: (index: number) => SwarmClient;
  readonly #events: ConnectionEvents;
  readonly #clock: FleetClock;
  readonly #delays: ReconnectDelays | undefined;
  readonly #reasons = new Map<string, number>();
  /** When each came up last, ms; below zero where it never did. */
  readonly #upMs: Float64Array;
  /** Connections that stay away until a time, ms. */
  readonly #awayUntilMs = new Map<number, number>();
  readonly #count: number;
  #firstMs = 0;
  #lastMs = 0;
  #answered = 0;
  #connected = 0;
  #reconnected = 0;
  #failed = 0;
  #lost = 0;
  #cut = 0;
  #isClosing = false;
  #settled: (() => void) | undefined;
  readonly #answeredOnce: Uint8Array;

  /** @param clientOf - who a connection is, by its number from 0 on */
  constructor(
    target: FleetTarget,
    count: number,
    clientOf: (index: number) => SwarmClient,
    events: ConnectionEvents,
    clock: FleetClock = systemClock,
  ) {
    this.#clientOf = clientOf;
    this.#events = events;
    this.#clock = clock;
    this.#count = count;
    this.#delays = target.reconnect && new ReconnectDelays(count, target.reconnect);
    this.#upMs = new Float64Array(count).fill(-1);
    this.#answeredOnce = new Uint8Array(count);
    const { driver = "engine", openDriver: open } = target;
    const options = {
      ...target,
      now: () => clock.now(),
      events: {
        connected: (connection: FleetConnection) => this.#up(connection),
        disconnected: (connection: FleetConnection, error: MqttError | undefined) =>
          this.#down(connection, error),
        acknowledged: events.acknowledged ?? nothing,
        unacknowledged: events.unacknowledged ?? nothing,
        message: events.message ?? nothing,
        subscribed: events.subscribed ?? nothing,
        ready: events.ready ?? nothing,
      },
    };
    this.driver = open ? open(options) : openDriver(driver, options);
  }

  /**
   * Opens all connections and resolves once each was answered, one way or the other, or at the signal.
   *
   * @param perSecond - how many attempts begin a second; infinite for as fast as may be
   */
  async open(perSecond: number, signal: AbortSignal): Promise<void> {
    if (this.#count === 0) return;
    this.#firstMs = this.#clock.now();
    const settled = new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
    const stop = () => this.#settled?.();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([settled, this.#openAll(perSecond, signal).then(() => settled)]);
    signal.removeEventListener("abort", stop);
  }

  /** Connections that are up, in their order. */
  *up(): Generator<FleetConnection> {
    for (const connection of this.connections) if (connection.state === "up") yield connection;
  }

  /**
   * Breaks a connection without a word, as when a node loses its power.
   *
   * @param awayMs - how long it stays away; it comes back only where the target says that clients do
   */
  cut(connection: FleetConnection, awayMs: number): void {
    if (connection.state !== "up") return;
    this.#awayUntilMs.set(connection.index, this.#clock.now() + awayMs);
    this.driver.close(connection, false);
  }

  /** Connections that `cut` broke. */
  get cutCount(): number {
    return this.#cut;
  }

  result(): ConnectResult {
    const elapsedMs = Math.max(0, this.#lastMs - this.#firstMs);
    return {
      clients: this.connections.length,
      connected: this.#connected,
      failed: this.#failed,
      lost: this.#lost,
      reconnected: this.#reconnected,
      elapsedMs,
      perSecond: elapsedMs > 0 ? (this.#connected / elapsedMs) * 1000 : 0,
      latency: this.latency.summary(),
      reasons: Object.fromEntries(this.#reasons),
    };
  }

  stats(): SwarmStats {
    return this.driver.stats();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.driver.closeAll();
  }

  async #openAll(perSecond: number, signal: AbortSignal): Promise<void> {
    const { connections } = this;
    for (;;) {
      const elapsedS = (this.#clock.now() - this.#firstMs) / 1000;
      const due = perSecond === Number.POSITIVE_INFINITY ? this.#count : elapsedS * perSecond;
      while (connections.length < Math.min(this.#count, Math.ceil(due))) this.#openOne();
      if (connections.length >= this.#count || signal.aborted || this.#isClosing) return;
      await hold(this.#clock, PACE_MS, signal);
    }
  }

  #openOne(): void {
    const index = this.connections.length;
    this.connections.push(this.driver.open(index, this.#clientOf(index)));
  }

  #up(connection: FleetConnection): void {
    const { index } = connection;
    const nowMs = this.#clock.now();
    this.latency.record(nowMs - connection.attemptMs);
    if ((this.#upMs[index] as number) < 0) this.#connected++;
    else this.#reconnected++;
    this.#upMs[index] = nowMs;
    this.#events.connected?.(connection);
    this.#answer(index, nowMs);
  }

  #down(connection: FleetConnection, error: MqttError | undefined): void {
    if (this.#isClosing) return;
    const { index } = connection;
    const nowMs = this.#clock.now();
    const awayUntilMs = this.#awayUntilMs.get(index);
    this.#awayUntilMs.delete(index);
    const upMs = this.#upMs[index] as number;
    // The attempt that has ended began after it came up last: it failed.
    const wasUp = upMs >= 0 && upMs >= connection.attemptMs;
    if (awayUntilMs !== undefined) this.#cut++;
    else {
      if (wasUp) this.#lost++;
      else this.#failed++;
      this.#note(error?.message ?? "closed");
    }
    this.#events.disconnected?.(connection);
    this.#answer(index, nowMs);
    if (!this.#delays) return;
    const delayMs =
      awayUntilMs === undefined
        ? this.#delays.next(index, wasUp ? nowMs - upMs : 0, Math.random())
        : awayUntilMs - nowMs;
    this.#clock.after(Math.max(0, Math.ceil(delayMs / PACE_MS) * PACE_MS), () => {
      if (!this.#isClosing) this.driver.reopen(connection);
    });
  }

  #note(reason: string): void {
    if (!this.#reasons.has(reason) && this.#reasons.size >= MAX_REASONS) return;
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  #answer(index: number, nowMs: number): void {
    if (this.#answeredOnce[index] === 1) return;
    this.#answeredOnce[index] = 1;
    this.#lastMs = nowMs;
    if (++this.#answered >= this.#count) this.#settled?.();
  }
}
