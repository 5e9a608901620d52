import type { NodeView } from "../../api-types.js";
import { numberOf } from "../street/fields.js";

/** A column of the list of nodes. */
export type NodeColumn = "name" | "value" | "age" | "readings";

/** How the list is sorted. `age` is that of the last arrival. */
export interface NodeSort {
  readonly column: NodeColumn;
  readonly descending: boolean;
}

/** Which nodes the list shows by their freshness. */
export type Freshness = "all" | "fresh" | "stale";

const natural = new Intl.Collator("en", { numeric: true });

/** Compares names as a person does: `lamp-9` before `lamp-10`. */
export function compareNames(a: string, b: string): number {
  return natural.compare(a, b);
}

/**
 * The nodes in order. Those without a value of the field stand last, whichever way it goes; equal
 * ones stand by name.
 *
 * @param field - the field of the column `value`
 */
export function sortNodes(
  nodes: readonly NodeView[],
  sort: NodeSort,
  field: string | undefined,
): NodeView[] {
  const sign = sort.descending ? -1 : 1;
  const compare = (a: NodeView, b: NodeView): number => {
    if (sort.column === "name") return sign * compareNames(a.name, b.name);
    const [left, right] = [keyOf(a, sort.column, field), keyOf(b, sort.column, field)];
    if (left === right) return compareNames(a.name, b.name);
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return sign * (left - right);
  };
  return [...nodes].sort(compare);
}

function keyOf(node: NodeView, column: NodeColumn, field: string | undefined): number | undefined {
  if (column === "value") return numberOf(node, field);
  return column === "age" ? -Date.parse(node.arrivedAt) : node.readings;
}

/** The nodes whose name, schema or source holds every word of the text, and of that freshness. */
export function filterNodes(
  nodes: readonly NodeView[],
  text: string,
  freshness: Freshness,
): NodeView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return nodes.filter((node) => {
    if (freshness !== "all" && node.fresh !== (freshness === "fresh")) return false;
    const subject = `${node.name} ${node.schema} ${node.source}`.toLowerCase();
    return words.every((word) => subject.includes(word));
  });
}
