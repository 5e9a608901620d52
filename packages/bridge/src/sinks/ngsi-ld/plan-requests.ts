import type { Entity } from "@bollard/ngsi-ld";

/** An entity on its way to the broker. */
export interface Outgoing {
  readonly entity: Entity;
  /** Of the entry in the spool that it comes from. */
  readonly position: number;
  /**
   * - `state`: newer than all before it, so it is the thing's current state
   * - `late`: older than what the broker has already, so it is history only
   * - `registration`: a Device or DeviceModel, which has no history
   */
  readonly kind: "state" | "late" | "registration";
}

/** How values that are not the newest reach the broker. */
export interface PlanOptions {
  /** Of several states of one id only the newest is made the entity's; else each, in order. */
  readonly coalesce: boolean;
  /**
   * What goes to the temporal interface: `superseded`, what never was or will be an entity's current
   * state, since brokers keep the others' history themselves; `all` measurements; or `off`.
   */
  readonly history: "superseded" | "all" | "off";
}

/** What is sent, in this order. */
export interface RequestPlan {
  /** Upserts one after the other; where each value counts, an id is in each of them once. */
  readonly upserts: readonly (readonly Outgoing[])[];
  readonly history: readonly Outgoing[];
}

/** Divides what is to be sent into the current states and the history. */
export function planRequests(outgoing: readonly Outgoing[], options: PlanOptions): RequestPlan {
  const states = outgoing.filter(({ kind }) => kind !== "late");
  const newest = new Map(states.map((item) => [item.entity.id, item]));
  const isHistory = (item: Outgoing): boolean => {
    if (options.history === "off" || item.kind === "registration") return false;
    if (options.history === "all" || item.kind === "late") return true;
    return options.coalesce && newest.get(item.entity.id) !== item;
  };
  return {
    upserts: options.coalesce ? [states].filter(({ length }) => length > 0) : roundsOf(states),
    history: outgoing.filter(isHistory),
  };
}

/** The first of each id, then the second of each, and so on. */
function roundsOf(items: readonly Outgoing[]): readonly (readonly Outgoing[])[] {
  const counts = new Map<string, number>();
  const rounds: Outgoing[][] = [];
  for (const item of items) {
    const round = counts.get(item.entity.id) ?? 0;
    counts.set(item.entity.id, round + 1);
    const list = rounds[round] ?? [];
    list.push(item);
    rounds[round] = list;
  }
  return rounds;
}
