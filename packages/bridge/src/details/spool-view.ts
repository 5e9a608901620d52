import type { SpoolStats } from "@bollard/spool";
import type { ResolvedConfig } from "../config/config.js";
import type { SpoolView } from "../page/detail-types.js";

/** How the spool is, beside its bounds. */
export function toSpoolView(stats: SpoolStats, config: ResolvedConfig["spool"]): SpoolView {
  const { state, error, oldest, last, durable, pendingBytes, segments, spareFiles } = stats;
  return {
    state,
    ...(error && { error: error.message }),
    ...{ oldest, last, durable, pendingBytes, segments, spareFiles },
    commitDelayMs: config.commitDelayMs,
    backlog: { bytes: stats.backlogBytes, maxBytes: config.maxBytes },
    whenFull: config.whenFull,
    history: {
      bytes: stats.historyBytes,
      maxBytes: config.historyBytes,
      maxDays: config.historyDays,
    },
    appended: stats.appendedEntries,
    refused: stats.refusedEntries,
    written: {
      entries: stats.writtenBytes,
      prepared: stats.preparedBytes,
      cursors: stats.cursorBytes,
      indexes: stats.indexBytes,
      syncs: stats.syncs,
    },
    cursors: Object.entries(stats.cursors).map(([name, { position, backlog, lost, isLoose }]) => ({
      ...{ name, position, backlog, isLoose },
      lost: { ...lost },
    })),
  };
}
