import type { MqttMessage } from "@bollard/mqtt-engine";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { Filled, MqttInConfig } from "../../config/config.js";
import type { SourceName } from "../../entry.js";
import type { EndStatus } from "../../page/api-types.js";
import type { Accept, LastKey, SourceMessage } from "../source.js";
import { tellSessionRefused } from "../tell-session-refused.js";
import { isOurPart } from "./is-our-part.js";
import { MqttSubscriber } from "./mqtt-subscriber.js";
import { UpstreamLosses } from "./upstream-losses.js";

/** What every source gets whose nodes' payloads come by a broker. */
export interface BrokerSourceOptions {
  readonly bridgeName: string;
  readonly accept: Accept;
  /** Brings what waits to the disk at once. */
  readonly commit: () => Promise<void>;
  /** The newest key of each node from before the start. */
  readonly lastKeys: readonly LastKey[];
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** What the intake is made of. */
export interface BrokerIntakeOptions extends BrokerSourceOptions {
  readonly config: Filled<MqttInConfig>;
  readonly source: SourceName;
  /** What to subscribe to, without the share. */
  readonly filter: string;
  /** Tells whose message it is, or in words why it is none. */
  readonly read: (message: MqttMessage) => NodeMessage | string;
}

/** A message of one node. */
export interface NodeMessage {
  readonly node: string;
  /**
   * The rest of it, or why it is no message; asked only where the node is of our part of the city.
   * Throws where a session number that it needs cannot be kept.
   */
  readonly open: () => OpenedMessage | string;
}

/** What the pipeline gets of it. */
export interface OpenedMessage extends Omit<SourceMessage, "source" | "node" | "kept"> {
  /** Its number goes up by one each time, so that a missing one was lost. */
  readonly isNumbered: boolean;
}

/**
 * Payloads of nodes that come by a broker: the subscription, the part of a city that is ours, the key's
 * gaps, the counts and the status. What the messages look like is for the source to know.
 */
export class BrokerIntake {
  readonly #options: BrokerIntakeOptions;
  readonly #subscriber: MqttSubscriber;
  readonly #losses: UpstreamLosses;
  #messages = 0;
  #errors = 0;

  constructor(options: BrokerIntakeOptions) {
    const { config, source, bridgeName, filter } = options;
    const { share } = config;
    this.#options = options;
    this.#subscriber = new MqttSubscriber({
      ...options,
      clientId: `${bridgeName}-${config.name}-in`,
      filters: [share === undefined ? filter : `$share/${share}/${filter}`],
      place: `sources.${source.kind}.${config.name}`,
      take: (message, ack) => this.#take(message, ack),
    });
    this.#losses = new UpstreamLosses({ ...options, isShared: share !== undefined });
  }

  async open(): Promise<void> {
    this.#subscriber.open();
  }

  status(): readonly EndStatus[] {
    const { detail, ...connection } = this.#subscriber.status;
    const { name } = this.#options.config;
    const counts = { messages: this.#messages, errors: this.#errors };
    return [{ name, kind: "mqtt", ...connection, detail: detail + this.#losses.text, ...counts }];
  }

  /** Whether the node has been heard, or had been before the start. */
  knows(node: string): boolean {
    return this.#losses.knows(node);
  }

  /** Publishes to the same broker, at QoS 1. Rejects where it cannot. */
  publish(topic: string, payload: Uint8Array | string): Promise<void> {
    return this.#subscriber.publish(topic, payload);
  }

  close(): Promise<void> {
    return this.#subscriber.close();
  }

  #take(message: MqttMessage, kept: () => void): boolean {
    const { read, config, source, accept } = this.#options;
    const found = read(message);
    if (typeof found === "string") return this.#leaveOut(message.topic, found, kept);
    const { node } = found;
    if (!isOurPart(node, config.split)) {
      kept();
      return true;
    }
    const opened = this.#open(found);
    if (opened === undefined) return false;
    if (typeof opened === "string") return this.#leaveOut(message.topic, opened, kept);
    const { isNumbered, ...rest } = opened;
    this.#messages++;
    const taken = accept({ ...rest, source, node, kept });
    if (taken && isNumbered) this.#losses.note(node, rest.boot, rest.sequence);
    return taken;
  }

  /** Undefined where the disk refuses what is needed for it. */
  #open({ node, open }: NodeMessage): OpenedMessage | string | undefined {
    try {
      return open();
    } catch (error) {
      tellSessionRefused(node, error, this.#options);
      return undefined;
    }
  }

  /** What no bridge will ever read is acknowledged and counted, or it would come for ever. */
  #leaveOut(topic: string, reason: string, kept: () => void): true {
    this.#errors++;
    this.#options.log.warn({ topic, reason }, "a message was left out");
    kept();
    return true;
  }
}
