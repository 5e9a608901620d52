import type { EntityGates, GateResult } from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandDesk } from "../../commands/command-desk.js";
import type { Filled, MqttSinkConfig } from "../../config/config.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import { formatTopic } from "../../mqtt/topic-template.js";
import type { KnownSchema } from "../../schema-set.js";
import { NewestOfEach } from "../newest-of-each.js";
import { Refusals } from "../refusals.js";
import type { Sink, SinkState } from "../sink.js";
import { CommandIntake } from "./command-intake.js";
import { Countdown } from "./countdown.js";
import { InTurn } from "./in-turn.js";
import { type Latest, LatestOfEach } from "./latest-of-each.js";
import { MqttPublisher } from "./mqtt-publisher.js";
import { NodePresence, type NodeStatus } from "./node-presence.js";
import { type CheckedMessage, type Messages, ReadingMessages } from "./reading-messages.js";

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

/** Nodes with a schema, and topics besides, whose latest is kept to be published again. */
const MAX_LATEST = 30_000;
/** Time between two looks for nodes that have fallen silent. */
const LOOK_FOR_SILENT_MS = 5000;

/** What the broker retains: messages made anew each time, since there are many and they are long. */
type Retained = () => Messages;

/** A message, and what is to be told once the broker has taken it. */
interface Outgoing {
  readonly message: CheckedMessage;
  readonly latest: Latest<Retained> | undefined;
}

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
  readonly #newest = new NewestOfEach(MAX_LATEST);
  readonly #latest = new LatestOfEach<Retained>(MAX_LATEST);
  readonly #presence: NodePresence | undefined;
  readonly #refusals: Refusals;
  #connection = 0;
  #restored = 0;
  #isCaughtUp = false;
  readonly #turn = new InTurn();
  #cancelLook: (() => void) | undefined;

  constructor(options: MqttSinkOptions) {
    const { config, clock, log, bridgeName, commands } = options;
    this.name = config.name;
    this.window = config.inFlight;
    this.maxBehind = config.maxBehind;
    this.isLiveFirst = config.order === "live-first";
    this.#options = options;
    this.#refusals = new Refusals(log);
    this.#messages = new ReadingMessages(config, bridgeName, options.gates);
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
      this.#turn.run(() => this.#handOver(delivery, new Countdown(resolve)));
    });
  }

  recall(delivery: Delivery): void {
    const status = this.#presence?.note(delivery);
    if (status) this.#noteMessage(this.#statusMessage(status), 0);
    const stream = streamOf(delivery);
    let isAnyNewest = false;
    for (const reading of delivery.readings) {
      if (!this.#newest.isNewest(stream, reading)) continue;
      isAnyNewest = true;
      this.#noteReading(stream, delivery, reading, 0);
    }
    for (const message of this.#make(() => this.#messages.ofEntry(delivery, isAnyNewest))) {
      if (message.retain) this.#noteMessage(message, 0);
    }
  }

  /** An empty message is how MQTT takes a retained one back. */
  forget(name: string, schemas: readonly KnownSchema[]): void {
    this.#presence?.forget(name);
    const topics = [
      this.#messages.nodeStatusTopic(name),
      ...schemas.flatMap((schema) => this.#messages.retainedTopics(name, schema)),
    ];
    const streams = schemas.map((schema) => streamNameOf(name, schema));
    for (const kept of [...topics, ...streams]) this.#latest.delete(kept);
    if (!this.#options.config.retain) return;
    this.#turn.run(async () => {
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
    this.#turn.run(() => this.#restore(connection));
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

  #handOver(delivery: Delivery, open: Countdown): Promise<void> | undefined {
    const outgoing: Outgoing[] = [];
    const status = this.#presence?.note(delivery);
    if (status) outgoing.push(this.#outgoing(this.#statusMessage(status)));
    const stream = streamOf(delivery);
    const newest = delivery.readings.map((reading) => this.#newest.isNewest(stream, reading));
    const isAnyNewest = newest.includes(true);
    for (const message of this.#make(() => this.#messages.ofEntry(delivery, isAnyNewest))) {
      outgoing.push(this.#outgoing(message));
    }
    for (const [index, reading] of delivery.readings.entries()) {
      const isNewest = newest[index] === true;
      const latest = isNewest ? this.#noteReading(stream, delivery, reading) : undefined;
      const make = () => this.#messages.ofReading(delivery, reading, isNewest);
      for (const message of this.#make(make)) outgoing.push({ message, latest });
    }
    return this.#sendAll(outgoing, 0, open);
  }

  /** Hands over one message after the other, and waits only where one has to wait. */
  #sendAll(all: readonly Outgoing[], from: number, open: Countdown): Promise<void> | undefined {
    for (let index = from; index < all.length; index++) {
      const waits = this.#send(all[index] as Outgoing, open);
      if (waits) return waits.then(() => this.#sendAll(all, index + 1, open));
    }
    open.done();
    return undefined;
  }

  #send(outgoing: Outgoing, open: Countdown): Promise<void> | undefined {
    const passes = this.#passes(outgoing.message);
    if (passes === false) return undefined;
    if (passes === true) return this.#publish(outgoing, open);
    return passes.then((isPassed) => (isPassed ? this.#publish(outgoing, open) : undefined));
  }

  #publish({ message, latest }: Outgoing, open?: Countdown): Promise<void> | undefined {
    open?.add();
    latest?.sent();
    return this.#publisher.publish(message, () => {
      latest?.taken(this.#connection);
      open?.done();
    });
  }

  /** Remembers a message that is retained. */
  #outgoing(message: CheckedMessage): Outgoing {
    return { message, latest: message.retain ? this.#noteMessage(message) : undefined };
  }

  #noteMessage(message: CheckedMessage, takenSince?: number): Latest<Retained> {
    return this.#latest.note(message.topic, () => only(message), takenSince);
  }

  #noteReading(
    stream: string,
    { node, schema, entry }: Delivery,
    reading: DeliveredReading,
    takenSince?: number,
  ): Latest<Retained> | undefined {
    if (!this.#options.config.retain) return undefined;
    const make = () => this.#messages.ofReading({ node, schema, entry }, reading, true);
    return this.#latest.note(stream, make, takenSince);
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
  #passes(message: CheckedMessage): boolean | Promise<boolean> {
    if (!message.entity) return true;
    const { gates } = this.#options;
    const known = gates.checkKnown(message.entity);
    if (known) return this.#isPassed(message, known);
    return gates.check(message.entity).then((result) => this.#isPassed(message, result));
  }

  #isPassed({ topic, onPassed }: CheckedMessage, result: GateResult): boolean {
    if (result.ok) {
      onPassed?.();
      return true;
    }
    const [problem] = result.problems;
    const reason = problem ? `${problem.path} ${problem.message}`.trim() : "refused";
    this.#refusals.note(topic, reason);
    return false;
  }

  async #restore(connection: number): Promise<void> {
    const { clock } = this.#options;
    for (const latest of this.#latest.notTakenOn(connection)) {
      latest.again();
      for (const message of this.#make(latest.content)) {
        if (message.untilMs !== undefined && clock.wallMs() >= message.untilMs) continue;
        if (await this.#passes(message)) await this.#publish({ message, latest });
      }
    }
  }

  #makeIntake(desk: CommandDesk, topics: { topic: string; resultTopic: string }): CommandIntake {
    const { prefix } = this.#options.config;
    return new CommandIntake({
      desk,
      topic: formatTopic(topics.topic, { prefix }),
      resultTopic: formatTopic(topics.resultTopic, { prefix }),
      publish: (message) => {
        this.#turn.run(() => this.#publish({ message, latest: undefined }));
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
        this.#turn.run(() => this.#publish(this.#outgoing(this.#statusMessage(status))));
      }
      this.#lookForSilent();
    });
  }
}

/** Readings of one node and schema; no topic, since no topic begins like this. */
function streamOf({ node, schema }: Delivery): string {
  return streamNameOf(node.name, schema);
}

function streamNameOf(node: string, { schema }: KnownSchema): string {
  return `#${node}/${schema.name}`;
}

function only(message: CheckedMessage): Messages {
  return { messages: [message], refusals: [] };
}
