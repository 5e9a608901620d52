/** Where a connection gets its time from. */
export interface MqttClock {
  /** Monotonic time in ms. */
  now(): number;
  /** Calls `wake` once, `ms` from now. @returns a function that calls it off */
  after(ms: number, wake: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: MqttClock = {
  now: () => performance.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, Math.min(Math.ceil(ms), 0x7fff_ffff));
    return () => clearTimeout(timer);
  },
};
