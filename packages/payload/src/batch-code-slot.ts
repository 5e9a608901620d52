import type { isMadeFor, makeAppendRow, makeTakeRow } from "./batch-code.js";
import type { Layout } from "./layout.js";

/** What makes straight-line code for the rows of a batch. */
export interface BatchCode {
  readonly isMadeFor: typeof isMadeFor;
  readonly makeAppendRow: typeof makeAppendRow;
  readonly makeTakeRow: typeof makeTakeRow;
}

/**
 * Empty where only the package's core is loaded, as on a small device: its batches go by loops. The
 * main door fills it.
 */
export const batchCodeSlot: { code?: BatchCode } = {};

/** What makes code for a layout; undefined where none is made. */
export function batchCodeFor(layout: Layout, generate: boolean): BatchCode | undefined {
  const { code } = batchCodeSlot;
  return generate && code?.isMadeFor(layout) === true ? code : undefined;
}
