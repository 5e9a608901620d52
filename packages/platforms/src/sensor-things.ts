import type { Field } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import { isoTime, isPosition, type PlatformReading, plainValues } from "./platform-reading.js";
import type { PlatformSchema } from "./platform-schema.js";
import { definitionOf, observationTypeOf, unitOfMeasurementOf } from "./sensor-things-terms.js";

/** What is known of a node beside its readings. */
export interface SensorThingsNode {
  /** The owner's name. */
  readonly name: string;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number] | undefined;
}

/** An entity of SensorThings, as it is posted. */
export type SensorThingsEntity = Readonly<Record<string, unknown>>;

/** Observations of several Datastreams, as `CreateObservations` takes them. */
export interface DataArray {
  readonly Datastream: { readonly "@iot.id": number | string };
  readonly components: readonly ["phenomenonTime", "resultTime", "result", "parameters"];
  readonly dataArray: readonly (readonly unknown[])[];
}

/** Path and query that find the Thing of a node, with the names and ids of its Datastreams. */
export function sensorThingsLookup(node: string): string {
  const quoted = node.replaceAll("'", "''");
  const query = new URLSearchParams({
    $filter: `properties/bollardNode eq '${quoted}'`,
    $expand: "Datastreams($select=id,name;$top=1000)",
    $top: "1",
  });
  return `Things?${query}`;
}

/**
 * A node as a Thing with its Location and the Datastreams of one schema: one request makes them all.
 *
 * @see OGC 18-088, clause 10.2.1: deep insert
 */
export function toThing(node: SensorThingsNode, schema: PlatformSchema): SensorThingsEntity {
  return {
    name: node.name,
    description: schema.title ?? schema.name,
    properties: { bollardNode: node.name },
    ...(node.position && { Locations: [locationOf(node.name, node.position)] }),
    Datastreams: toDatastreams(node.name, schema),
  };
}

/** The Datastreams of one schema, each with its Sensor and its ObservedProperty. */
export function toDatastreams(node: string, schema: PlatformSchema): readonly SensorThingsEntity[] {
  return schema.fields.map((field) => datastreamOf(node, schema, field));
}

/** Name of the Datastream of a field; a node has one of each name. */
export function datastreamName(schema: string, field: string): string {
  return `${schema}/${field}`;
}

/**
 * The Observations of some readings, by the ids of their Datastreams. What has no id is left out.
 *
 * @see OGC 18-088, clause 13: the data array extension
 */
export function toDataArrays(
  schema: string,
  readings: readonly PlatformReading[],
  idOf: (datastream: string) => number | string | undefined,
): readonly DataArray[] {
  const rows = new Map<string, unknown[][]>();
  for (const reading of readings) {
    const time = isoTime(reading.timeS);
    for (const [field, value] of Object.entries(plainValues(reading))) {
      const name = datastreamName(schema, field);
      const result = isPosition(value) ? pointOf([value.longitude, value.latitude]) : value;
      const row = [time, time, result, { key: reading.key }];
      const known = rows.get(name);
      if (known) known.push(row);
      else rows.set(name, [row]);
    }
  }
  return [...rows].flatMap(([name, dataArray]) => {
    const id = idOf(name);
    if (id === undefined) return [];
    const components = ["phenomenonTime", "resultTime", "result", "parameters"] as const;
    return [{ Datastream: { "@iot.id": id }, components, dataArray }];
  });
}

function datastreamOf(node: string, schema: PlatformSchema, field: Field): SensorThingsEntity {
  const { title } = toPlatformField(field);
  return {
    name: datastreamName(schema.name, field.name),
    description: `${title} of ${node}`,
    observationType: observationTypeOf(field),
    unitOfMeasurement: unitOfMeasurementOf(field),
    Sensor: {
      name: `${node}/${schema.name}`,
      description: schema.title ?? schema.name,
      encodingType: "application/json",
      metadata: JSON.stringify({ schema: schema.name, field: field.name, ...limitsOf(field) }),
    },
    ObservedProperty: {
      name: field.maps[0]?.property ?? field.name,
      description: field.description ?? title,
      definition: definitionOf(field),
    },
  };
}

function limitsOf(field: Field): object {
  if (field.kind !== "quantity") return {};
  const { min, max, resolution } = field;
  return { min, max, resolution };
}

function locationOf(name: string, position: readonly [number, number]): SensorThingsEntity {
  return {
    name,
    description: `Where ${name} stands`,
    encodingType: "application/geo+json",
    location: pointOf(position),
  };
}

function pointOf(coordinates: readonly [number, number]): object {
  return { type: "Point", coordinates };
}
