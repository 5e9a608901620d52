import type { FleetClock } from "./fleet-clock.js";
import { FleetConnections } from "./fleet-connections.js";
import { clientOf, type FleetTarget } from "./fleet-target.js";

/** Topics that are kept; a broker has some fifty. */
const MAX_TOPICS = 200;

/**
 * Listens to what a broker says of itself under `$SYS`. One that says nothing, or lets nobody listen,
 * is none the worse for it.
 */
export class BrokerObserver {
  readonly #connections: FleetConnections;
  readonly #values = new Map<string, number>();

  constructor(target: FleetTarget, run: number, clock: FleetClock) {
    const clientId = `bollard-fleet-${run.toString(16)}-observer`;
    const { reconnect: _, ...rest } = target;
    this.#connections = new FleetConnections(
      rest,
      1,
      () => clientOf({ ...rest, clientId }, run, 0),
      {
        connected: (connection) =>
          this.#connections.driver.subscribe(connection, "$SYS/broker/#", 0),
        message: (_connection, { buffer, topicStart, topicEnd, payloadStart, payloadEnd }) => {
          const topic = Buffer.from(buffer.subarray(topicStart, topicEnd)).toString();
          const text = Buffer.from(buffer.subarray(payloadStart, payloadEnd)).toString();
          const value = Number.parseFloat(text);
          if (!Number.isFinite(value)) return;
          const name = topic.replace(/^\$SYS\/broker\//, "");
          if (this.#values.has(name) || this.#values.size < MAX_TOPICS) {
            this.#values.set(name, value);
          }
        },
      },
      clock,
    );
  }

  /** Connects, and does not wait for it. */
  open(signal: AbortSignal): void {
    void this.#connections.open(Number.POSITIVE_INFINITY, signal);
  }

  /** The newest values, by topic without `$SYS/broker/`. */
  values(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values);
  }

  async close(): Promise<void> {
    await this.#connections.close();
  }
}
