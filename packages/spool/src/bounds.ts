import type { CursorState } from "./cursor-state.js";
import type { LogEditor } from "./log-editor.js";
import type { Segment } from "./segment.js";
import { SegmentReader } from "./segment-reader.js";
import type { SegmentStore } from "./segment-store.js";
import type { SpoolEvent } from "./spool-event.js";
import { isDiskFullError } from "./spool-fs.js";
import type { SpoolSettings } from "./spool-options.js";
import { nextToThin } from "./thinning.js";

/** What the bounds work on and with. */
export interface BoundsOptions {
  readonly settings: SpoolSettings;
  readonly store: SegmentStore;
  readonly editor: LogEditor;
  /** Every cursor, opened or not. */
  readonly cursors: () => Iterable<CursorState>;
  /** Brings the cursors to the disk. */
  readonly saveCursors: () => Promise<void>;
}

/**
 * Keeps the log within its two bounds, by whole segments and from the oldest on: the *history*
 * behind all cursors, and the *backlog* from the slowest cursor to the newest entry.
 */
export class Bounds {
  readonly #settings: SpoolSettings;
  readonly #store: SegmentStore;
  readonly #editor: LogEditor;
  readonly #cursors: () => Iterable<CursorState>;
  readonly #saveCursors: () => Promise<void>;
  #backlogBytes = 0;
  /** The oldest segment, once it was told to be dropped. */
  #leaving: Segment | undefined;

  constructor(options: BoundsOptions) {
    this.#settings = options.settings;
    this.#store = options.store;
    this.#editor = options.editor;
    this.#cursors = options.cursors;
    this.#saveCursors = options.saveCursors;
    this.measure();
  }

  /** Bytes on disk that some cursor still holds, counted by whole segments. */
  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  /** Bytes on disk that no cursor holds. */
  get historyBytes(): number {
    return this.#store.usedBytes - this.#backlogBytes;
  }

  /** Measures again after a cursor moved or the log grew. */
  measure(): void {
    const held = this.#heldFrom();
    let bytes = 0;
    for (const segment of this.#store.segments) {
      if (segment.lastPosition >= held) bytes += segment.endOffset;
    }
    this.#backlogBytes = bytes;
  }

  /** First position that a cursor still holds. Without any cursor everything is held. */
  #heldFrom(): number {
    let held = Number.POSITIVE_INFINITY;
    let count = 0;
    for (const { position, isLoose } of this.#cursors()) {
      count++;
      if (!isLoose) held = Math.min(held, position + 1);
    }
    return count === 0 ? 0 : held;
  }

  /** Counts what is gone and no cursor was told of: the process ended just then. */
  countGaps(next: number): void {
    const oldest = this.#store.segments[0]?.firstPosition ?? next;
    for (const state of this.#cursors()) {
      const firstPosition = state.position + 1;
      const lastPosition = oldest - 1;
      if (firstPosition > lastPosition) continue;
      state.lose("dropped", oldest - firstPosition);
      state.position = lastPosition;
      this.#tell({ kind: "gap", cursor: state.name, firstPosition, lastPosition });
    }
    this.measure();
  }

  /** Cuts loose each cursor that is behind by more than it may, and holds it again later. */
  watchCursors(last: number): void {
    for (const state of this.#cursors()) {
      const behind = last - state.position;
      if (!state.isLoose && behind > state.maxBehind) {
        state.isLoose = true;
        this.#tell({ kind: "cut-loose", cursor: state.name, behind });
      } else if (state.isLoose && behind <= state.maxBehind / 2) {
        state.isLoose = false;
        this.#tell({ kind: "caught-up", cursor: state.name });
      }
    }
  }

  /**
   * Brings the log within its bounds, with room for `roomBytes` more. Not to be called while the
   * newest segment is written. What fails is told, and tried again the next time.
   */
  async enforce(roomBytes: number): Promise<void> {
    try {
      this.measure();
      await this.#releaseHistory();
      if (this.#settings.policy === "refuse") return;
      while (this.#backlogBytes + roomBytes > this.#settings.maxBytes) {
        if (!(await this.#thinNext()) && !(await this.#dropOldest("backlog"))) break;
      }
    } catch (error) {
      this.#tell({ kind: "bounds-failing", error });
    }
  }

  async #thinNext(): Promise<boolean> {
    if (this.#settings.policy !== "thin") return false;
    const segment = nextToThin(this.#store.segments);
    if (segment === undefined) return false;
    try {
      await this.#thin(segment);
      return true;
    } catch (error) {
      // A full disk, for one: a rewritten segment needs room of its own, a dropped one does not.
      this.#tell({ kind: "bounds-failing", error });
      return false;
    }
  }

  /** Gives disk space back when there is none: history first, then what the policy lets go. */
  async makeRoom(): Promise<boolean> {
    this.measure();
    const [oldest] = this.#store.segments;
    if (oldest === undefined || oldest === this.#store.newest) return false;
    if (oldest.lastPosition < this.#heldFrom()) {
      await this.#release([oldest], true);
      return true;
    }
    return this.#settings.policy !== "refuse" && (await this.#dropOldest("disk-full"));
  }

  async #releaseHistory(): Promise<void> {
    const { historyBytes, historyMs, clock } = this.#settings;
    const held = this.#heldFrom();
    const { segments } = this.#store;
    const spent: Segment[] = [];
    let bytes = this.historyBytes;
    for (const [index, segment] of segments.entries()) {
      const newer = segments[index + 1];
      if (newer === undefined || segment.lastPosition >= held) break;
      const isOld = clock.wallMs() - newer.header.baseTimeMs > historyMs;
      if (bytes <= historyBytes && !isOld) break;
      bytes -= segment.endOffset;
      spent.push(segment);
    }
    if (spent.length > 0) await this.#release(spent);
  }

  /**
   * Cursors first: after a crash what they are done with must not look lost, nor the reverse. On a
   * full disk the reserve makes room for them.
   */
  async #release(segments: readonly Segment[], isDiskFull = false): Promise<void> {
    for (const segment of segments) await this.#passBy(segment);
    try {
      await this.#saveCursors();
    } catch (error) {
      if (!isDiskFull || !isDiskFullError(error)) throw error;
      await this.#store.removeReserve();
      await this.#saveCursors();
    }
    await this.#store.release(segments, isDiskFull);
    if (isDiskFull) await this.#store.makeReserve();
    this.measure();
  }

  async #dropOldest(reason: "backlog" | "disk-full"): Promise<boolean> {
    const [oldest] = this.#store.segments;
    if (oldest === undefined || oldest === this.#store.newest) return false;
    const { firstPosition, lastPosition, entries } = oldest;
    // One that could not be put away the last time was told already.
    if (this.#leaving !== oldest) {
      this.#tell({ kind: "dropped", reason, firstPosition, lastPosition, entries });
    }
    this.#leaving = oldest;
    await this.#release([oldest], reason === "disk-full");
    return true;
  }

  /** Counts what goes with a segment for each cursor that has not done with it, loose ones too. */
  async #passBy(segment: Segment): Promise<void> {
    for (const state of this.#cursors()) {
      if (state.position >= segment.lastPosition) continue;
      const entries = await this.#countAfter(segment, state);
      if (state.position >= segment.lastPosition) continue;
      state.lose("dropped", entries);
      state.position = segment.lastPosition;
    }
  }

  /** Entries of a segment behind a cursor's position. Only a thinned one must be read for it. */
  async #countAfter(segment: Segment, state: CursorState): Promise<number> {
    const { firstPosition, lastPosition, header, entries } = segment;
    if (header.coversTo === 0) return lastPosition - Math.max(state.position, firstPosition - 1);
    if (state.position < firstPosition) return entries;
    const path = this.#store.pathOf(segment);
    const reader = new SegmentReader(this.#settings.fs, path, segment, () => {});
    let count = 0;
    try {
      let next = state.position + 1;
      while (next <= lastPosition) {
        count += (await reader.read(next, lastPosition, 256)).length;
        next = reader.expected;
      }
    } finally {
      await reader.close();
    }
    return count;
  }

  async #thin(segment: Segment): Promise<void> {
    const rewritten = await this.#editor.thin(segment, this.#settings.thinEvery);
    this.measure();
    const { firstPosition, lastPosition, entries } = rewritten;
    const left = segment.entries - entries;
    this.#tell({ kind: "thinned", firstPosition, lastPosition, entries: left });
  }

  #tell(event: SpoolEvent): void {
    this.#settings.onEvent(event);
  }
}
