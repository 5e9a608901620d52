/** One file that a generator made. */
export interface GeneratedFile {
  /** Relative to the folder asked for, with `/` between its parts. */
  readonly path: string;
  readonly text: string;
}
