/** Where the spool gets the time from, and its timers. A test gives its own. */
export interface SpoolClock {
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Calls `task` once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, task: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: SpoolClock = {
  wallMs: () => Date.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
