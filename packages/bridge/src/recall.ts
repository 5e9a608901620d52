import type { RestoredSession } from "@bollard/link";
import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Pipeline } from "./pipeline.js";
import type { Drain } from "./sinks/drain.js";

/** Entries read again at each start. */
const RECALLED_ENTRIES = 20_000;

/**
 * Brings back, from the newest entries of the spool, what is held in memory only: the view, the keys
 * seen, and what each sink published last.
 *
 * @returns where the link of each node on a serial port stands
 */
export async function recall(
  spool: Spool,
  pipeline: Pipeline,
  drains: readonly Drain[],
): Promise<RestoredSession[]> {
  const links = new Map<string, RestoredSession>();
  const one = (stored: SpoolEntry) => {
    const { entry, interpreted } = pipeline.recall(stored);
    if (entry?.source.kind === "serial") {
      const { node, boot, sequence } = entry;
      links.delete(`${boot}/${node}`);
      links.set(`${boot}/${node}`, { nodeId: node, boot, next: (sequence + 1) >>> 0 });
    }
    if (interpreted.kind !== "delivery") return;
    for (const drain of drains) {
      if (stored.position <= drain.position) drain.sink.recall(interpreted);
    }
  };
  const from = Math.max(1, spool.last - RECALLED_ENTRIES + 1);
  for await (const entries of spool.replay({ from })) entries.forEach(one);
  return [...links.values()];
}
