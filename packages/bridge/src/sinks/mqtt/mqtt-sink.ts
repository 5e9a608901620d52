import type { EntityGates } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandDesk } from "../../commands/command-desk.js";
import type { Filled, MqttSinkConfig } from "../../config/config.js";
import type { Delivery } from "../../delivery.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import { formatTopic } from "../../mqtt/topic-template.js";
import type { KnownSchema } from "../../schema-set.js";
import { NewestOfEach } from "../newest-of-each.js";
import type { Sink, SinkState } from "../sink.js";
import { CommandIntake } from "./command-intake.js";
import { Countdown } from "./countdown.js";
import { LatestMessages } from "./latest-messages.js";
import { MqttPublisher } from "./mqtt-publisher.js";
import { NodePresence, type NodeStatus } from "./node-presence.js";
import { type CheckedMessage, type Messages, ReadingMessages } from "./reading-messages.js";
import { Refusals } from "./refusals.js";

/** What the sink is made of. */
export interface MqttSinkOptions {
  readonly config: Filled<MqttSinkConfig>;
  readonly bridgeName: string;
  readonly alarms: Alarms;
  readonly gates: EntityGates;
  /** Takes commands for nodes. Default: nobody does. */
  readonly commands?: CommandDesk | undefined;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** Topics whose latest message is kept, to be published again after a reconnection. */
const MAX_TOPICS = 30_000;
/** Time between two looks for nodes that have fallen silent. */
const LOOK_FOR_SILENT_MS = 5000;

const noted = (): void => {};

/**
 * Publishes each reading in the forms asked for, QoS 1, the newest retained; and beside them birth and
 * death of the bridge and the state of each node.
 *
 * An entity that a gate refuses is counted with its reason and left out; the rest goes on. After a
 * reconnection the latest of each topic that has had nothing new since is published again, since the
 * broker may have lost it.
 */
export class MqttSink implements Sink {
  readonly kind = "mqtt";
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number | undefined;
  readonly isLiveFirst: boolean;
  readonly #options: MqttSinkOptions;
  readonly #messages: ReadingMessages;
  readonly #publisher: MqttPublisher;
  readonly #newest = new NewestOfEach(MAX_TOPICS);
  readonly #latest = new LatestMessages<CheckedMessage>(MAX_TOPICS);
  readonly #presence: NodePresence | undefined;
  readonly #refusals: Refusals;
  #connection = 0;
  #restored = 0;
  #isCaughtUp = false;
  #turn: Promise<void> = Promise.resolve();
  #cancelLook: (() => void) | undefined;

  constructor(options: MqttSinkOptions) {
    const { config, clock, log, bridgeName, commands } = options;
    this.name = config.name;
    this.window = config.inFlight;
    this.maxBehind = config.maxBehind;
    this.isLiveFirst = config.order === "live-first";
    this.#options = options;
    this.#refusals = new Refusals(log);
    this.#messages = new ReadingMessages(config, bridgeName);
    this.#presence = config.status ? new NodePresence(clock) : undefined;
    const clientId = config.clientId || `${bridgeName}-${config.name}-out`;
    this.#publisher = new MqttPublisher({
      config,
      clientId,
      inFlight: config.inFlight,
      alarms: new ConnectionAlarms(options.alarms, `sinks.mqtt.${config.name}`, clientId),
      clock,
      log,
      ...(config.status && {
        birth: { topic: this.#messages.bridgeStatusTopic, bridge: bridgeName },
      }),
      ...(commands && config.commands && { incoming: this.#makeIntake(commands, config.commands) }),
      onConnect: () => {
        this.#connection++;
        if (this.#isCaughtUp) this.caughtUp();
      },
    });
  }

  open(): void {
    this.#publisher.open();
    if (this.#presence) this.#lookForSilent();
  }

  deliver(delivery: Delivery): Promise<void> {
    this.#isCaughtUp = false;
    return new Promise((resolve) => {
      const open = new Countdown(resolve);
      this.#turn = this.#turn.then(() => this.#handOver(delivery, open));
    });
  }

  recall(delivery: Delivery): void {
    const status = this.#presence?.note(delivery);
    if (status) this.#latest.note(this.#statusMessage(status));
    let isAnyNewest = false;
    for (const reading of delivery.readings) {
      const isNewest = this.#newest.isNewest(streamOf(delivery), reading);
      isAnyNewest ||= isNewest;
      if (!isNewest) continue;
      for (const message of this.#make(() => this.#messages.ofReading(delivery, reading, true))) {
        if (message.retain) this.#latest.note(message);
      }
    }
    for (const message of this.#make(() => this.#messages.ofEntry(delivery, isAnyNewest))) {
      if (message.retain) this.#latest.note(message);
    }
  }

  /** An empty message is how MQTT takes a retained one back. */
  forget(name: string, schemas: readonly KnownSchema[]): void {
    this.#presence?.forget(name);
    const topics = [
      this.#messages.nodeStatusTopic(name),
      ...schemas.flatMap((schema) => this.#messages.retainedTopics(name, schema)),
    ];
    for (const topic of topics) this.#latest.delete(topic);
    if (!this.#options.config.retain) return;
    this.#turn = this.#turn.then(async () => {
      for (const topic of topics) {
        await this.#publisher.publish({ topic, payload: "", retain: true }, noted);
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
    return {
      state: this.#publisher.state,
      detail: this.#publisher.detail + this.#refusals.text,
      messages: this.#publisher.taken,
      errors: this.#refusals.count + this.#publisher.refused,
      ...this.#publisher.trouble,
    };
  }

  close(): Promise<void> {
    this.#cancelLook?.();
    return this.#publisher.close();
  }

  async #handOver(delivery: Delivery, open: Countdown): Promise<void> {
    const status = this.#presence?.note(delivery);
    if (status) await this.#send([this.#statusMessage(status)], open);
    const made: CheckedMessage[] = [];
    let isAnyNewest = false;
    for (const reading of delivery.readings) {
      const isNewest = this.#newest.isNewest(streamOf(delivery), reading);
      isAnyNewest ||= isNewest;
      made.push(...this.#make(() => this.#messages.ofReading(delivery, reading, isNewest)));
    }
    await this.#send(
      this.#make(() => this.#messages.ofEntry(delivery, isAnyNewest)),
      open,
    );
    await this.#send(made, open);
    open.done();
  }

  async #send(messages: readonly CheckedMessage[], open: Countdown): Promise<void> {
    for (const message of messages) {
      if (message.entity && !(await this.#passes(message))) continue;
      open.add();
      const handed = this.#publish(message, () => open.done());
      if (handed) await handed;
    }
  }

  /** Remembers what is retained, and on which connection the broker has taken it. */
  #publish(message: CheckedMessage, done: () => void): Promise<void> | undefined {
    if (!message.retain) return this.#publisher.publish(message, done);
    const latest = this.#latest.note(message);
    return this.#publisher.publish(message, () => {
      latest.connection = this.#connection;
      done();
    });
  }

  #make(make: () => Messages): readonly CheckedMessage[] {
    try {
      const { messages, refusals } = make();
      for (const reason of refusals) this.#refusals.note("", reason);
      return messages;
    } catch (error) {
      this.#refusals.note("", error instanceof Error ? error.message : String(error));
      return [];
    }
  }

  /** What is no entity passes; a shape that the gates know takes no time. */
  async #passes(message: CheckedMessage): Promise<boolean> {
    if (!message.entity) return true;
    const { gates } = this.#options;
    const result = gates.checkKnown(message.entity) ?? (await gates.check(message.entity));
    if (result.ok) return true;
    const [problem] = result.problems;
    const reason = problem ? `${problem.path} ${problem.message}`.trim() : "refused";
    this.#refusals.note(message.topic, reason);
    return false;
  }

  async #restore(connection: number): Promise<void> {
    const { clock } = this.#options;
    for (const message of this.#latest.notTakenOn(connection)) {
      if (message.untilMs !== undefined && clock.wallMs() >= message.untilMs) continue;
      if (await this.#passes(message)) await this.#publish(message, noted);
    }
  }

  #makeIntake(desk: CommandDesk, topics: { topic: string; resultTopic: string }): CommandIntake {
    const { prefix } = this.#options.config;
    return new CommandIntake({
      desk,
      topic: formatTopic(topics.topic, { prefix }),
      resultTopic: formatTopic(topics.resultTopic, { prefix }),
      publish: (message) => {
        this.#turn = this.#turn.then(() => this.#publish(message, noted));
      },
    });
  }

  #statusMessage(status: NodeStatus): CheckedMessage {
    const topic = this.#messages.nodeStatusTopic(status.node);
    return { topic, payload: JSON.stringify(status), retain: true };
  }

  #lookForSilent(): void {
    this.#cancelLook = this.#options.clock.after(LOOK_FOR_SILENT_MS, () => {
      const silent = this.#presence?.takeSilent() ?? [];
      for (const status of silent) {
        this.#turn = this.#turn.then(() => this.#publish(this.#statusMessage(status), noted));
      }
      this.#lookForSilent();
    });
  }
}

function streamOf({ node, schema }: Delivery): string {
  return `${node.name}/${schema.schema.name}`;
}
