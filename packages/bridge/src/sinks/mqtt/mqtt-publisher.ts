import { connect, type MqttClient, UniqueMessageIdProvider } from "mqtt";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import { Slots } from "../slots.js";

/** One message on its way out. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Whom to publish to, and how. */
export interface MqttPublisherOptions {
  readonly url: string;
  readonly clientId: string;
  readonly version: "3.1.1" | "5";
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly keepAliveS: number;
  /** Most messages without an acknowledgement. */
  readonly inFlight: number;
  readonly clock: BridgeClock;
  readonly log: Logger;
  /** Called each time the broker has taken the connection. */
  readonly onConnect?: () => void;
}

interface Pending {
  readonly message: OutgoingMessage;
  readonly done: (outcome: "taken" | "refused") => void;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;
const CONNECT_WITHIN_MS = 10_000;
/** Topic name invalid, packet too large, payload format invalid: sent again it fares no better. */
const NEVER_TAKEN = new Set([0x90, 0x95, 0x99]);

/**
 * Publishes at QoS 1 for as long as it takes: what has no acknowledgement when a connection ends is
 * sent again on the next one, in order. So a message may come twice, and none is lost here.
 *
 * Each connection is a new `mqtt` client that never reconnects by itself: its own queue overwrites
 * messages in silence once its ids run out.
 */
export class MqttPublisher {
  readonly #options: MqttPublisherOptions;
  readonly #slots: Slots;
  /** In the order in which they were first sent. */
  readonly #pending = new Set<Pending>();
  #client: MqttClient | undefined;
  #isConnected = false;
  #isClosed = false;
  #wasConnected = false;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: (() => void) | undefined;
  #lastError = "";
  #taken = 0;
  #refused = 0;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#slots = new Slots(options.inFlight);
  }

  get state(): "up" | "down" | "connecting" {
    if (this.#isConnected) return "up";
    return this.#wasConnected || this.#lastError ? "down" : "connecting";
  }

  /** Why it is down, or where it goes. */
  get detail(): string {
    const { url } = this.#options;
    return this.#isConnected || !this.#lastError ? url : `${url}: ${this.#lastError}`;
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
    const options = this.#options;
    const client = connect(options.url, {
      clientId: options.clientId,
      protocolVersion: options.version === "5" ? 5 : 4,
      clean: true,
      keepalive: options.keepAliveS,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_WITHIN_MS,
      queueQoSZero: false,
      resubscribe: false,
      messageIdProvider: new UniqueMessageIdProvider(),
      ...(options.username !== undefined && { username: options.username }),
      ...(options.password !== undefined && { password: options.password }),
    });
    this.#client = client;
    client.on("connect", () => this.#onConnect(client));
    client.on("error", (error) => this.#onError(client, error));
    client.on("close", () => this.#onClose(client));
  }

  /**
   * Resolves once the message is handed over in its order; the inner promise once the broker has
   * taken it, or has said that it never will.
   */
  async publish(message: OutgoingMessage): Promise<{ readonly acknowledged: Promise<unknown> }> {
    await this.#slots.take();
    const acknowledged = new Promise<"taken" | "refused">((done) => {
      const pending: Pending = { message, done };
      this.#pending.add(pending);
      if (this.#isConnected && this.#client) this.#send(this.#client, pending);
    });
    return { acknowledged };
  }

  /** Cuts the connection. Promises of messages without an acknowledgement stay open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#client?.end(true);
    this.#isConnected = false;
  }

  #send(client: MqttClient, pending: Pending): void {
    const { topic, payload, retain } = pending.message;
    client.publish(topic, payload, { qos: 1, retain }, (error) => {
      if (client !== this.#client || !this.#isConnected) return;
      if (!error) return this.#finish(pending, "taken");
      const code = "code" in error ? Number(error.code) : 0;
      if (NEVER_TAKEN.has(code)) {
        this.#options.log.warn({ topic, code }, "the broker will never take this message");
        return this.#finish(pending, "refused");
      }
      this.#lastError = error.message;
      client.end(true);
    });
  }

  #finish(pending: Pending, outcome: "taken" | "refused"): void {
    if (!this.#pending.delete(pending)) return;
    if (outcome === "taken") this.#taken++;
    else this.#refused++;
    this.#slots.release();
    pending.done(outcome);
  }

  #onConnect(client: MqttClient): void {
    if (client !== this.#client || this.#isClosed) return;
    this.#isConnected = true;
    this.#wasConnected = true;
    this.#lastError = "";
    this.#retryMs = FIRST_RETRY_MS;
    this.#options.log.info({ url: this.#options.url }, "connected");
    this.#options.onConnect?.();
    for (const pending of this.#pending) this.#send(client, pending);
  }

  #onError(client: MqttClient, error: Error): void {
    if (client !== this.#client) return;
    const code = "code" in error ? String(error.code) : "";
    this.#lastError = error.message || code;
    client.end(true);
  }

  #onClose(client: MqttClient): void {
    if (client !== this.#client || this.#isClosed) return;
    if (this.#isConnected) this.#options.log.warn({ url: this.#options.url }, "connection lost");
    this.#client = undefined;
    this.#isConnected = false;
    this.#lastError ||= "the connection was lost";
    this.#cancelRetry = this.#options.clock.after(this.#retryMs, () => this.open());
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }
}
