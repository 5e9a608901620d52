import { type MqttConnection, type MqttMessage, openConnection } from "@bollard/mqtt-engine";
import type { PlatformResult } from "@bollard/platforms";
import type { SparkplugEdge, SparkplugPayload, SparkplugVerb } from "@bollard/platforms/sparkplug";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandDesk } from "../../commands/command-desk.js";
import type { Filled, SparkplugSinkConfig } from "../../config/config.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { brokerOptions } from "../../mqtt/broker-options.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import type { KnownSchema } from "../../schema-set.js";
import { NodePresence } from "../mqtt/node-presence.js";
import { toldSchema } from "../platforms/told-schema.js";
import { Rounds } from "../rounds.js";
import type { Sink, SinkState } from "../sink.js";

/** What the sink is made of. */
export interface SparkplugSinkOptions {
  readonly config: Filled<SparkplugSinkConfig>;
  readonly bridgeName: string;
  readonly alarms: Alarms;
  /** Takes commands for nodes. Default: nobody does. */
  readonly commands?: CommandDesk | undefined;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** Loaded at the first use: it brings a library for Protobuf. */
type Messages = typeof import("@bollard/platforms/sparkplug");

/** What a host is told of a device when it is born. */
interface KnownDevice {
  readonly schemas: Map<string, { readonly schema: KnownSchema; newest?: DeliveredReading }>;
  isBorn: boolean;
}

/** Devices that are born again by themselves after a reconnection; others at their next reading. */
const MOST_DEVICES = 10_000;
const SEQUENCES = 256;
const LOOK_FOR_SILENT_MS = 5000;

/**
 * An edge node of Sparkplug B, the street's nodes being its devices.
 *
 * Sparkplug asks for QoS 0, which nobody acknowledges: behind the data of a round goes an empty message
 * of our own at QoS 1, and its PUBACK tells that the broker has had all before it. Where the connection
 * ends before, the round is told again, its metrics marked as historical.
 *
 * @see Sparkplug 3.0, clauses 5 and 6
 */
export class SparkplugSink implements Sink {
  readonly kind = "sparkplug";
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number | undefined;
  readonly #options: SparkplugSinkOptions;
  readonly #edge: SparkplugEdge;
  readonly #rounds: Rounds<Delivery>;
  readonly #devices = new Map<string, KnownDevice>();
  readonly #presence: NodePresence;
  #messagesOf: Messages | undefined;
  #connection: MqttConnection | undefined;
  /** Resolved at the next change of the connection or of the primary host. */
  #changed: (() => void)[] = [];
  /** Counts connections; 0: there is none. */
  #epoch = 0;
  #connections = 0;
  #connectedAtMs = 0;
  #bdSeq: number;
  #sequence = 0;
  #host = { online: false, timestamp: 0 };
  #problem = "";
  #told = 0;
  #errors = 0;
  #cancelLook: (() => void) | undefined;

  constructor(options: SparkplugSinkOptions) {
    const { config, bridgeName, clock, log } = options;
    this.name = config.name;
    this.window = config.window;
    this.maxBehind = config.maxBehind;
    this.#options = options;
    this.#edge = { group: config.group, edge: config.edge || bridgeName };
    this.#presence = new NodePresence(clock);
    // Another one than before a restart, so a late death is not taken for ours.
    this.#bdSeq = Math.trunc(clock.wallMs() / 1000) % SEQUENCES;
    const send = (taken: readonly Delivery[]) => this.#send(taken);
    this.#rounds = new Rounds({ farEnd: "broker", send, clock, log });
  }

  open(): void {
    void this.#connect();
    this.#rounds.open();
    this.#lookForSilent();
  }

  deliver(delivery: Delivery): Promise<void> {
    return this.#rounds.add(delivery);
  }

  /** What was told before a restart is what the devices are born with. */
  recall(delivery: Delivery): void {
    this.#presence.note(delivery);
    this.#note(delivery);
  }

  forget(name: string): void {
    this.#presence.forget(name);
    const device = this.#devices.get(name);
    this.#devices.delete(name);
    if (device?.isBorn) this.#tellDeath(name);
  }

  caughtUp(): void {}

  state(): SinkState {
    const { url } = this.#options.config;
    const view = this.#rounds.view(`${url}, ${this.#edge.group}/${this.#edge.edge}`);
    const isAway = this.#epoch === 0 && this.#problem !== "";
    const state = isAway ? "down" : this.#epoch > 0 && view.state !== "down" ? "up" : view.state;
    const detail = isAway ? `${url}: ${this.#problem}` : view.detail;
    return { ...view, state, detail, messages: this.#told, errors: this.#errors };
  }

  async close(): Promise<void> {
    this.#rounds.close();
    this.#cancelLook?.();
    this.#wake();
    if (this.#epoch > 0 && this.#messagesOf) {
      // A good-bye takes the will back, so the death is told by ourselves.
      const { toNodeDeath } = this.#messagesOf;
      this.#publish("NDEATH", undefined, toNodeDeath(this.#bdSeq, this.#nowMs));
    }
    await this.#connection?.close();
  }

  get #nowMs(): number {
    return Math.trunc(this.#options.clock.wallMs());
  }

  async #connect(): Promise<void> {
    const { config, bridgeName, alarms, clock, log, commands } = this.#options;
    const messages = await import("@bollard/platforms/sparkplug");
    this.#messagesOf = messages;
    if (this.#rounds.isClosed) return;
    const clientId = config.clientId || `${bridgeName}-${config.name}-sparkplug`;
    const connectionAlarms = new ConnectionAlarms(alarms, `sinks.sparkplug.${this.name}`, clientId);
    const options = brokerOptions(config, clientId);
    const connection = openConnection({
      ...options,
      renew: () => ({ ...options.renew?.(), ...this.#nextWill(messages) }),
      onMessage: (message, ack) => {
        ack();
        this.#take(message, messages);
      },
      onConnected: () => {
        connectionAlarms.connected();
        log.info({ url: config.url }, "connected");
        this.#problem = "";
        this.#connectedAtMs = clock.wallMs();
        this.#epoch = ++this.#connections;
        this.#tellBirths(messages);
        this.#wake();
      },
      onDisconnected: ({ error, wasConnected }) => {
        connectionAlarms.lost(
          error,
          wasConnected ? clock.wallMs() - this.#connectedAtMs : undefined,
        );
        if (wasConnected) log.warn({ url: config.url, err: error }, "connection lost");
        this.#problem = error.message;
        this.#epoch = 0;
        this.#wake();
      },
    });
    this.#connection = connection;
    const { sparkplugTopic, sparkplugStateTopic } = messages;
    const filters = [
      sparkplugTopic(this.#edge, "NCMD"),
      ...(commands ? [sparkplugTopic(this.#edge, "DCMD", "+")] : []),
      ...(config.primaryHost === undefined ? [] : [sparkplugStateTopic(config.primaryHost)]),
    ];
    for (const filter of filters) {
      connection.subscribe(filter, 1).catch((error: Error) => {
        if (!this.#rounds.isClosed) log.error({ err: error, filter }, "cannot subscribe");
      });
    }
  }

  /** The death that the broker keeps for this connection; its birth has the same number. */
  #nextWill({ sparkplugTopic, encodeSparkplug, toNodeDeath }: Messages) {
    this.#bdSeq = (this.#bdSeq + 1) % SEQUENCES;
    const payload = encodeSparkplug(toNodeDeath(this.#bdSeq, this.#nowMs));
    const topic = sparkplugTopic(this.#edge, "NDEATH");
    return { will: { topic, payload, qos: 1 as const, retain: false } };
  }

  /** False where the sink was closed before the broker had it all. */
  async #send(taken: readonly Delivery[]): Promise<boolean> {
    for (let isAgain = false; !this.#rounds.isClosed; isAgain = true) {
      const epoch = await this.#ready();
      if (epoch === 0 || !this.#messagesOf) return false;
      for (const delivery of taken) this.#tell(delivery, this.#messagesOf, isAgain);
      if (await this.#isTaken(epoch)) {
        this.#rounds.isUp();
        return true;
      }
    }
    return false;
  }

  /** Waits for the broker, and for the primary host where there is one; 0 once the sink is closed. */
  async #ready(): Promise<number> {
    while (!this.#rounds.isClosed) {
      const hasHost = this.#options.config.primaryHost === undefined || this.#host.online;
      if (this.#epoch > 0 && hasHost) return this.#epoch;
      await this.#change();
    }
    return 0;
  }

  /** Whether the broker has had all that was published on this connection. */
  async #isTaken(epoch: number): Promise<boolean> {
    const { bridgeName } = this.#options;
    const barrier = this.#connection?.publish(`bollard/${bridgeName}/${this.name}`, "", { qos: 1 });
    const taken = (barrier ?? Promise.reject()).then(
      () => true,
      () => false,
    );
    while (this.#epoch === epoch) {
      const isTaken = await Promise.race([taken, this.#change().then(() => undefined)]);
      if (isTaken !== undefined) return isTaken && this.#epoch === epoch;
    }
    return false;
  }

  #tell(delivery: Delivery, messages: Messages, isAgain: boolean): void {
    const { node, schema, readings, entry } = delivery;
    this.#presence.note(delivery);
    const before = this.#devices.get(node.name)?.schemas.get(schema.schema.name);
    const device = this.#note(delivery);
    if (!device.isBorn || !before || before.schema !== schema) {
      this.#tellBirth(node.name, device, messages);
    }
    const hasWaited = isAgain || entry.arrival.wallMs < this.#connectedAtMs;
    const newestS = before?.newest?.timeS ?? Number.NEGATIVE_INFINITY;
    const told = readings.map((reading) => ({
      reading,
      isHistorical: hasWaited || reading.timeS < newestS,
    }));
    const data = messages.toDeviceData(toldSchema(schema), told, this.#nextSequence(), this.#nowMs);
    this.#publish("DDATA", node.name, data);
    this.#told++;
  }

  #note({ node, schema, readings }: Delivery): KnownDevice {
    const device = this.#devices.get(node.name) ?? { schemas: new Map(), isBorn: false };
    this.#devices.delete(node.name);
    this.#devices.set(node.name, device);
    const eldest = this.#devices.keys().next();
    if (this.#devices.size > MOST_DEVICES && !eldest.done) this.#devices.delete(eldest.value);
    const before = device.schemas.get(schema.schema.name)?.newest;
    const newest = [...(before ? [before] : []), ...readings].reduce<DeliveredReading | undefined>(
      (newest, reading) => (newest && newest.timeS > reading.timeS ? newest : reading),
      undefined,
    );
    device.schemas.set(schema.schema.name, { schema, ...(newest && { newest }) });
    return device;
  }

  #tellBirths(messages: Messages): void {
    this.#sequence = 0;
    this.#publish("NBIRTH", undefined, messages.toNodeBirth(this.#bdSeq, this.#nowMs));
    for (const [name, device] of this.#devices) this.#tellBirth(name, device, messages);
  }

  #tellBirth(name: string, device: KnownDevice, { toDeviceBirth }: Messages): void {
    device.isBorn = true;
    const known = [...device.schemas.values()].map(({ schema, newest }) => ({
      schema: toldSchema(schema),
      ...(newest && { newest }),
    }));
    this.#publish("DBIRTH", name, toDeviceBirth(known, this.#nextSequence(), this.#nowMs));
  }

  #tellDeath(name: string): void {
    if (!this.#messagesOf) return;
    const { toDeviceDeath } = this.#messagesOf;
    this.#publish("DDEATH", name, toDeviceDeath(this.#nextSequence(), this.#nowMs));
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) % SEQUENCES;
    return this.#sequence;
  }

  /** QoS 0, as the standard has it; what goes with the connection is told again by the round. */
  #publish(verb: SparkplugVerb, device: string | undefined, payload: SparkplugPayload): void {
    if (this.#epoch === 0 || !this.#messagesOf) return;
    const { sparkplugTopic, encodeSparkplug } = this.#messagesOf;
    const topic = sparkplugTopic(this.#edge, verb, device);
    this.#connection?.publish(topic, encodeSparkplug(payload), { qos: 0 }, (error) => {
      if (error && error.code !== "MQTT_CLOSED" && error.code !== "MQTT_NOT_CONNECTED") {
        this.#errors++;
        this.#options.log.warn({ topic, err: error }, "a message was left out");
      }
    });
  }

  #take({ topic, payload, retain }: MqttMessage, messages: Messages): void {
    const { primaryHost } = this.#options.config;
    if (primaryHost !== undefined && topic === messages.sparkplugStateTopic(primaryHost)) {
      const state = messages.parseSparkplugState(payload);
      // A death of an earlier life of the host may come late.
      if (!state || state.timestamp < this.#host.timestamp) return;
      this.#host = state;
      this.#wake();
      return;
    }
    const content = retain ? undefined : messages.decodeSparkplug(payload);
    if (!content) return;
    if (topic === messages.sparkplugTopic(this.#edge, "NCMD")) {
      if (messages.isRebirth(content)) this.#tellBirths(messages);
      return;
    }
    const device = topic.split("/").at(-1) ?? "";
    for (const { node, id, schema, command, values } of messages.sparkplugCommands(
      device,
      content,
    )) {
      const request = { id: id.slice(-64), schema, command, values };
      void this.#options.commands?.ask(node, request).then((result) => this.#answer(node, result));
    }
  }

  /** Sparkplug has no answer to a command: what came of it is in the log, and in what is measured next. */
  #answer(node: string, result: PlatformResult): void {
    this.#options.log.info({ node, ...result }, "a command was asked for");
  }

  #lookForSilent(): void {
    this.#cancelLook = this.#options.clock.after(LOOK_FOR_SILENT_MS, () => {
      for (const { node } of this.#presence.takeSilent()) {
        const device = this.#devices.get(node);
        if (!device?.isBorn) continue;
        device.isBorn = false;
        this.#tellDeath(node);
      }
      this.#lookForSilent();
    });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
