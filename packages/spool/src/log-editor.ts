import type { CursorState, LossReason } from "./cursor-state.js";
import type { SpoolEntry } from "./entry.js";
import { type ChangeEntry, rewriteSegment } from "./rewrite-segment.js";
import type { Segment } from "./segment.js";
import type { OnDamage } from "./segment-reader.js";
import type { SegmentStore } from "./segment-store.js";
import type { SpoolSettings } from "./spool-options.js";
import { everyNth } from "./thinning.js";

/** What the editor works on and with. */
export interface LogEditorOptions {
  readonly settings: SpoolSettings;
  readonly store: SegmentStore;
  /** Every cursor, opened or not. */
  readonly cursors: () => Iterable<CursorState>;
  /** Brings the cursors to the disk. */
  readonly saveCursors: () => Promise<void>;
}

/** Which entries are revised, each position included. */
export interface RevisedRange {
  readonly from: number;
  readonly to: number;
}

/** What a revision came to. */
export interface Revision {
  /** Entries that hold something else now. */
  readonly changed: number;
  /** Entries taken out. */
  readonly erased: number;
}

/**
 * Takes things out of segments that are written: every n-th entry, a stream, or a part of some
 * entries. Not to be called for the newest segment while it is written.
 */
export class LogEditor {
  readonly #options: LogEditorOptions;
  #isClean = false;

  constructor(options: LogEditorOptions) {
    this.#options = options;
  }

  /** Whether no bytes are in files but those of their entries, now and from now on. */
  get isClean(): boolean {
    return this.#isClean;
  }

  /** Keeps of each stream every `every`-th entry. Their file is used again. */
  thin(segment: Segment, every: number): Promise<Segment> {
    const keeps = everyNth(every);
    return this.#rewrite(segment, {
      change: (entry) => (keeps(entry) ? entry : undefined),
      thinned: segment.header.thinned + 1,
      reason: "thinned",
      removesFile: false,
    });
  }

  /** Rewrites every segment that may hold this stream without it. Returns the entries erased. */
  async erase(stream: string): Promise<number> {
    const { store, settings } = this.#options;
    let erased = 0;
    await store.putAwayLeftovers();
    for (const segment of store.segments.filter((one) => one.mayHold(stream))) {
      const rewritten = await this.#takeOut(segment, (entry) =>
        entry.stream === stream ? undefined : entry,
      );
      erased += segment.entries - rewritten.entries;
    }
    await this.#forgetOldBytes();
    settings.onEvent({ kind: "erased", stream, entries: erased });
    return erased;
  }

  /** Changes entries of a range. Spent files are not used again from then on. */
  async revise(
    { from, to }: RevisedRange,
    change: (entry: SpoolEntry) => Uint8Array | undefined,
  ): Promise<Revision> {
    const { store, settings } = this.#options;
    let changed = 0;
    let erased = 0;
    store.reusesFiles = false;
    await store.putAwayLeftovers();
    for (const segment of [...store.segments]) {
      if (segment.lastPosition < from || segment.firstPosition > to) continue;
      await this.#takeOut(segment, (entry) => {
        if (entry.position < from || entry.position > to) return entry;
        const bytes = change(entry);
        if (bytes === entry.bytes) return entry;
        if (bytes === undefined) erased++;
        else changed++;
        return bytes && { ...entry, bytes };
      });
    }
    if (!this.#isClean) await this.#forgetOldBytes();
    this.#isClean = true;
    if (changed + erased > 0) settings.onEvent({ kind: "revised", changed, erased });
    return { changed, erased };
  }

  /** Spent files, and what stands in files behind their last entry, may hold what was taken out. */
  async #forgetOldBytes(): Promise<void> {
    const { store } = this.#options;
    await store.removeSpare();
    for (const segment of store.segments) await store.trim(segment);
  }

  #takeOut(segment: Segment, change: ChangeEntry): Promise<Segment> {
    const { thinned } = segment.header;
    return this.#rewrite(segment, { change, thinned, reason: "erased", removesFile: true });
  }

  #rewrite(
    segment: Segment,
    how: {
      readonly change: ChangeEntry;
      readonly thinned: number;
      readonly reason: LossReason;
      readonly removesFile: boolean;
    },
  ): Promise<Segment> {
    const { settings, store, cursors, saveCursors } = this.#options;
    const onDamage: OnDamage = (firstPosition, lastPosition, offset) => {
      for (const state of cursors()) {
        const entries = lastPosition - Math.max(state.position, firstPosition - 1);
        if (entries > 0) state.lose("damaged", entries);
      }
      const file = segment.fileName;
      settings.onEvent({ kind: "damaged", file, offset, firstPosition, lastPosition });
    };
    return rewriteSegment(settings.fs, store, {
      ...how,
      segment,
      onDamage,
      onLeaving: async (positions) => {
        for (const state of cursors()) {
          const entries = positions.filter((position) => position > state.position).length;
          if (entries > 0) state.lose(how.reason, entries);
        }
        await saveCursors().catch(() => {});
      },
    });
  }
}
