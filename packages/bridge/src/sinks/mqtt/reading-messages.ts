import { type Entity, type EntityGates, EntitySeries, EntityStencils } from "@bollard/ngsi-ld";
import { discoveryTopic, toDiscovery } from "@bollard/platforms";
import manifest from "../../../package.json" with { type: "json" };
import type { Filled, MqttSinkConfig } from "../../config/config.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { formatTopic } from "../../mqtt/topic-template.js";
import { recordValues } from "../../reading-records.js";
import type { RegisteredNode } from "../../registry/registry.js";
import type { KnownSchema } from "../../schema-set.js";
import { toEntities } from "../to-entities.js";
import { toJsonMessage } from "./json-message.js";
import type { OutgoingMessage } from "./mqtt-publisher.js";
import { toSenmlMessage } from "./senml-message.js";

/** A message, and what is left to be checked of it. */
export interface CheckedMessage extends OutgoingMessage {
  /** The entity in it, where it has to pass the gates. */
  readonly entity?: Entity;
  /** To be called once it has. */
  readonly onPassed?: () => void;
  /** It is not published again from then on, ms since the Unix epoch. Default: it may be always. */
  readonly untilMs?: number;
}

/** What of a delivery is asked for to tell of a reading. */
export type OfReading = Pick<Delivery, "node" | "schema" | "entry">;

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
  /** By type. */
  readonly entities: ReadonlyMap<string, string>;
}

/** What is kept of one node and schema. */
interface Kept {
  readonly topics: Topics;
  /** Its entities, by type. */
  readonly series: ReadonlyMap<string, EntitySeries>;
}

const NOTHING: Messages = { messages: [], refusals: [] };

/** Makes the messages of readings in the forms and on the topics that the configuration asks for. */
export class ReadingMessages {
  readonly #config: Filled<MqttSinkConfig>;
  readonly #bridgeName: string;
  readonly #hasJson: boolean;
  readonly #gates: EntityGates;
  readonly #kept = new WeakMap<RegisteredNode, Map<KnownSchema, Kept>>();
  readonly #stencils = new WeakMap<KnownSchema, ReadonlyMap<string, EntityStencils>>();
  readonly #announced = new WeakMap<RegisteredNode, Set<KnownSchema>>();

  /** @param gates - that the entities have to pass */
  constructor(config: Filled<MqttSinkConfig>, bridgeName: string, gates: EntityGates) {
    this.#config = config;
    this.#gates = gates;
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
      messages.push({
        topic: this.#keptOf(node, schema).topics.raw,
        payload: entry.payload,
        retain,
      });
    }
    return { messages, refusals: [] };
  }

  /** What goes out for a reading. */
  ofReading(delivery: OfReading, reading: DeliveredReading, isNewest: boolean): Messages {
    const { schema, entry } = delivery;
    const made = this.#ofReading(delivery, reading, isNewest);
    if (schema.expiring.length === 0) return made;
    const keepS = Math.min(...schema.expiring.map((field) => field.keepS));
    const untilMs = entry.arrival.wallMs + keepS * 1000;
    return { ...made, messages: made.messages.map((message) => ({ ...message, untilMs })) };
  }

  #ofReading({ node, schema }: OfReading, reading: DeliveredReading, isNewest: boolean): Messages {
    const { formats } = this.#config;
    const retain = this.#config.retain && isNewest;
    const { topics, series } = this.#keptOf(node, schema);
    const messages: CheckedMessage[] = [];
    const values = recordValues(schema, reading);
    if (formats.includes("senml")) {
      const payload = toSenmlMessage(node.name, schema, reading, values);
      messages.push({ topic: topics.senml, payload, retain });
    }
    if (this.#hasJson) {
      const payload = toJsonMessage(node.name, schema.schema.name, reading);
      messages.push({ topic: topics.json, payload, retain });
    }
    if (!formats.includes("ngsi-ld")) return { messages, refusals: [] };
    const others: string[] = [];
    for (const [type, topic] of topics.entities) {
      const payload = series.get(type)?.write(reading.timeS, values);
      if (payload !== undefined) messages.push({ topic, payload, retain });
      else others.push(type);
    }
    if (others.length === 0) return { messages, refusals: [] };
    const { entities, refusals } = toEntities(node, schema, reading, {}, others);
    for (const entity of entities) {
      const topic = topics.entities.get(entity.type) ?? "";
      const onPassed = () => series.get(entity.type)?.learn(entity, values);
      messages.push({ topic, payload: JSON.stringify(entity), retain, entity, onPassed });
    }
    return { messages, refusals };
  }

  /** Topics on which the broker may keep something of a node's readings of one schema. */
  retainedTopics(name: string, schema: KnownSchema): string[] {
    const { senml, json, raw, entities } = this.#fill(name, schema);
    const { homeAssistant } = this.#config;
    return [
      ...[senml, json, raw, ...entities.values()],
      ...(homeAssistant ? [discoveryTopic(homeAssistant.prefix, name, schema.schema.name)] : []),
    ];
  }

  #fill(node: string, { schema, models }: KnownSchema): Topics {
    const { prefix, topics } = this.#config;
    const fill = (template: string) => formatTopic(template, { prefix, node, schema: schema.name });
    const ofEntity = fill(topics.ngsiLd);
    return {
      senml: fill(topics.senml),
      json: fill(topics.json),
      raw: fill(topics.raw),
      entities: mapKeys(models, (type) => ofEntity.replace("{type}", type)),
    };
  }

  #keptOf(node: RegisteredNode, schema: KnownSchema): Kept {
    let ofNode = this.#kept.get(node);
    if (!ofNode) {
      ofNode = new Map();
      this.#kept.set(node, ofNode);
    }
    let kept = ofNode.get(schema);
    if (!kept) {
      // Stencils are shared by the nodes of a schema, and facts are of one node.
      const shared = [...this.#stencilsOf(schema)].filter(([type]) => !node.facts?.has(type));
      const series = mapKeys(new Map(shared), (_, stencils) => new EntitySeries(stencils));
      kept = { topics: this.#fill(node.name, schema), series };
      ofNode.set(schema, kept);
    }
    return kept;
  }

  #stencilsOf(schema: KnownSchema): ReadonlyMap<string, EntityStencils> {
    const known = this.#stencils.get(schema);
    if (known) return known;
    const { records, models } = schema;
    const stencils = mapKeys(
      models,
      (type, properties) => new EntityStencils({ type, properties, records }, this.#gates),
    );
    this.#stencils.set(schema, stencils);
    return stencils;
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
    const topics = { prefix, state: this.#keptOf(node, schema).topics.json, availability };
    const expireAfterS = (schema.schema.reportInterval ?? 0) * 3;
    const { name, title } = schema.schema;
    const told = { name, ...(title && { title }), fields: schema.output.fields };
    return toDiscovery(node.name, told, topics, expireAfterS, manifest.version);
  }
}

function mapKeys<From, To>(
  map: ReadonlyMap<string, From>,
  make: (key: string, value: From) => To,
): ReadonlyMap<string, To> {
  return new Map(Array.from(map, ([key, value]) => [key, make(key, value)]));
}
