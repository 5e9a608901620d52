import { type MqttConnection, type MqttMessage, openConnection } from "@bollard/mqtt-engine";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import { type BrokerConfig, brokerOptions } from "../../mqtt/broker-options.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import type { EndStatus } from "../../page/api-types.js";
import { Trouble } from "../../trouble.js";
import { BrokerWindow } from "./broker-window.js";

/** What to subscribe to, and who takes what comes. */
export interface MqttSubscriberOptions {
  readonly config: BrokerConfig & { readonly receiveMaximum: number };
  /** Where the configuration names none. */
  readonly clientId: string;
  readonly filters: readonly string[];
  /** The end's name in the configuration, such as `sources.mqtt.street`. */
  readonly place: string;
  /**
   * Takes a message; `ack` is called once it is safe. False: it cannot be kept now, and the broker is
   * left alone for a while.
   */
  readonly take: (message: MqttMessage, ack: () => void) => boolean;
  /** Brings what waits to the disk at once, where the broker waits for acknowledgements. */
  readonly commit: () => Promise<void>;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** A longer packet ends the connection, and would come again and again. */
const MAX_PACKET_BYTES = 16 * 1024 * 1024;
/** How long to leave the broker alone when a message could not be kept. */
const HOLD_BACK_MS = 2000;

/**
 * A persistent session with a broker that messages come from.
 *
 * The client id is fixed, and PUBACK goes out only once a message is safe: so the broker keeps what
 * came while the bridge was away, and sends again what was not acknowledged.
 */
export class MqttSubscriber {
  readonly #options: MqttSubscriberOptions;
  readonly #clientId: string;
  readonly #alarms: ConnectionAlarms;
  readonly #trouble: Trouble;
  #connection: MqttConnection | undefined;
  #cancelHold: (() => void) | undefined;
  #connectedAt = 0;
  #wasConnected = false;
  #lowestQoS = 1;
  #isClosed = false;

  constructor(options: MqttSubscriberOptions) {
    this.#options = options;
    this.#clientId = options.config.clientId || options.clientId;
    this.#trouble = new Trouble(options.clock);
    this.#alarms = new ConnectionAlarms(options.alarms, options.place, this.#clientId);
  }

  open(): void {
    const { config, filters, take, commit, clock, log } = this.#options;
    const window = new BrokerWindow(config.receiveMaximum);
    const connection = openConnection({
      ...brokerOptions(config, this.#clientId),
      cleanSession: false,
      receiveMaximum: config.receiveMaximum,
      maxPacketBytes: MAX_PACKET_BYTES,
      onMessage: (message, ack) => {
        if (connection !== this.#connection) return;
        const answer = () => {
          window.answered();
          ack();
        };
        const isLast = window.came();
        if (!take(message, answer)) this.#holdBack();
        else if (isLast) void commit().catch(() => {});
      },
      onConnected: ({ sessionPresent }) => {
        this.#connectedAt = clock.monotonicMs();
        this.#wasConnected = true;
        this.#trouble.end();
        this.#alarms.connected();
        log.info({ url: config.url, sessionPresent }, "connected");
      },
      onDisconnected: ({ error, wasConnected, retryInMs }) => {
        this.#trouble.begin(error.message, retryInMs);
        this.#alarms.lost(
          error,
          wasConnected ? clock.monotonicMs() - this.#connectedAt : undefined,
        );
        if (wasConnected) log.warn({ url: config.url, err: error }, "connection lost");
      },
      onProblem: (error) => this.#problem(error),
    });
    this.#connection = connection;
    for (const filter of filters) this.#subscribe(connection, filter);
  }

  #subscribe(connection: MqttConnection, filter: string): void {
    connection.subscribe(filter, 1).then(
      (granted) => {
        if (granted > 0) return;
        this.#lowestQoS = 0;
        const message = "the broker gives QoS 0 only: messages are safe from their arrival here on";
        this.#options.log.warn({ filter }, message);
      },
      (error: Error) => {
        if (!this.#isClosed && connection === this.#connection) this.#problem(error);
      },
    );
  }

  /** Publishes to the same broker, at QoS 1. Rejects where it cannot. */
  async publish(topic: string, payload: Uint8Array | string): Promise<void> {
    const connection = this.#connection;
    if (!connection?.connected) throw new Error("there is no connection to the broker now");
    await connection.publish(topic, payload, { qos: 1 });
  }

  /** How the connection is, for the status. */
  get status(): Pick<EndStatus, "state" | "detail" | "lastError" | "retryInMs"> {
    const { config, filters } = this.#options;
    const isUp = this.#connection?.connected === true && this.#trouble.now === "";
    const wentWrong = this.#wasConnected || this.#trouble.now !== "";
    const qos = this.#lowestQoS === 0 ? ", QoS 0" : "";
    const why = isUp || !wentWrong ? "" : `: ${this.#trouble.now}`;
    const state = isUp ? "up" : wentWrong ? "down" : "connecting";
    return {
      state,
      ...this.#trouble.view(state),
      detail: `${config.url} ${filters.join(", ")}${qos}${why}`,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelHold?.();
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #problem(error: Error): void {
    this.#trouble.begin(error.message);
    this.#options.log.error({ err: error }, "cannot subscribe");
  }

  /** Nothing can be kept now: the broker keeps it for us, until we come back. */
  #holdBack(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    const why = "nothing can be kept now; the broker holds the messages";
    this.#trouble.begin(why, HOLD_BACK_MS);
    connection?.close().catch(() => {});
    this.#cancelHold?.();
    this.#cancelHold = this.#options.clock.after(HOLD_BACK_MS, () => {
      if (!this.#isClosed) this.open();
    });
  }
}
