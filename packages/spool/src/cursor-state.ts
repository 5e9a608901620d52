/** Why entries never come to a cursor. */
export type LossReason =
  | "damaged" // they were on the disk and cannot be read any more
  | "dropped" // the oldest were dropped at the backlog's bound, or the cursor was cut loose
  | "thinned" // left out where only every n-th of a stream was kept
  | "erased"; // their stream was erased

/** Entries a cursor will never get, by why. */
export type LostEntries = Readonly<Record<LossReason, number>>;

/** One cursor as it is kept on disk. */
export interface SavedCursor {
  readonly name: string;
  readonly position: number;
  readonly lost: LostEntries;
}

/** Where one cursor stands. */
export class CursorState implements SavedCursor {
  readonly name: string;
  /** Every entry up to this position is done with. */
  position: number;
  /** Positions it may be behind before it holds the log no more. */
  maxBehind = Number.POSITIVE_INFINITY;
  /** It is behind by more: what it has not read may be dropped, and is counted. */
  isLoose = false;
  #lost: LostEntries;

  constructor(name: string, position: number, lost: Partial<LostEntries> = {}) {
    this.name = name;
    this.position = position;
    this.#lost = { damaged: 0, dropped: 0, thinned: 0, erased: 0, ...lost };
  }

  get lost(): LostEntries {
    return this.#lost;
  }

  lose(reason: LossReason, entries: number): void {
    this.#lost = { ...this.#lost, [reason]: this.#lost[reason] + entries };
  }
}
