import type { EntityFilterConfig, Filled } from "../config/config.js";
import { type EntityFilter, everything } from "../entity-filter.js";

/** What a sink is asked for by its configuration; an empty list asks for nothing. */
export function filterOf({ types, nodes, attrs, bbox }: Filled<EntityFilterConfig>): EntityFilter {
  const setOf = (list: readonly string[]) => (list.length > 0 ? new Set(list) : undefined);
  return {
    ...everything,
    types: setOf(types),
    nodes: setOf(nodes),
    attrs: setOf(attrs),
    bbox,
  };
}
