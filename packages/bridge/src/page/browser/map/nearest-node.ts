import type { ScreenPoint } from "./map-view.js";

/** A node where it stands on the screen. */
export interface PlacedNode extends ScreenPoint {
  readonly name: string;
}

/** A step on the map by an arrow key. */
export type Direction = "left" | "right" | "up" | "down";

/** The node nearest to a place, or none within `reach` pixels. */
export function nearestNode(
  nodes: readonly PlacedNode[],
  place: ScreenPoint,
  reach: number,
): PlacedNode | undefined {
  let nearest: PlacedNode | undefined;
  let least = reach;
  for (const node of nodes) {
    const distance = Math.hypot(node.x - place.x, node.y - place.y);
    if (distance > least) continue;
    nearest = node;
    least = distance;
  }
  return nearest;
}

/**
 * The next node in a direction: near ones first, and those straight ahead before those aside.
 *
 * Nodes more than 60 degrees off the direction do not count, so each arrow key goes its own way.
 */
export function nodeToward(
  nodes: readonly PlacedNode[],
  from: PlacedNode,
  direction: Direction,
): PlacedNode | undefined {
  let next: PlacedNode | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const node of nodes) {
    const [ahead, aside] = stepTo(from, node, direction);
    if (ahead <= 0 || aside > ahead * 1.75) continue;
    const cost = ahead + 2 * aside;
    if (cost >= least) continue;
    next = node;
    least = cost;
  }
  return next;
}

function stepTo(from: ScreenPoint, to: ScreenPoint, direction: Direction): [number, number] {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  if (direction === "left") return [-dx, Math.abs(dy)];
  if (direction === "right") return [dx, Math.abs(dy)];
  return [direction === "up" ? -dy : dy, Math.abs(dx)];
}
