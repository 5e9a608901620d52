import type { Spool, SpoolEntry } from "@bollard/spool";

/** Entries read again at each start, for the view and the memory of keys. */
export const RECALLED_ENTRIES = 20_000;

/** Names the place in the spool from which that is done. */
export const RECALL_CURSOR = "recall";

const READ_AT_ONCE = 512;

/**
 * Reads entries of the spool once more, beside every sink's cursor, in order.
 *
 * @param name - of the cursor that is used for it and removed after it
 * @param first - position to begin at, or at the oldest entry kept after it
 * @param last - position to end at
 */
export async function readAgain(
  spool: Spool,
  name: string,
  first: number,
  last: number,
  each: (stored: SpoolEntry) => void | Promise<void>,
): Promise<void> {
  await spool.removeCursor(name);
  const cursor = spool.cursor(name);
  try {
    cursor.ack(Math.min(first - 1, spool.durable));
    for (;;) {
      const entries = await cursor.read(READ_AT_ONCE);
      if (entries.length === 0) return;
      for (const entry of entries) {
        if (entry.position > last) return;
        if (entry.position >= first) await each(entry);
      }
    }
  } finally {
    await spool.removeCursor(name);
  }
}
