import type { Entity, EntityGates } from "@bollard/ngsi-ld";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { type EntityFilter, wantedOf } from "../../entity-filter.js";
import type { KnownSchema } from "../../schema-set.js";
import { validEntities } from "../valid-entities.js";

/** One immutable member of an event stream: what an entity was at one time. */
export interface Member {
  /** The entity's id, and behind `#` when it was observed and the key of its reading. */
  readonly id: string;
  /** Id of the entity that it is a version of. */
  readonly entity: string;
  /** When it was observed, milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** JSON-LD on one line. */
  readonly text: string;
}

/** When a member was observed: the path of the stream's timestamps. */
export const TIMESTAMP_PATH = "http://www.w3.org/ns/prov#generatedAtTime";
/** What a member is a version of. */
export const VERSION_PATH = "http://purl.org/dc/terms/isVersionOf";
const DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime";

/** The members of a delivery, and why something of it is none. */
export interface Members {
  readonly members: readonly Member[];
  readonly refusals: readonly string[];
}

/**
 * The members that a delivery comes to, one for each entity of each reading that passes the gates.
 *
 * Fields that are kept for a time only are left out: a page is kept for longer, and never changes.
 */
export async function membersOf(
  { node, schema, readings }: Delivery,
  filter: EntityFilter,
  gates: EntityGates,
): Promise<Members> {
  const members: Member[] = [];
  const refusals: string[] = [];
  for (const reading of readings) {
    const lasting = withoutExpiring(reading, schema);
    const made = await validEntities(node, schema, lasting, gates, filter);
    refusals.push(...made.refusals);
    for (const entity of made.entities) {
      const wanted = wantedOf(entity, filter);
      if (wanted) members.push(memberOf(wanted, reading));
    }
  }
  return { members, refusals };
}

function memberOf(entity: Entity, { timeS, key }: DeliveredReading): Member {
  const timeMs = Math.round(timeS * 1000);
  const id = `${entity.id}#${timeMs}-${key}`;
  const { "@context": context, id: _id, type, ...attributes } = entity;
  const text = JSON.stringify({
    "@context": context,
    id,
    type,
    [VERSION_PATH]: { "@id": entity.id },
    [TIMESTAMP_PATH]: { "@value": new Date(timeMs).toISOString(), "@type": DATE_TIME },
    ...attributes,
  });
  return { id, entity: entity.id, timeMs, text };
}

function withoutExpiring(reading: DeliveredReading, { expiring }: KnownSchema): DeliveredReading {
  if (expiring.length === 0) return reading;
  const missing = Object.fromEntries(expiring.map(({ name }) => [name, null]));
  return { ...reading, values: { ...reading.values, ...missing } };
}
