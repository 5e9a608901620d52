import { definitionOf, observationTypeOf, unitOfMeasurementOf } from "@bollard/platforms";
import type { KnownSchema } from "../../schema-set.js";
import type { LatestOfNode } from "../read/latest-readings.js";
import { type Item, isWithin, type Scope, type SetName } from "./entity-sets.js";

const GEO_JSON = "application/geo+json";

/**
 * The street in the words of SensorThings, but for the observations: a node is a Thing with a
 * Location and a FeatureOfInterest, a schema a Sensor, each of its fields an ObservedProperty, and a
 * Datastream is a field of a node.
 */
export class Catalogue {
  readonly #nodes: ReadonlyMap<string, LatestOfNode>;
  readonly #schemas: ReadonlyMap<string, KnownSchema>;

  constructor(nodes: readonly LatestOfNode[], schemas: readonly KnownSchema[]) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#schemas = new Map(schemas.map((schema) => [schema.schema.name, schema]));
  }

  /** The entities of a set within a scope, made as they are asked for. */
  *list(set: Exclude<SetName, "Observations">, scope: Scope): Generator<Item, void, undefined> {
    if (set === "Sensors" || set === "ObservedProperties") {
      for (const schema of pick(this.#schemas, scope.schema)) {
        if (set === "Sensors") yield sensorOf(schema);
        else yield* observedPropertiesOf(schema, scope);
      }
      return;
    }
    for (const node of pick(this.#nodes, scope.node)) {
      if (set === "Things") yield thingOf(node);
      else if (set === "Datastreams") yield* datastreamsOf(node, scope);
      else yield* placesOf(node, set);
    }
  }

  /** The entity of this id; undefined where there is none. */
  find(set: Exclude<SetName, "Observations">, id: string): Item | undefined {
    for (const item of this.list(set, scopeOf(set, id))) if (item.id === id) return item;
    return undefined;
  }
}

function* pick<T>(all: ReadonlyMap<string, T>, name: string | undefined): Generator<T> {
  if (name === undefined) yield* all.values();
  else {
    const found = all.get(name);
    if (found !== undefined) yield found;
  }
}

/** What an id says; a node's name may hold colons, names of schemas and fields do not. */
function scopeOf(set: SetName, id: string): Scope {
  if (set === "Sensors") return { schema: id };
  const parts = id.split(":");
  const field = parts.at(-1) ?? "";
  const schema = parts.at(-2) ?? "";
  if (set === "ObservedProperties") return { schema, field };
  if (set === "Datastreams") return { node: parts.slice(0, -2).join(":"), schema, field };
  return { node: id };
}

function thingOf({ name, readings }: LatestOfNode): Item {
  const titles = readings.map(({ schema: { schema } }) => schema.title ?? schema.name);
  const schemas = readings.map(({ schema: { schema } }) => schema.name);
  return {
    set: "Things",
    id: name,
    properties: { name, description: titles.join(", "), properties: { schemas } },
    scope: { node: name },
  };
}

function* placesOf(
  { name, readings }: LatestOfNode,
  set: "Locations" | "FeaturesOfInterest",
): Generator<Item> {
  const place = placeOf(readings);
  if (!place) return;
  const point = { type: "Point", coordinates: place };
  const properties = {
    name,
    description: `Where ${name} is`,
    encodingType: GEO_JSON,
    ...(set === "Locations" ? { location: point } : { feature: point }),
  };
  yield { set, id: name, properties, scope: { node: name } };
}

/** A moving node's own position goes before the registry's. */
function placeOf(readings: LatestOfNode["readings"]): readonly number[] | undefined {
  for (const { reading } of readings) {
    for (const value of Object.values(reading.values)) {
      if (typeof value === "object" && value !== null && "latitude" in value) {
        return [value.longitude, value.latitude];
      }
    }
  }
  return readings.find(({ node }) => node.position)?.node.position;
}

function sensorOf({ schema, fingerprint }: KnownSchema): Item {
  const { name, title = name, description = title } = schema;
  return {
    set: "Sensors",
    id: name,
    properties: {
      name: title,
      description,
      encodingType: "application/json",
      metadata: { schema: name, version: schema.version, fingerprint },
    },
    scope: { schema: name },
  };
}

function* observedPropertiesOf({ schema, output }: KnownSchema, scope: Scope): Generator<Item> {
  for (const field of output.fields) {
    const own = { schema: schema.name, field: field.name };
    if (!isWithin({ ...scope, ...own }, scope)) continue;
    const { title = field.name } = field;
    yield {
      set: "ObservedProperties",
      id: `${schema.name}:${field.name}`,
      properties: { name: title, description: title, definition: definitionOf(field) },
      scope: own,
    };
  }
}

function* datastreamsOf({ name, readings }: LatestOfNode, scope: Scope): Generator<Item> {
  for (const { schema } of readings) {
    for (const field of schema.output.fields) {
      const own = { node: name, schema: schema.schema.name, field: field.name };
      if (!isWithin(own, scope)) continue;
      const title = `${field.title ?? field.name} at ${name}`;
      yield {
        set: "Datastreams",
        id: `${name}:${own.schema}:${own.field}`,
        properties: {
          name: title,
          description: title,
          observationType: observationTypeOf(field),
          unitOfMeasurement: unitOfMeasurementOf(field),
        },
        scope: own,
      };
    }
  }
}
