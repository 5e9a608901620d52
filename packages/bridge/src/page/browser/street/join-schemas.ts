import type { NodeView } from "../../api-types.js";

/**
 * One view for each node: the bridge tells of each schema a node speaks, and a reader looks for the
 * node. It has the fields of all its schemas, and is fresh while any of them is.
 */
export function joinSchemas(views: Iterable<NodeView>): Map<string, NodeView> {
  const nodes = new Map<string, NodeView>();
  for (const view of views) {
    const known = nodes.get(view.name);
    nodes.set(view.name, known ? join(known, view) : view);
  }
  return nodes;
}

function join(one: NodeView, other: NodeView): NodeView {
  const newer = other.arrivedAt > one.arrivedAt ? other : one;
  const names = new Set(one.values.map(({ name }) => name));
  return {
    ...one,
    ...newer,
    schema: `${one.schema}, ${other.schema}`,
    fresh: one.fresh || other.fresh,
    readings: one.readings + other.readings,
    values: [...one.values, ...other.values.filter(({ name }) => !names.has(name))],
  };
}
