import type { Entity, EntityGates } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import type { Filled, MqttSinkConfig } from "../../config/config.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import type { Sink, SinkState } from "../sink.js";
import { MqttPublisher, type OutgoingMessage } from "./mqtt-publisher.js";
import { NewestOfEach } from "./newest-of-each.js";
import { toSenmlMessage } from "./senml-message.js";
import { toEntities } from "./to-entities.js";

/** What the sink is made of. */
export interface MqttSinkOptions {
  readonly config: Filled<MqttSinkConfig>;
  readonly bridgeName: string;
  readonly password?: string | undefined;
  readonly gates: EntityGates;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** Topics whose latest message is kept, to be published again after a reconnection. */
const MAX_TOPICS = 30_000;
const MAX_REFUSALS_LOGGED = 100;
const NOT_PUBLISHED = -1;

/**
 * Publishes each reading as SenML-JSON and as NGSI-LD entities, QoS 1, the newest retained.
 *
 * An entity that a gate refuses is counted with its reason and left out; the rest goes on. After a
 * reconnection the latest of each topic that has had nothing new since is published again, since the
 * broker may have lost it.
 */
export class MqttSink implements Sink {
  readonly kind = "mqtt";
  readonly name: string;
  readonly window: number;
  readonly #config: Filled<MqttSinkConfig>;
  readonly #gates: EntityGates;
  readonly #log: Logger;
  readonly #publisher: MqttPublisher;
  readonly #newest = new NewestOfEach(MAX_TOPICS);
  /** By topic; `connection` is the one on which the broker has taken it. */
  readonly #latest = new Map<string, { message: CheckedMessage; connection: number }>();
  #connection = 0;
  #restored = 0;
  #isCaughtUp = false;
  #turn: Promise<void> = Promise.resolve();
  readonly #refusals = new Map<string, number>();
  #refused = 0;

  constructor(options: MqttSinkOptions) {
    const { config } = options;
    this.name = config.name;
    this.window = config.inFlight;
    this.#config = config;
    this.#gates = options.gates;
    this.#log = options.log;
    this.#publisher = new MqttPublisher({
      ...config,
      clientId: config.clientId || `${options.bridgeName}-${config.name}-out`,
      password: options.password,
      clock: options.clock,
      log: options.log,
      onConnect: () => {
        this.#connection++;
        if (this.#isCaughtUp) this.caughtUp();
      },
    });
  }

  open(): void {
    this.#publisher.open();
  }

  deliver(delivery: Delivery): Promise<void> {
    this.#isCaughtUp = false;
    const handedOver = this.#turn.then(() => this.#handOver(delivery));
    this.#turn = handedOver.then(() => {});
    return handedOver.then(async (acknowledgements) => {
      await Promise.all(acknowledgements);
    });
  }

  recall(delivery: Delivery): void {
    for (const reading of delivery.readings) {
      if (!this.#newest.isNewest(streamOf(delivery), reading)) continue;
      for (const message of this.#messagesOf(delivery, reading, true)) {
        this.#remember(message, NOT_PUBLISHED);
      }
    }
  }

  caughtUp(): void {
    this.#isCaughtUp = true;
    if (this.#restored === this.#connection || this.#publisher.state !== "up") return;
    const connection = this.#connection;
    this.#restored = connection;
    this.#turn = this.#turn.then(() => this.#restore(connection));
  }

  state(): SinkState {
    const [reason] = this.#refusals.keys();
    const note = this.#refused > 0 ? `; ${this.#refused} left out, such as: ${reason}` : "";
    return {
      state: this.#publisher.state,
      detail: this.#publisher.detail + note,
      messages: this.#publisher.taken,
      errors: this.#refused + this.#publisher.refused,
    };
  }

  close(): Promise<void> {
    return this.#publisher.close();
  }

  async #handOver(delivery: Delivery): Promise<Promise<unknown>[]> {
    const acknowledgements: Promise<unknown>[] = [];
    for (const reading of delivery.readings) {
      const isNewest = this.#newest.isNewest(streamOf(delivery), reading);
      for (const message of this.#messagesOf(delivery, reading, isNewest)) {
        if (!(await this.#passes(message))) continue;
        acknowledgements.push((await this.#publish(message)).acknowledged);
      }
    }
    return acknowledgements;
  }

  /** Remembers what is retained, and on which connection the broker has taken it. */
  async #publish({ topic, payload, retain }: OutgoingMessage): Promise<Handed> {
    const message = { topic, payload, retain };
    const handed = await this.#publisher.publish(message);
    if (!retain) return handed;
    this.#remember(message, NOT_PUBLISHED);
    const acknowledged = handed.acknowledged.then(() => {
      const latest = this.#latest.get(topic);
      if (latest?.message === message) latest.connection = this.#connection;
    });
    return { acknowledged };
  }

  #messagesOf(delivery: Delivery, reading: DeliveredReading, isNewest: boolean): CheckedMessage[] {
    try {
      return this.#formatsOf(delivery, reading, this.#config.retain && isNewest);
    } catch (error) {
      this.#refuse(streamOf(delivery), error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  #formatsOf(
    { node, schema }: Delivery,
    reading: DeliveredReading,
    retain: boolean,
  ): CheckedMessage[] {
    const { prefix, formats } = this.#config;
    const base = `${prefix}/${node.name}/${schema.schema.name}`;
    const messages: CheckedMessage[] = [];
    if (formats.includes("senml")) {
      const payload = toSenmlMessage(node.name, reading);
      messages.push({ topic: `${base}/senml`, payload, retain });
    }
    if (formats.includes("ngsi-ld")) {
      const { entities, refusals } = toEntities(node, schema, reading);
      for (const entity of entities) {
        const payload = JSON.stringify(entity);
        messages.push({ topic: `${base}/ngsi-ld/${entity.type}`, payload, retain, entity });
      }
      for (const reason of refusals) this.#refuse(base, reason);
    }
    return messages;
  }

  /** What is no entity passes; a shape that the gates know takes no time. */
  async #passes(message: CheckedMessage): Promise<boolean> {
    if (!message.entity) return true;
    const result = await this.#gates.check(message.entity);
    if (result.ok) return true;
    const [problem] = result.problems;
    this.#refuse(message.topic, problem ? `${problem.path} ${problem.message}`.trim() : "refused");
    return false;
  }

  #refuse(topic: string, reason: string): void {
    this.#refused++;
    const count = this.#refusals.get(reason) ?? 0;
    if (count === 0 && this.#refusals.size < MAX_REFUSALS_LOGGED) {
      this.#log.warn({ topic, reason }, "an entity was left out");
    }
    if (count > 0 || this.#refusals.size < MAX_REFUSALS_LOGGED) {
      this.#refusals.set(reason, count + 1);
    }
  }

  #remember(message: CheckedMessage, connection: number): void {
    if (!message.retain) return;
    this.#latest.delete(message.topic);
    this.#latest.set(message.topic, { message, connection });
    const eldest = this.#latest.keys().next();
    if (this.#latest.size > MAX_TOPICS && !eldest.done) this.#latest.delete(eldest.value);
  }

  async #restore(connection: number): Promise<void> {
    for (const [topic, latest] of [...this.#latest]) {
      const isNewer = this.#latest.get(topic) !== latest;
      if (isNewer || latest.connection === connection) continue;
      if (await this.#passes(latest.message)) await this.#publish(latest.message);
    }
  }
}

/** Wrapped, since a promise of a promise would wait for both. */
interface Handed {
  readonly acknowledged: Promise<unknown>;
}

interface CheckedMessage extends OutgoingMessage {
  readonly entity?: Entity;
}

function streamOf({ node, schema }: Delivery): string {
  return `${node.name}/${schema.schema.name}`;
}
