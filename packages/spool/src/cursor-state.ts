/** Entries a cursor will never get, by why. */
export interface LostEntries {
  /** Damaged on the disk. */
  readonly damaged: number;
}

/** Where one cursor stands, as it is kept on disk. */
export interface CursorState {
  readonly name: string;
  /** Every entry up to this position is done with. */
  position: number;
  lost: LostEntries;
}
