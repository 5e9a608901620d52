import type { Entity } from "../entity.js";

/** One id once: what goes to the broker as the current state, and the entities it stands for. */
export interface Coalesced {
  readonly entity: Entity;
  /** Positions in the list given, in order. */
  readonly sources: readonly number[];
}

/**
 * Brings several entities of one id together: of each attribute the newest, by `observedAt`; where it
 * has none, the later in the list. A broker wants each id once in a batch.
 */
export function coalesce(entities: readonly Entity[]): readonly Coalesced[] {
  const byId = new Map<string, { entity: Entity; sources: number[] }>();
  for (const [index, entity] of entities.entries()) {
    const known = byId.get(entity.id);
    if (known) {
      known.entity = newer(known.entity, entity);
      known.sources.push(index);
    } else byId.set(entity.id, { entity, sources: [index] });
  }
  return [...byId.values()];
}

function newer(older: Entity, later: Entity): Entity {
  const isOlder = newestTime(later) < newestTime(older);
  const [base, top] = isOlder ? [later, older] : [older, later];
  const merged: Record<string, Entity[string]> = { ...base, ...top };
  for (const name in base) {
    if (timeOf(base[name]) > timeOf(top[name])) merged[name] = base[name];
  }
  return merged as Entity;
}

/** The newest `observedAt` of an entity; empty where it has none. ISO 8601 UTC sorts as text. */
export function newestTime(entity: Entity): string {
  let newest = "";
  for (const name in entity) {
    const time = timeOf(entity[name]);
    if (time > newest) newest = time;
  }
  return newest;
}

function timeOf(attribute: unknown): string {
  const time = (attribute as { observedAt?: unknown } | undefined)?.observedAt;
  return typeof time === "string" ? time : "";
}
