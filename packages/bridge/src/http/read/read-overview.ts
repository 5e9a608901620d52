import { contextsFor, modelOf, unitCode } from "@bollard/ngsi-ld";
import type { KnownSchema } from "../../schema-set.js";
import type { CityReading } from "./read-items.js";

/** One attribute that entities of a type may have. */
export interface AttributeView {
  readonly name: string;
  readonly title: string;
  /** UN/CEFACT Recommendation 20; absent for a word, a truth or a plain number. */
  readonly unitCode?: string;
}

/** One type of entities. */
export interface TypeView {
  readonly type: string;
  readonly "@context": readonly string[];
  readonly attributes: readonly AttributeView[];
}

/** One node, by what the city knows of it. */
export interface CityNodeView {
  readonly node: string;
  /** Of its entities. */
  readonly ids: readonly string[];
  readonly schemas: readonly string[];
  /** Longitude and latitude, WGS 84; absent where the registry has none. */
  readonly position?: readonly [number, number];
  readonly observedAt: string;
  /** Seconds between two reports; absent where no schema states any. */
  readonly reportIntervalS?: number;
  /** When the next report should be there. */
  readonly nextUpdate?: string;
}

/** The types of entities that the schemas map to, each with its attributes, in order of its name. */
export function typesOf(schemas: readonly KnownSchema[]): TypeView[] {
  const byType = new Map<string, Map<string, AttributeView>>();
  for (const { models, output } of schemas) {
    for (const [type, properties] of models) {
      const attributes = byType.get(type) ?? new Map<string, AttributeView>();
      byType.set(type, attributes);
      for (const field of output.fields) {
        const name = properties[field.lwm2m ?? field.name];
        if (name === undefined || attributes.has(name)) continue;
        const unit = modelOf(type)?.units?.[name] ?? ("unit" in field ? field.unit : undefined);
        const code = unit === undefined ? undefined : unitCode(unit);
        const title = field.title ?? field.name;
        attributes.set(name, { name, title, ...(code !== undefined && { unitCode: code }) });
      }
    }
  }
  return [...byType]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([type, attributes]) => ({
      type,
      "@context": modelOf(type) ? contextsFor(type) : [],
      attributes: [...attributes.values()],
    }));
}

/** What the city knows of a node, from its newest readings: at least one. */
export function cityNode(name: string, readings: readonly CityReading[]): CityNodeView {
  const newest = Math.max(...readings.map(({ reading }) => reading.timeS));
  const expected = readings.flatMap(({ schema, reading }) => {
    const interval = schema.schema.reportInterval;
    return interval === undefined ? [] : [{ interval, at: reading.timeS + interval }];
  });
  const [first] = expected.sort((one, other) => one.at - other.at);
  const types = new Set(readings.flatMap(({ schema }) => [...schema.models.keys()]));
  const position = readings.find(({ node }) => node.position)?.node.position;
  return {
    node: name,
    ids: [...types].map((type) => `urn:ngsi-ld:${type}:${name}`),
    schemas: readings.map(({ schema }) => schema.schema.name),
    ...(position && { position }),
    observedAt: isoOf(newest),
    ...(first && { reportIntervalS: first.interval, nextUpdate: isoOf(first.at) }),
  };
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
