/** What a command may touch of the outside world, so that a test can run it without a process. */
export interface CliIo {
  /** Results. */
  readonly stdout: { write(text: string | Uint8Array): unknown };
  /** All else. */
  readonly stderr: { write(text: string): unknown };
  /** Resolves when the user asks the command to end. */
  readonly interrupted: Promise<void>;
  /**
   * Calls back each time the user asks the command to read its configuration again; the returned
   * function ends that. Default: nobody asks.
   */
  readonly onReload?: (listener: () => void) => () => void;
  /** Variables of the environment. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Results go to a person's terminal that shows colours. Default: false. */
  readonly colour?: boolean;
  /** A person's terminal, for what is rewritten while it runs. Default: there is none. */
  readonly terminal?: {
    readonly columns: () => number;
    /** Calls back for each key; the returned function ends that. */
    readonly onKey: (listener: (key: string) => void) => () => void;
  };
  /** Asks a person, and resolves with the line that is the answer. Default: there is nobody. */
  readonly ask?: (question: string) => Promise<string>;
  /** Seconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}
