import {
  isMqttError,
  type MqttConnection,
  type MqttError,
  type MqttMessage,
  openConnection,
  type RenewedOptions,
} from "@bollard/mqtt-engine";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import { type BrokerConfig, brokerOptions } from "../../mqtt/broker-options.js";
import type { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import { Trouble } from "../../trouble.js";
import type { SinkState } from "../sink.js";
import { Slots } from "../slots.js";

/** One message on its way out. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly retain: boolean;
}

/** Whom to publish to, and how. */
export interface MqttPublisherOptions {
  readonly config: BrokerConfig;
  /** Where the configuration names none. */
  readonly clientId: string;
  /** Most messages without an acknowledgement. */
  readonly inFlight: number;
  readonly alarms: ConnectionAlarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
  /** Read before each connection, in place of the configuration's. */
  readonly username?: () => string;
  /** Where birth and death of the bridge are published, retained. Default: nowhere. */
  readonly birth?: { readonly topic: string; readonly bridge: string };
  /** What to subscribe to, and who takes what comes. Default: nothing. */
  readonly incoming?: {
    readonly filter: string | readonly string[];
    readonly take: (message: MqttMessage) => void;
  };
  /** Called each time the broker has taken the connection. */
  readonly onConnect?: () => void;
}

/** Topic name invalid, packet too large, payload format invalid: sent again it fares no better. */
const NEVER_TAKEN = new Set([0x90, 0x95, 0x99]);
/** Messages of our own beside those that wait for a slot. */
const EXTRA_QUEUED = 4;
/** How long a good-bye may take. */
const GOOD_BYE_MS = 300;
/** How long a broker is left alone with a message that it refused for now. */
const AGAIN_MS = 1000;

/**
 * Publishes at QoS 1 for as long as it takes: what has no acknowledgement when a connection ends is
 * sent again on the next one, in order. So a message may come twice, and none is lost here.
 */
export class MqttPublisher {
  readonly #options: MqttPublisherOptions;
  readonly #slots: Slots;
  #connection: MqttConnection | undefined;
  #connectedAt = 0;
  #wasConnected = false;
  readonly #trouble: Trouble;
  #taken = 0;
  #refused = 0;
  #isClosed = false;
  /** Another one at each connection, and always a higher one. */
  #session = 0;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#trouble = new Trouble(options.clock);
    this.#slots = new Slots(options.inFlight);
  }

  get state(): "up" | "down" | "connecting" {
    if (this.#connection?.connected) return "up";
    return this.#wasConnected || this.#trouble.now ? "down" : "connecting";
  }

  /** Why it is down, or where it goes. */
  get detail(): string {
    const { url } = this.#options.config;
    return this.#trouble.now ? `${url}: ${this.#trouble.now}` : url;
  }

  /** What went wrong last, and while it is down when it is tried again. */
  get trouble(): Pick<SinkState, "lastError" | "retryInMs"> {
    return this.#trouble.view(this.state);
  }

  /** Messages acknowledged. */
  get taken(): number {
    return this.#taken;
  }

  /** Messages that the broker will never take. */
  get refused(): number {
    return this.#refused;
  }

  open(): void {
    const { config, clientId, inFlight, alarms, incoming, username, clock, log } = this.#options;
    const options = brokerOptions(config, clientId);
    this.#connection = openConnection({
      ...options,
      renew: () => ({
        ...options.renew?.(),
        ...(username && { username: username() }),
        ...this.#nextWill(),
      }),
      maxInFlight: inFlight,
      maxQueued: inFlight + EXTRA_QUEUED,
      maxQueuedBytes: Number.MAX_SAFE_INTEGER,
      onMessage: (message, ack) => {
        ack();
        incoming?.take(message);
      },
      onConnected: () => {
        this.#connectedAt = clock.monotonicMs();
        this.#wasConnected = true;
        this.#trouble.end();
        alarms.connected();
        log.info({ url: config.url }, "connected");
        this.#tell("up").catch(() => {});
        this.#options.onConnect?.();
      },
      onDisconnected: ({ error, wasConnected, retryInMs }) => {
        this.#trouble.begin(error.message, retryInMs);
        alarms.lost(error, wasConnected ? clock.monotonicMs() - this.#connectedAt : undefined);
        if (wasConnected) log.warn({ url: config.url, err: error }, "connection lost");
      },
    });
    if (incoming) {
      for (const filter of [incoming.filter].flat()) {
        this.#connection.subscribe(filter, 1).catch((error: Error) => {
          if (!this.#isClosed) log.error({ err: error, filter }, "cannot subscribe");
        });
      }
    }
  }

  /**
   * Hands a message over, in the order of the calls: at once where fewer than `inFlight` are without
   * an acknowledgement, or else once there is a place, when the promise resolves.
   *
   * @param done - called once the broker has taken it, or has said that it never will
   */
  publish(message: OutgoingMessage, done: () => void): Promise<void> | undefined {
    if (this.#slots.tryTake()) {
      this.#send(message, done);
      return undefined;
    }
    return this.#slots.take().then(() => this.#send(message, done));
  }

  /** Cuts the connection. Messages without an acknowledgement stay without. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#connection?.connected) {
      const told = this.#tell("down").catch(() => {});
      await Promise.race([
        told,
        new Promise<void>((end) => this.#options.clock.after(GOOD_BYE_MS, end)),
      ]);
    }
    await this.#connection?.close();
  }

  /** The broker publishes it for us when the connection ends without a good-bye. */
  #nextWill(): RenewedOptions {
    const { birth, clock } = this.#options;
    this.#session = Math.max(this.#session + 1, Math.trunc(clock.wallMs()));
    if (!birth) return {};
    const payload = this.#statusText("down");
    return { will: { topic: birth.topic, payload, qos: 1, retain: true } };
  }

  async #tell(state: "up" | "down"): Promise<void> {
    const { birth } = this.#options;
    if (!birth) return;
    const options = { qos: 1, retain: true } as const;
    await this.#connection?.publish(birth.topic, this.#statusText(state), options);
  }

  /** A death is that of a session: one that comes late does not end the session after it. */
  #statusText(state: "up" | "down"): string {
    return JSON.stringify({ bridge: this.#options.birth?.bridge, state, session: this.#session });
  }

  #send(message: OutgoingMessage, done: () => void): void {
    const { topic, payload, retain } = message;
    this.#connection?.publish(topic, payload, { qos: 1, retain }, (error) => {
      if (error) this.#onRefused(message, done, error);
      else this.#finish("taken", done);
    });
  }

  #onRefused(message: OutgoingMessage, done: () => void, error: MqttError): void {
    if (error.code === "MQTT_CLOSED") return;
    if (isForGood(error)) {
      const { topic } = message;
      this.#options.log.warn({ topic, err: error }, "the broker will never take this message");
      this.#finish("refused", done);
      return;
    }
    // Such as a quota that is used up. Others may overtake it: the newest stays the newest by its time.
    this.#trouble.begin(error.message);
    this.#options.alarms.refusing(message.topic, error);
    this.#options.clock.after(AGAIN_MS, () => {
      if (!this.#isClosed) this.#send(message, done);
    });
  }

  #finish(outcome: "taken" | "refused", done: () => void): void {
    if (outcome === "taken") this.#taken++;
    else this.#refused++;
    this.#slots.release();
    done();
  }
}

function isForGood(error: MqttError): boolean {
  if (!isMqttError(error)) return true;
  if (error.code === "MQTT_PACKET_TOO_LARGE" || error.code === "MQTT_INVALID_ARGUMENT") return true;
  return error.code === "MQTT_PUBLISH_REFUSED" && NEVER_TAKEN.has(error.reasonCode ?? 0);
}
