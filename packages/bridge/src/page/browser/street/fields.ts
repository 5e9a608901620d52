import type { FieldView, NodeView } from "../../api-types.js";

/** A field that some node of the street measures. */
export type Field = Pick<FieldView, "name" | "title" | "unit" | "decimals">;

/** The fields of all nodes that hold numbers, in the order in which they are first met. */
export function numericFields(nodes: Iterable<NodeView>): Field[] {
  const fields = new Map<string, Field>();
  for (const node of nodes) {
    for (const { name, title, unit, decimals, value } of node.values) {
      if (typeof value !== "number" || fields.has(name)) continue;
      fields.set(name, { name, title, unit, decimals });
    }
  }
  return [...fields.values()];
}

/** The node's last value of a field, where it is a number. */
export function numberOf(node: NodeView, field: string | undefined): number | undefined {
  const value = node.values.find(({ name }) => name === field)?.value;
  return typeof value === "number" ? value : undefined;
}
