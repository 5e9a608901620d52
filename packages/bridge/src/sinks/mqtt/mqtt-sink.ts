import type { Entity, EntityGates } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { Filled, MqttSinkConfig } from "../../config/config.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import type { KnownSchema } from "../../schema-set.js";
import { NewestOfEach } from "../newest-of-each.js";
import type { Sink, SinkState } from "../sink.js";
import { toEntities } from "../to-entities.js";
import { Countdown } from "./countdown.js";
import { MqttPublisher, type OutgoingMessage } from "./mqtt-publisher.js";
import { toSenmlMessage } from "./senml-message.js";

/** What the sink is made of. */
export interface MqttSinkOptions {
  readonly config: Filled<MqttSinkConfig>;
  readonly bridgeName: string;
  readonly alarms: Alarms;
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
  /** By topic. */
  readonly #latest = new Map<string, Latest>();
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
    const clientId = config.clientId || `${options.bridgeName}-${config.name}-out`;
    this.#publisher = new MqttPublisher({
      config,
      clientId,
      inFlight: config.inFlight,
      alarms: new ConnectionAlarms(options.alarms, `sinks.mqtt.${config.name}`, clientId),
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
    return new Promise((resolve) => {
      const open = new Countdown(resolve);
      this.#turn = this.#turn.then(() => this.#handOver(delivery, open));
    });
  }

  recall(delivery: Delivery): void {
    for (const reading of delivery.readings) {
      if (!this.#newest.isNewest(streamOf(delivery), reading)) continue;
      for (const message of this.#messagesOf(delivery, reading, true)) {
        if (message.retain) this.#remember(message, NOT_PUBLISHED);
      }
    }
  }

  /** An empty message is how MQTT takes a retained one back. */
  forget(name: string, schemas: readonly KnownSchema[]): void {
    const { prefix, retain } = this.#config;
    const topics = schemas.flatMap(({ schema, models }) => {
      const base = `${prefix}/${name}/${schema.name}`;
      return [`${base}/senml`, ...[...models.keys()].map((type) => `${base}/ngsi-ld/${type}`)];
    });
    for (const topic of topics) this.#latest.delete(topic);
    if (!retain) return;
    this.#turn = this.#turn.then(async () => {
      for (const topic of topics) {
        await this.#publisher.publish({ topic, payload: "", retain: true }, () => {});
      }
    });
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
      ...this.#publisher.trouble,
    };
  }

  close(): Promise<void> {
    return this.#publisher.close();
  }

  async #handOver(delivery: Delivery, open: Countdown): Promise<void> {
    for (const reading of delivery.readings) {
      const isNewest = this.#newest.isNewest(streamOf(delivery), reading);
      for (const message of this.#messagesOf(delivery, reading, isNewest)) {
        if (message.entity && !(await this.#passes(message))) continue;
        open.add();
        const handed = this.#publish(message, () => open.done());
        if (handed) await handed;
      }
    }
    open.done();
  }

  /** Remembers what is retained, and on which connection the broker has taken it. */
  #publish(message: CheckedMessage, done: () => void): Promise<void> | undefined {
    const { topic, retain } = message;
    if (!retain) return this.#publisher.publish(message, done);
    const latest = this.#remember(message, NOT_PUBLISHED);
    return this.#publisher.publish(message, () => {
      if (this.#latest.get(topic) === latest) latest.connection = this.#connection;
      done();
    });
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

  #remember(message: CheckedMessage, connection: number): Latest {
    const latest = { message, connection };
    this.#latest.delete(message.topic);
    this.#latest.set(message.topic, latest);
    const eldest = this.#latest.keys().next();
    if (this.#latest.size > MAX_TOPICS && !eldest.done) this.#latest.delete(eldest.value);
    return latest;
  }

  async #restore(connection: number): Promise<void> {
    for (const [topic, latest] of [...this.#latest]) {
      const isNewer = this.#latest.get(topic) !== latest;
      if (isNewer || latest.connection === connection) continue;
      if (await this.#passes(latest.message)) await this.#publish(latest.message, () => {});
    }
  }
}

/** The latest message of a topic, and the connection on which the broker has taken it. */
interface Latest {
  readonly message: CheckedMessage;
  connection: number;
}

interface CheckedMessage extends OutgoingMessage {
  readonly entity?: Entity;
}

function streamOf({ node, schema }: Delivery): string {
  return `${node.name}/${schema.schema.name}`;
}
