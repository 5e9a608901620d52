import type { Entity } from "../entity.js";
import { newestTime } from "./coalesce.js";

/** The temporal form of an entity: each attribute is a list of its instances in time. */
export interface TemporalEntity {
  readonly id: string;
  readonly type: string;
  readonly [attribute: string]: unknown;
}

/**
 * The temporal form of several states of things: one entity an id, each attribute with its instances
 * by `observedAt`, oldest first. An attribute without `observedAt` is given once, as it was last.
 *
 * @see ETSI GS CIM 009, clause 4.5.6
 */
export function toTemporal(entities: readonly Entity[]): readonly TemporalEntity[] {
  const byId = new Map<string, Entity[]>();
  for (const entity of entities) {
    const states = byId.get(entity.id);
    if (states) states.push(entity);
    else byId.set(entity.id, [entity]);
  }
  return [...byId.values()].map(toHistory);
}

function toHistory(states: readonly Entity[]): TemporalEntity {
  const ordered = states.toSorted((a, b) => (newestTime(a) < newestTime(b) ? -1 : 1));
  const history: Record<string, unknown> = {};
  for (const state of ordered) {
    for (const [name, member] of Object.entries(state)) {
      if (name === "id" || name === "type" || name === "@context") history[name] = member;
      else history[name] = withInstances(history[name] as readonly unknown[] | undefined, member);
    }
  }
  return history as TemporalEntity;
}

function withInstances(known: readonly unknown[] | undefined, member: unknown): readonly unknown[] {
  const instances = new Map<string, unknown>();
  for (const instance of [...(known ?? []), ...[member].flat()]) {
    const { observedAt, datasetId } = (instance ?? {}) as Record<string, unknown>;
    instances.set(`${datasetId ?? ""}\n${observedAt ?? ""}`, instance);
  }
  return [...instances.values()];
}
