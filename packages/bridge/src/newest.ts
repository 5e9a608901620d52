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
  return compareKeys(a.key, b.key) > 0;
}

const HYPHEN = 45;
const ZERO = 48;

/** Compares number by number; a key that goes on after the other has ended is as if it went on with 0. */
function compareKeys(a: string, b: string): number {
  let atA = 0;
  let atB = 0;
  while (atA < a.length || atB < b.length) {
    let left = 0;
    for (; atA < a.length && a.charCodeAt(atA) !== HYPHEN; atA++) {
      left = left * 10 + a.charCodeAt(atA) - ZERO;
    }
    let right = 0;
    for (; atB < b.length && b.charCodeAt(atB) !== HYPHEN; atB++) {
      right = right * 10 + b.charCodeAt(atB) - ZERO;
    }
    if (left !== right) return left - right;
    atA++;
    atB++;
  }
  return 0;
}
