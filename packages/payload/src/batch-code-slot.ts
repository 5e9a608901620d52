import type { isMadeFor, makeAppendRow, makeTakeRow } from "./batch-code.js";
import type { Layout } from "./layout.js";
import type { makeUnpackRow } from "./unpack-code.js";

/** What makes straight-line code for the rows of a batch, the first of which is as a single reading. */
export interface BatchCode {
  readonly isMadeFor: typeof isMadeFor;
  readonly makeAppendRow: typeof makeAppendRow;
  readonly makeTakeRow: typeof makeTakeRow;
  readonly makeUnpackRow: typeof makeUnpackRow;
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
