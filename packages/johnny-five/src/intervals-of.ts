/**
 * Tells the intervals that a call begins. johnny-five's components begin some that nobody can end,
 * and they would run on after their board is lost, more with each that is found again.
 *
 * @param call - runs at once; what it begins later is not told
 */
export function intervalsOf<T>(call: () => T): {
  readonly result: T;
  readonly intervals: readonly NodeJS.Timeout[];
} {
  const intervals: NodeJS.Timeout[] = [];
  const { setInterval } = globalThis;
  globalThis.setInterval = ((...given: Parameters<typeof setInterval>) => {
    const interval = setInterval(...given);
    intervals.push(interval);
    return interval;
  }) as typeof setInterval;
  try {
    return { result: call(), intervals };
  } finally {
    globalThis.setInterval = setInterval;
  }
}
