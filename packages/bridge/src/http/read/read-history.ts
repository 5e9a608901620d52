import type { BridgeClock } from "../../clock.js";
import type { EntityFilter } from "../../entity-filter.js";
import type { CityData } from "./city-data.js";
import type { ReadForm } from "./read-items.js";
import { BadQuery } from "./read-query.js";

/** A part of the history, in the order in which it arrived. */
export interface HistoryPage<Item> {
  readonly items: readonly Item[];
  /** Where to go on: behind all that was looked at. */
  readonly next: string;
  /** Whether there is, or may be, something behind it now. */
  readonly isMore: boolean;
}

/** Which part is wanted. */
export interface HistoryQuery {
  readonly filter: EntityFilter;
  /** Most items. */
  readonly limit: number;
  /** The `next` of an earlier page. Default: from the oldest on. */
  readonly after: string | undefined;
}

/** Entries that one request reads at most; the page then ends there, and tells where to go on. */
const MOST_ENTRIES = 20_000;
/** The same for its time, ms. */
const MOST_MS = 1000;
/** A node's clock may be ahead of ours by so much: its reading then arrived before it was observed. */
const AHEAD_MS = 3_600_000;

/** A place in the log: an entry, and which of the items that it comes to. */
interface Cursor {
  readonly position: number;
  /** Number of the item within the entry, from 0 on; -1: before the first. */
  readonly item: number;
}

/**
 * Reads a page of the history from the log: what arrived late stands where it arrived, so a reader who
 * keeps the cursor misses nothing.
 *
 * A request reads no more than a bound of entries and of time, and lets what comes in go first: where
 * little of much is wanted a page may be short, or empty, with more behind it.
 *
 * @throws BadQuery for a cursor that is none
 */
export async function readHistory<Item>(
  { filter, limit, after }: HistoryQuery,
  form: ReadForm<Item>,
  data: CityData,
  clock: Pick<BridgeClock, "monotonicMs">,
): Promise<HistoryPage<Item>> {
  const begin = after === undefined ? { position: 0, item: -1 } : parseCursor(after);
  const { spool, interpret, pace } = data;
  const last = spool.durable;
  const untilMs = clock.monotonicMs() + MOST_MS;
  const items: Item[] = [];
  let entries = 0;
  for await (const run of spool.replay({
    from: Math.max(1, begin.position),
    ...narrow(filter, data),
  })) {
    for (const stored of run) {
      const { position } = stored;
      if (pace.isSpent) await pace.turn();
      const delivery = interpret(stored);
      if (delivery.kind !== "delivery") continue;
      const first = position === begin.position ? begin.item + 1 : 0;
      const { node, schema } = delivery;
      const found: Item[] = [];
      for (const reading of delivery.readings) {
        found.push(...(await form.ofReading({ node, schema, reading }, filter)));
      }
      for (let item = first; item < found.length; item++) {
        items.push(found[item] as Item);
        if (items.length < limit) continue;
        const isMore = item < found.length - 1 || position < last;
        return { items, next: formatCursor({ position, item }), isMore };
      }
    }
    entries += run.length;
    const position = run.at(-1)?.position ?? last;
    if ((entries >= MOST_ENTRIES || clock.monotonicMs() > untilMs) && position < last) {
      return { items, next: formatCursor({ position: position + 1, item: -1 }), isMore: true };
    }
    if (pace.isSpent) await pace.turn();
  }
  const end = Math.max(begin.position, last + 1);
  const next = begin.position > last ? begin : { position: end, item: -1 };
  return { items, next: formatCursor(next), isMore: false };
}

/** What the log itself can leave out. */
function narrow(
  { nodes, ids, fromS }: EntityFilter,
  { onlyIdOf }: CityData,
): { stream?: string; fromMs?: number } {
  const names = new Set([...(nodes ?? []), ...[...(ids ?? [])].map(nameOfId)]);
  const [name] = names;
  const stream = names.size === 1 && name !== undefined ? onlyIdOf(name) : undefined;
  return {
    ...(stream !== undefined && { stream }),
    ...(fromS > 0 && Number.isFinite(fromS) && { fromMs: Math.max(0, fromS * 1000 - AHEAD_MS) }),
  };
}

/** `urn:ngsi-ld:Type:name` is of the node `name`. */
function nameOfId(id: string): string {
  return id.split(":").slice(3).join(":");
}

/** `1204` is before the first item of an entry, `1204.3` behind its item 3. */
function parseCursor(text: string): Cursor {
  const [, position, item] = /^(\d{1,15})(?:\.(\d{1,7}))?$/.exec(text) ?? [];
  if (position === undefined) {
    throw new BadQuery("after takes the Next-Cursor of an earlier answer, as it was");
  }
  return { position: Number(position), item: item === undefined ? -1 : Number(item) };
}

function formatCursor({ position, item }: Cursor): string {
  return item < 0 ? String(position) : `${position}.${item}`;
}
