/** What a fleet reads the time by, so that a test can be as long as a day. */
export interface FleetClock {
  /** Monotonic ms. */
  now(): number;
  /** Unix time in ms at which `now` was 0. */
  readonly originMs: number;
  /** Calls once after a time, ms, and not before it is over; the returned function ends that. */
  after(ms: number, call: () => void): () => void;
}

/** The machine's own. */
export const systemClock: FleetClock = {
  now: () => performance.now(),
  originMs: performance.timeOrigin,
  after(ms, call) {
    const timer = setTimeout(call, Math.ceil(ms));
    return () => clearTimeout(timer);
  },
};

/** Resolves after a time, or at the signal. */
export async function hold(clock: FleetClock, ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
