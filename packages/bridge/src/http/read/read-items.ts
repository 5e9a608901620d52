import type { Entity, EntityGates } from "@bollard/ngsi-ld";
import type { ResolvedRecord } from "@bollard/senml";
import type { DeliveredReading } from "../../delivery.js";
import {
  type EntityFilter,
  isIn,
  mayBeWanted,
  wantedOf,
  wantedTypes,
} from "../../entity-filter.js";
import { isNewer } from "../../newest.js";
import { readingRecords } from "../../reading-records.js";
import { validEntities } from "../../sinks/valid-entities.js";
import type { LatestReading } from "../../view/entity-view.js";
import type { ReadCounts } from "./read-counts.js";

/** A reading with what it is of. */
export type CityReading = Pick<LatestReading, "node" | "schema" | "reading">;

/** What a page is made of: a reading's entities, or its SenML records. */
export interface ReadForm<Item> {
  /** What one reading comes to. */
  readonly ofReading: (reading: CityReading, filter: EntityFilter) => Promise<readonly Item[]>;
  /** What the newest readings of one node come to, one for each of its schemas. */
  readonly ofLatest: (
    readings: readonly CityReading[],
    filter: EntityFilter,
  ) => Promise<readonly Item[]>;
}

/** NGSI-LD entities, one for each model, that pass the gates; others are counted. */
export function asEntities(gates: EntityGates, counts: ReadCounts): ReadForm<Entity> {
  const entitiesOf = async ({ node, schema, reading }: CityReading, filter: EntityFilter) => {
    const { entities, refusals } = await validEntities(node, schema, reading, gates, filter);
    counts.invalid += refusals.length;
    return entities;
  };
  return {
    ofReading: async (reading, filter) =>
      (await entitiesOf(reading, filter)).flatMap((entity) => wantedOf(entity, filter) ?? []),
    ofLatest: async (readings, filter) => {
      const byId = new Map<string, Entity>();
      // Where two schemas map to one model, the newer reading's attributes count.
      for (const reading of [...readings].sort(byAge)) {
        for (const entity of await entitiesOf(reading, filter)) {
          byId.set(entity.id, { ...byId.get(entity.id), ...entity });
        }
      }
      return [...byId.values()].flatMap((entity) => wantedOf(entity, filter) ?? []);
    },
  };
}

/** SenML records of a reading, one item each, also those that no model has. */
export const asRecords: ReadForm<readonly ResolvedRecord[]> = {
  ofReading: async (reading, filter) => {
    const records = recordsOf(reading, filter);
    return records.length > 0 ? [records] : [];
  },
  ofLatest: async (readings, filter) =>
    readings.map((reading) => recordsOf(reading, filter)).filter(({ length }) => length > 0),
};

function byAge(one: CityReading, other: CityReading): number {
  return isNewer(one.reading, other.reading) ? 1 : -1;
}

/** A record is wanted by its own name, or by that of a property that it becomes. */
function recordsOf(city: CityReading, filter: EntityFilter): readonly ResolvedRecord[] {
  const { node, schema, reading } = city;
  const { ids, types, attrs, bbox } = filter;
  if (!mayBeWanted(filter, node.name, reading.timeS)) return [];
  if (bbox && !isIn(bbox, placeOfReading(reading) ?? node.position)) return [];
  const wanted = wantedTypes(filter, schema.models.keys(), node.name);
  const models = [...schema.models].filter(([type]) => wanted.includes(type));
  if ((types || ids) && models.length === 0) return [];
  const records = readingRecords(node, schema, reading);
  if (!attrs) return records;
  return records.filter(({ name }) => {
    const own = name.slice(node.name.length + 1);
    return attrs.has(own) || models.some(([, properties]) => attrs.has(properties[own] ?? ""));
  });
}

function placeOfReading({ values }: DeliveredReading): readonly [number, number] | undefined {
  for (const value of Object.values(values)) {
    if (typeof value === "object" && value !== null && "latitude" in value) {
      return [value.longitude, value.latitude];
    }
  }
  return undefined;
}
