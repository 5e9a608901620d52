/** A link half, as much as its timer needs of it. */
export interface Polled {
  poll(): void;
  /** By the link's clock, in ms. */
  readonly nextDeadline: number;
  onSchedule: (() => void) | undefined;
}

export interface KeepPollingOptions {
  /** The link's clock. */
  readonly now: () => number;
  /** Calls `task` once after `delayMs`; the function it returns takes that back. Default: setTimeout. */
  readonly after?: (delayMs: number, task: () => void) => () => void;
}

/** setTimeout takes no more than 2^31 - 1 ms; a link polled early does nothing. */
const LONGEST_DELAY_MS = 3_600_000;

/**
 * Calls `poll` of a {@link LinkNode} or {@link LinkHost} whenever its deadline is reached.
 *
 * @returns a function that ends it
 */
export function keepPolling(link: Polled, options: KeepPollingOptions): () => void {
  const after = options.after ?? afterTimeout;
  let armedFor = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const arm = (): void => {
    const deadline = link.nextDeadline;
    if (deadline >= armedFor) return;
    cancel?.();
    armedFor = deadline;
    const delay = Math.min(LONGEST_DELAY_MS, Math.max(0, Math.ceil(deadline - options.now())));
    cancel = after(delay, () => {
      armedFor = Number.POSITIVE_INFINITY;
      cancel = undefined;
      link.poll();
      arm();
    });
  };
  link.onSchedule = arm;
  arm();
  return () => {
    cancel?.();
    link.onSchedule = undefined;
  };
}

function afterTimeout(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}
