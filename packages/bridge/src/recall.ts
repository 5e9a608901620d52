import type { RestoredSession } from "@bollard/link";
import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Interpreted } from "./delivery.js";
import type { Pipeline } from "./pipeline.js";
import type { Drain } from "./sinks/drain.js";
import type { LastKey } from "./sources/source.js";

/** Entries read again at each start. */
const RECALLED_ENTRIES = 20_000;

/** What sources go on from. */
export interface Recollection {
  /** Where the link of each node on a serial port stands. */
  readonly links: readonly RestoredSession[];
  /** The newest key of each other node. */
  readonly lastKeys: readonly LastKey[];
}

/**
 * Brings back, from the newest entries of the spool, what is held in memory only: the view, the keys
 * seen, and what each sink published last.
 */
export async function recall(
  spool: Spool,
  pipeline: Pipeline,
  drains: readonly Drain[],
): Promise<Recollection> {
  const links = new Map<string, RestoredSession>();
  const lastKeys = new Map<string, LastKey>();
  const one = (stored: SpoolEntry) => {
    const { entry, interpreted } = pipeline.recall(stored);
    if (entry?.source.kind === "serial") {
      const { node, boot, sequence } = entry;
      links.delete(`${boot}/${node}`);
      links.set(`${boot}/${node}`, { nodeId: node, boot, next: (sequence + 1) >>> 0 });
    } else if (entry) {
      const { source, node, boot, sequence } = entry;
      lastKeys.set(`${source.name}/${node}`, { source, node, boot, sequence });
    }
    tellSinks(interpreted, drains);
  };
  for await (const entries of spool.replay({ from: firstRecalled(spool) })) entries.forEach(one);
  return { links: [...links.values()], lastKeys: [...lastKeys.values()] };
}

/** The same for sinks that came later: they learn what was delivered last. */
export async function recallForSinks(
  spool: Spool,
  pipeline: Pick<Pipeline, "interpret">,
  drains: readonly Drain[],
): Promise<void> {
  if (drains.length === 0) return;
  for await (const entries of spool.replay({ from: firstRecalled(spool) })) {
    for (const stored of entries) tellSinks(pipeline.interpret(stored), drains);
  }
}

function firstRecalled(spool: Spool): number {
  return Math.max(1, spool.last - RECALLED_ENTRIES + 1);
}

function tellSinks(interpreted: Interpreted, drains: readonly Drain[]): void {
  if (interpreted.kind !== "delivery") return;
  for (const drain of drains) {
    if (interpreted.position <= drain.position) drain.sink.recall(interpreted);
  }
}
