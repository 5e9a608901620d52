import { crc32 } from "node:zlib";
import type { MqttMessage } from "@bollard/mqtt-engine";
import { type MessageKey, readHeader } from "@bollard/payload";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandAnswer } from "../../commands/command-desk.js";
import type { Filled, MqttSourceConfig } from "../../config/config.js";
import type { SourceName } from "../../entry.js";
import { formatTopic, TopicTemplate } from "../../mqtt/topic-template.js";
import type { EndStatus } from "../../page/api-types.js";
import type { SessionNumbers } from "../../session-numbers.js";
import type { Accept, LastKey, Source } from "../source.js";
import { isOurPart } from "./is-our-part.js";
import { MqttSubscriber } from "./mqtt-subscriber.js";
import { UpstreamLosses } from "./upstream-losses.js";

/** What the source is made of. */
export interface MqttSourceOptions {
  readonly config: Filled<MqttSourceConfig>;
  readonly bridgeName: string;
  readonly accept: Accept;
  readonly commit: () => Promise<void>;
  readonly sessions: SessionNumbers;
  /** The newest key of each node from before the start. */
  readonly lastKeys: readonly LastKey[];
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** No payload is longer; one that is was sent by something else. */
const MAX_PAYLOAD_BYTES = 65_536;
const MAX_NODE_BYTES = 200;
const MAX_SCHEMA_BYTES = 64;

/** Payloads from nodes that publish to a broker. */
export class MqttSource implements Source {
  readonly #options: MqttSourceOptions;
  readonly #source: SourceName;
  readonly #topic: TopicTemplate;
  readonly #subscriber: MqttSubscriber;
  readonly #losses: UpstreamLosses;
  #messages = 0;
  #errors = 0;
  /** Session and count of nodes whose payloads carry neither key nor time. */
  readonly #counters = new Map<string, { boot: number; sequence: number }>();

  constructor(options: MqttSourceOptions) {
    const { config, bridgeName } = options;
    this.#options = options;
    this.#source = { kind: "mqtt", name: config.name };
    const { topic } = config;
    this.#topic = new TopicTemplate(
      topic.includes("{node}") ? topic : topic.replace("+", "{node}"),
    );
    const { filter } = this.#topic;
    this.#subscriber = new MqttSubscriber({
      ...options,
      clientId: `${bridgeName}-${config.name}-in`,
      filters: [config.share === undefined ? filter : `$share/${config.share}/${filter}`],
      place: `sources.mqtt.${config.name}`,
      take: (message, ack) => this.#take(message, ack),
    });
    this.#losses = new UpstreamLosses({
      ...options,
      source: this.#source,
      isShared: config.share !== undefined,
    });
  }

  async open(): Promise<void> {
    this.#subscriber.open();
  }

  status(): readonly EndStatus[] {
    const { state, detail } = this.#subscriber.state;
    return [
      {
        name: this.#options.config.name,
        kind: "mqtt",
        state,
        detail: detail + this.#losses.text,
        messages: this.#messages,
        errors: this.#errors,
      },
    ];
  }

  /** To a node that has been heard since the start; it has no way to answer. */
  command(node: string, payload: Uint8Array): Promise<CommandAnswer> | undefined {
    const { down } = this.#options.config;
    if (down === undefined || !this.#losses.knows(node)) return undefined;
    const sent = this.#subscriber.publish(formatTopic(down, { node }), payload);
    return sent.then(() => ({ status: "sent" }));
  }

  close(): Promise<void> {
    return this.#subscriber.close();
  }

  #take({ topic, payload }: MqttMessage, ack: () => void): boolean {
    const { node = "", schema } = this.#topic.match(topic) ?? {};
    if (!isOurPart(node, this.#options.config.split)) {
      ack();
      return true;
    }
    const key = payload.length <= MAX_PAYLOAD_BYTES ? this.#keyOf(node, payload) : undefined;
    if (!isUsable(node, schema) || !key) {
      this.#leaveOut(topic, key ? "the topic has no usable node id" : "it is no payload", ack);
      return true;
    }
    const { boot, sequence, isNumbered } = key;
    this.#messages++;
    const taken = this.#options.accept({
      source: this.#source,
      node,
      boot,
      sequence,
      payload,
      kept: ack,
      ...(schema !== undefined && { binding: schema }),
    });
    if (taken && isNumbered) this.#losses.note(node, boot, sequence);
    return taken;
  }

  /** What no bridge will ever read is acknowledged and counted, or it would come for ever. */
  #leaveOut(topic: string, reason: string, ack: () => void): void {
    this.#errors++;
    this.#options.log.warn({ topic, reason }, "a message was left out");
    ack();
  }

  /**
   * The key the node gave. Without one, equal bytes with a time in them are the same message; without
   * a time either, each is a message of its own.
   */
  #keyOf(
    node: string,
    payload: Uint8Array,
  ): (MessageKey & { readonly isNumbered?: true }) | undefined {
    try {
      const { key, timeMode } = readHeader(payload);
      if (key) return { ...key, isNumbered: true };
      if (timeMode !== "none") return { boot: 0, sequence: crc32(payload) };
    } catch {
      return undefined;
    }
    const counter = this.#counters.get(node) ?? {
      boot: this.#options.sessions.next(node),
      sequence: 0,
    };
    this.#counters.set(node, { ...counter, sequence: counter.sequence + 1 });
    return counter;
  }
}

function isUsable(node: string, schema: string | undefined): boolean {
  if (node === "" || Buffer.byteLength(node) > MAX_NODE_BYTES) return false;
  return schema === undefined || Buffer.byteLength(schema) <= MAX_SCHEMA_BYTES;
}
