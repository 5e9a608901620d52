import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml";
import type { FilePlace } from "../error.js";

/** A node, and the offset that stands for it: a key's own, where it has one. */
interface Spot {
  readonly node: unknown;
  readonly offset: number;
}

/** True where `rest` begins with this key: then it ends, or a `.` or `[` follows. */
function startsWithKey(rest: string, key: string): boolean {
  if (!rest.startsWith(key)) return false;
  const next = rest[key.length];
  return next === undefined || next === "." || next === "[";
}

function startOf(node: unknown, otherwise: number): number {
  const range = (node as Node | null | undefined)?.range;
  return range?.[0] ?? otherwise;
}

/** The child that a path begins with, and what is left of the path. */
function step(spot: Spot, path: string): { spot: Spot; rest: string } | undefined {
  const rest = path.startsWith(".") ? path.slice(1) : path;
  if (isSeq(spot.node) && rest.startsWith("[")) {
    const close = rest.indexOf("]");
    const item = spot.node.items[Number(rest.slice(1, close))];
    if (item === undefined) return undefined;
    const offset = startOf(item, spot.offset);
    return { spot: { node: item, offset }, rest: rest.slice(close + 1) };
  }
  if (!isMap(spot.node)) return undefined;
  for (const { key, value } of spot.node.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined || !startsWithKey(rest, name)) continue;
    const offset = startOf(key, spot.offset);
    return { spot: { node: value, offset }, rest: rest.slice(name.length) };
  }
  return undefined;
}

/**
 * Finds where in a file a path such as `fields[2].min` stands: at its key, or where there is no such
 * key, at the nearest one above it.
 */
export function locate(
  document: Document.Parsed,
  lines: LineCounter,
  file: string,
  path: string,
): FilePlace {
  let spot: Spot = { node: document.contents, offset: startOf(document.contents, 0) };
  let rest = path;
  while (rest !== "") {
    if (isAlias(spot.node)) spot = { node: spot.node.resolve(document), offset: spot.offset };
    const next = step(spot, rest);
    if (next === undefined) break;
    ({ spot, rest } = next);
  }
  const { line, col } = lines.linePos(spot.offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}
