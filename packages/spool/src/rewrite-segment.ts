import type { SpoolEntry } from "./entry.js";
import type { Segment } from "./segment.js";
import { SegmentBuilder } from "./segment-builder.js";
import { type OnDamage, SegmentReader } from "./segment-reader.js";
import type { SegmentStore } from "./segment-store.js";
import type { SpoolFs } from "./spool-fs.js";

const READ_ENTRIES = 256;

/** Gives an entry as it is to be, or undefined where it goes. */
export type ChangeEntry = (entry: SpoolEntry) => SpoolEntry | undefined;

/** How a segment is rewritten. */
export interface Rewrite {
  readonly segment: Segment;
  readonly change: ChangeEntry;
  /** How often the result was thinned. */
  readonly thinned: number;
  /** Told the positions that do not stay, just before they go; what it notes is durable first. */
  readonly onLeaving: (positions: readonly number[]) => Promise<void>;
  readonly onDamage: OnDamage;
  /** True where the old file must go and not be used again: its bytes are to be erased. */
  readonly removesFile: boolean;
}

/**
 * Puts a copy with only some of its entries in a segment's place: written and synced under another
 * name, then renamed. A crash leaves the one or the other.
 */
export async function rewriteSegment(
  fs: SpoolFs,
  store: SegmentStore,
  rewrite: Rewrite,
): Promise<Segment> {
  const { segment, thinned } = rewrite;
  const header = store.headerFor({
    firstPosition: segment.firstPosition,
    coversTo: segment.lastPosition,
    baseTimeMs: segment.header.baseTimeMs,
    thinned,
  });
  const path = store.pathOf({ fileName: `${header.generation}.tmp` });
  const file = await fs.open(path, "create");
  const reader = new SegmentReader(fs, store.pathOf(segment), segment, rewrite.onDamage);
  const leaving: number[] = [];
  let rewritten: Segment;
  try {
    const builder = new SegmentBuilder(header, file);
    await builder.begin();
    await copyEntries(reader, rewrite, builder, leaving);
    rewritten = await builder.finish();
  } catch (error) {
    await file.close().catch(() => {});
    await fs.remove(path).catch(() => {});
    throw error;
  } finally {
    await reader.close();
  }
  await file.close();
  await rewrite.onLeaving(leaving);
  await store.replace(segment, rewritten, path, rewrite.removesFile);
  return rewritten;
}

async function copyEntries(
  reader: SegmentReader,
  { segment, change }: Rewrite,
  builder: SegmentBuilder,
  leaving: number[],
): Promise<void> {
  let next = segment.firstPosition;
  while (next <= segment.lastPosition && !segment.retired) {
    const entries = await reader.read(next, segment.lastPosition, READ_ENTRIES);
    for (const entry of entries) {
      const changed = change(entry);
      if (changed) await builder.add(changed);
      else leaving.push(entry.position);
    }
    next = reader.expected;
  }
}
