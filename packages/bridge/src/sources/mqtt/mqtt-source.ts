import { crc32 } from "node:zlib";
import type { MqttMessage } from "@bollard/mqtt-engine";
import { type MessageKey, readHeader } from "@bollard/payload";
import type { CommandAnswer } from "../../commands/command-desk.js";
import type { Filled, MqttSourceConfig } from "../../config/config.js";
import { formatTopic, TopicTemplate } from "../../mqtt/topic-template.js";
import type { EndStatus } from "../../page/api-types.js";
import type { SessionNumbers } from "../../session-numbers.js";
import type { Source } from "../source.js";
import { BrokerIntake, type BrokerSourceOptions, type NodeMessage } from "./broker-intake.js";

/** What the source is made of. */
export interface MqttSourceOptions extends BrokerSourceOptions {
  readonly config: Filled<MqttSourceConfig>;
  readonly sessions: SessionNumbers;
}

/** No payload is longer; one that is was sent by something else. */
const MAX_PAYLOAD_BYTES = 65_536;
const MAX_NODE_BYTES = 200;
const MAX_SCHEMA_BYTES = 64;

/** Payloads from nodes that publish to a broker. */
export class MqttSource implements Source {
  readonly #options: MqttSourceOptions;
  readonly #topic: TopicTemplate;
  readonly #intake: BrokerIntake;
  /** Session and count of nodes whose payloads carry neither key nor time. */
  readonly #counters = new Map<string, { boot: number; sequence: number }>();

  constructor(options: MqttSourceOptions) {
    const { topic, name } = options.config;
    this.#options = options;
    this.#topic = new TopicTemplate(
      topic.includes("{node}") ? topic : topic.replace("+", "{node}"),
    );
    this.#intake = new BrokerIntake({
      ...options,
      source: { kind: "mqtt", name },
      filter: this.#topic.filter,
      read: (message) => this.#read(message),
    });
  }

  open(): Promise<void> {
    return this.#intake.open();
  }

  status(): readonly EndStatus[] {
    return this.#intake.status();
  }

  /** To a node that has been heard since the start; it has no way to answer. */
  command(node: string, payload: Uint8Array): Promise<CommandAnswer> | undefined {
    const { down } = this.#options.config;
    if (down === undefined || !this.#intake.knows(node)) return undefined;
    const sent = this.#intake.publish(formatTopic(down, { node }), payload);
    return sent.then(() => ({ status: "sent" }));
  }

  close(): Promise<void> {
    return this.#intake.close();
  }

  #read({ topic, payload }: MqttMessage): NodeMessage {
    const { node = "", schema: binding } = this.#topic.match(topic) ?? {};
    const open: NodeMessage["open"] = () => {
      const key = payload.length <= MAX_PAYLOAD_BYTES ? this.#keyOf(node, payload) : undefined;
      if (!key) return "it is no payload";
      if (!isUsable(node, binding)) return "the topic has no usable node id";
      return { isNumbered: false, ...key, payload, ...(binding !== undefined && { binding }) };
    };
    return { node, open };
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
