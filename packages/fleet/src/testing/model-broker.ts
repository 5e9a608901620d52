import type {
  PublishOutcome,
  QoS,
  SwarmClient,
  SwarmPublish,
  SwarmState,
  SwarmStats,
} from "@bollard/mqtt-engine";
import type { DriverEvents, FleetConnection, FleetDriver } from "../driver/fleet-driver.js";
import type { DriverOptions } from "../driver/open-driver.js";
import type { FleetClock } from "../engine/fleet-clock.js";
import { topicMatches } from "../engine/topic-matches.js";

class ModelConnection implements FleetConnection {
  state: SwarmState = "connecting";
  inFlightCount = 0;
  attemptMs = 0;
  readonly index: number;
  readonly client: SwarmClient;

  constructor(index: number, client: SwarmClient) {
    this.index = index;
    this.client = client;
  }
}

interface Subscription {
  readonly driver: ModelDriver;
  readonly connection: ModelConnection;
  readonly filter: string;
}

/** How the model takes its time. */
export interface ModelBrokerOptions {
  readonly clock: FleetClock;
  /** How long a message is under way, ms. */
  readonly delayMs: (payload: Buffer, topic: string) => number;
  /** Messages a second; one after the other. Default: no bound. */
  readonly capacity?: number;
}

/** A broker that takes exactly the time it is told to, so that a run's latencies are known. */
export class ModelBroker {
  readonly #options: ModelBrokerOptions;
  readonly #subscriptions: Subscription[] = [];
  #freeMs = 0;

  constructor(options: ModelBrokerOptions) {
    this.#options = options;
  }

  /** Hand this to a target. */
  readonly openDriver = (options: DriverOptions): FleetDriver =>
    new ModelDriver(options.events, this, this.#options.clock);

  subscribe(subscription: Subscription): void {
    this.#subscriptions.push(subscription);
  }

  /** Takes a message and hands it on; `done` is called when it has. */
  take(topic: string, payload: Buffer, qos: QoS, retain: boolean, done: () => void): void {
    const { clock, delayMs, capacity } = this.#options;
    const nowMs = clock.now();
    this.#freeMs = Math.max(this.#freeMs, nowMs) + (capacity ? 1000 / capacity : 0);
    clock.after(this.#freeMs - nowMs + delayMs(payload, topic), () => {
      for (const { driver, connection, filter } of this.#subscriptions) {
        if (topicMatches(filter, topic)) driver.deliver(connection, payload, qos, retain);
      }
      done();
    });
  }
}

class ModelDriver implements FleetDriver {
  readonly #events: DriverEvents;
  readonly #broker: ModelBroker;
  readonly #clock: FleetClock;
  #up = 0;

  constructor(events: DriverEvents, broker: ModelBroker, clock: FleetClock) {
    this.#events = events;
    this.#broker = broker;
    this.#clock = clock;
  }

  open(index: number, client: SwarmClient): ModelConnection {
    const connection = new ModelConnection(index, client);
    this.#connect(connection);
    return connection;
  }

  reopen(connection: ModelConnection): void {
    this.#connect(connection);
  }

  publish(
    connection: ModelConnection,
    topic: Uint8Array,
    kind: SwarmPublish,
    tag: number,
    dueMs: number,
    nowMs: number,
  ): PublishOutcome {
    if (connection.state !== "up") return "down";
    const payload = Buffer.alloc(kind.payloadBytes);
    const bytes = kind.write(payload, 0, tag, dueMs);
    connection.inFlightCount++;
    const name = Buffer.from(topic.subarray(2)).toString();
    this.#broker.take(name, payload.subarray(0, bytes), kind.qos, kind.retain, () => {
      connection.inFlightCount--;
      if (kind.qos > 0) this.#events.acknowledged(connection, tag, dueMs, nowMs, 0);
    });
    return "written";
  }

  subscribe(connection: ModelConnection, filter: string): void {
    this.#broker.subscribe({ driver: this, connection, filter });
    this.#clock.after(0, () => this.#events.subscribed(connection, 0));
  }

  deliver(connection: ModelConnection, payload: Buffer, qos: QoS, retain: boolean): void {
    this.#events.message(connection, {
      buffer: payload,
      topicStart: 0,
      topicEnd: 0,
      propertiesStart: 0,
      payloadStart: 0,
      payloadEnd: payload.length,
      qos,
      retain,
      dup: false,
    });
  }

  setReading(): void {}

  flush(): void {}

  close(connection: ModelConnection): void {
    if (connection.state === "up") this.#up--;
    connection.state = "closed";
    this.#clock.after(0, () => this.#events.disconnected(connection, undefined));
  }

  async closeAll(): Promise<void> {}

  stats(): SwarmStats {
    return { up: this.#up, connecting: 0, waiting: 0, writes: 0, writtenBytes: 0, unknownAcks: 0 };
  }

  #connect(connection: ModelConnection): void {
    connection.state = "connecting";
    connection.attemptMs = this.#clock.now();
    this.#clock.after(1, () => {
      connection.state = "up";
      this.#up++;
      this.#events.connected(connection, false);
    });
  }
}
