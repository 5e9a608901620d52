import type { EntityFilter } from "../../entity-filter.js";
import type { LatestReadings } from "./latest-readings.js";
import type { ReadForm } from "./read-items.js";
import type { ReadPace } from "./read-pace.js";
import { BadQuery } from "./read-query.js";

/** A part of what is latest, in the order of the nodes' names. */
export interface LatestPage<Item> {
  readonly items: readonly Item[];
  /** Where to go on; undefined at the end. */
  readonly next: string | undefined;
}

/**
 * Reads a page of the latest readings. The cursor is a node's name and the number of the item of it,
 * so nodes that come and go between two pages make none come twice.
 *
 * @throws BadQuery for a cursor that is none
 */
export async function readLatest<Item>(
  { filter, limit, after }: { filter: EntityFilter; limit: number; after: string | undefined },
  form: ReadForm<Item>,
  latest: LatestReadings,
  pace: ReadPace,
): Promise<LatestPage<Item>> {
  const begin = after === undefined ? undefined : parseCursor(after);
  const items: Item[] = [];
  let cursor = "";
  for (const { name, readings } of await latest.nodes()) {
    if (pace.isSpent) await pace.turn();
    if (begin && name < begin.name) continue;
    const first = begin?.name === name ? begin.item + 1 : 0;
    const found = await form.ofLatest(readings, filter);
    for (let item = first; item < found.length; item++) {
      if (items.length === limit) return { items, next: cursor };
      items.push(found[item] as Item);
      cursor = `${name}~${item}`;
    }
  }
  return { items, next: undefined };
}

function parseCursor(text: string): { readonly name: string; readonly item: number } {
  const [, name, item] = /^(.+)~(\d{1,7})$/.exec(text) ?? [];
  if (name !== undefined) return { name, item: Number(item) };
  throw new BadQuery("after takes the Next-Cursor of an earlier answer, as it was");
}
