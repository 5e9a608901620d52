import type { Entity } from "@bollard/ngsi-ld";
import manifest from "../../../package.json" with { type: "json" };
import type { Filled, MqttSinkConfig } from "../../config/config.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { formatTopic } from "../../mqtt/topic-template.js";
import type { RegisteredNode } from "../../registry/registry.js";
import type { KnownSchema } from "../../schema-set.js";
import { toEntities } from "../to-entities.js";
import { discoveryTopic, toDiscovery } from "./home-assistant.js";
import { toJsonMessage } from "./json-message.js";
import type { OutgoingMessage } from "./mqtt-publisher.js";
import { toSenmlMessage } from "./senml-message.js";

/** A message with the entity in it that the gates have to pass. */
export interface CheckedMessage extends OutgoingMessage {
  readonly entity?: Entity;
  /** It is not published again from then on, ms since the Unix epoch. Default: it may be always. */
  readonly untilMs?: number;
}

/** What became of one reading, or of one entry. */
export interface Messages {
  readonly messages: readonly CheckedMessage[];
  /** Why something is not among them, in words. */
  readonly refusals: readonly string[];
}

/** Topics of one node and schema, filled in once. */
interface Topics {
  readonly senml: string;
  readonly json: string;
  readonly raw: string;
  /** `{type}` is left in it. */
  readonly entity: string;
}

const NOTHING: Messages = { messages: [], refusals: [] };

/** Makes the messages of readings in the forms and on the topics that the configuration asks for. */
export class ReadingMessages {
  readonly #config: Filled<MqttSinkConfig>;
  readonly #bridgeName: string;
  readonly #hasJson: boolean;
  readonly #topics = new WeakMap<RegisteredNode, Map<KnownSchema, Topics>>();
  readonly #announced = new WeakMap<RegisteredNode, Set<KnownSchema>>();

  constructor(config: Filled<MqttSinkConfig>, bridgeName: string) {
    this.#config = config;
    this.#bridgeName = bridgeName;
    // Home Assistant reads the JSON.
    this.#hasJson = config.formats.includes("json") || config.homeAssistant !== undefined;
  }

  /** Topic of the bridge's own birth and death. */
  get bridgeStatusTopic(): string {
    const { prefix, topics } = this.#config;
    return formatTopic(topics.bridgeStatus, { prefix, bridge: this.#bridgeName });
  }

  /** Topic of a node's state. */
  nodeStatusTopic(name: string): string {
    const { prefix, topics } = this.#config;
    return formatTopic(topics.nodeStatus, { prefix, node: name });
  }

  /** What goes out once for an entry: the payload as it came, and the first time its announcement. */
  ofEntry({ node, schema, entry }: Delivery, isNewest: boolean): Messages {
    const { formats, homeAssistant } = this.#config;
    if (!formats.includes("raw") && homeAssistant === undefined) return NOTHING;
    const messages: CheckedMessage[] = [];
    if (homeAssistant && this.#isFirst(node, schema)) {
      const announcement = this.#announcementOf(node, schema, homeAssistant.prefix);
      if (announcement) messages.push({ ...announcement, retain: true });
    }
    // Its bytes hold what privacy rules keep back.
    if (formats.includes("raw") && !schema.privacy.isRestricted) {
      const retain = this.#config.retain && isNewest;
      messages.push({ topic: this.#topicsOf(node, schema).raw, payload: entry.payload, retain });
    }
    return { messages, refusals: [] };
  }

  /** What goes out for a reading. */
  ofReading(delivery: Delivery, reading: DeliveredReading, isNewest: boolean): Messages {
    const { schema, entry } = delivery;
    const made = this.#ofReading(delivery, reading, isNewest);
    if (schema.expiring.length === 0) return made;
    const keepS = Math.min(...schema.expiring.map((field) => field.keepS));
    const untilMs = entry.arrival.wallMs + keepS * 1000;
    return { ...made, messages: made.messages.map((message) => ({ ...message, untilMs })) };
  }

  #ofReading({ node, schema }: Delivery, reading: DeliveredReading, isNewest: boolean): Messages {
    const { formats } = this.#config;
    const retain = this.#config.retain && isNewest;
    const topics = this.#topicsOf(node, schema);
    const messages: CheckedMessage[] = [];
    if (formats.includes("senml")) {
      messages.push({ topic: topics.senml, payload: toSenmlMessage(node.name, reading), retain });
    }
    if (this.#hasJson) {
      const payload = toJsonMessage(node.name, schema.schema.name, reading);
      messages.push({ topic: topics.json, payload, retain });
    }
    if (!formats.includes("ngsi-ld")) return { messages, refusals: [] };
    const { entities, refusals } = toEntities(node, schema, reading);
    for (const entity of entities) {
      const topic = topics.entity.replace("{type}", entity.type);
      messages.push({ topic, payload: JSON.stringify(entity), retain, entity });
    }
    return { messages, refusals };
  }

  /** Topics on which the broker may keep something of a node's readings of one schema. */
  retainedTopics(name: string, { schema, models }: KnownSchema): string[] {
    const { senml, json, raw, entity } = this.#fill(name, schema.name);
    const { homeAssistant } = this.#config;
    return [
      ...[senml, json, raw],
      ...[...models.keys()].map((type) => entity.replace("{type}", type)),
      ...(homeAssistant ? [discoveryTopic(homeAssistant.prefix, name, schema.name)] : []),
    ];
  }

  #fill(node: string, schema: string): Topics {
    const { prefix, topics } = this.#config;
    const fill = (template: string) => formatTopic(template, { prefix, node, schema });
    return {
      senml: fill(topics.senml),
      json: fill(topics.json),
      raw: fill(topics.raw),
      entity: fill(topics.ngsiLd),
    };
  }

  #topicsOf(node: RegisteredNode, schema: KnownSchema): Topics {
    let ofNode = this.#topics.get(node);
    if (!ofNode) {
      ofNode = new Map();
      this.#topics.set(node, ofNode);
    }
    let topics = ofNode.get(schema);
    if (!topics) {
      topics = this.#fill(node.name, schema.schema.name);
      ofNode.set(schema, topics);
    }
    return topics;
  }

  #isFirst(node: RegisteredNode, schema: KnownSchema): boolean {
    const announced = this.#announced.get(node) ?? new Set();
    if (announced.has(schema)) return false;
    this.#announced.set(node, announced.add(schema));
    return true;
  }

  #announcementOf(node: RegisteredNode, schema: KnownSchema, prefix: string) {
    const availability = this.#config.status
      ? [this.bridgeStatusTopic, this.nodeStatusTopic(node.name)]
      : [];
    const topics = { prefix, state: this.#topicsOf(node, schema).json, availability };
    const expireAfterS = (schema.schema.reportInterval ?? 0) * 3;
    return toDiscovery(node, schema, topics, expireAfterS, manifest.version);
  }
}
