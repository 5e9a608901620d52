/** What a command may touch of the outside world, so that a test can run it without a process. */
export interface CliIo {
  /** Results. */
  readonly stdout: { write(text: string | Uint8Array): unknown };
  /** All else. */
  readonly stderr: { write(text: string): unknown };
  /** Resolves when the user asks the command to end. */
  readonly interrupted: Promise<void>;
}
