/** When a reading was observed, and its key to decide between two of one time. */
export interface Moment {
  /** Seconds since the Unix epoch. */
  readonly timeS: number;
  /** `<boot>-<sequence>` or `<boot>-<sequence>-<row>`. */
  readonly key: string;
}

/** Whether `a` was observed after `b`; at one time the later key counts. */
export function isNewer(a: Moment, b: Moment): boolean {
  if (a.timeS !== b.timeS) return a.timeS > b.timeS;
  const left = a.key.split("-").map(Number);
  const right = b.key.split("-").map(Number);
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = (left[part] ?? 0) - (right[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
