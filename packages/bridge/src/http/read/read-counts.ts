/** What the read API has done since the start. */
export interface ReadCounts {
  /** Answered. */
  answered: number;
  /** Refused since one address asked too often. */
  limited: number;
  /** Refused since too many read the history already. */
  busy: number;
  /** Entities left out of answers since a gate refused them. */
  invalid: number;
}

/** A fresh count. */
export function newReadCounts(): ReadCounts {
  return { answered: 0, limited: 0, busy: 0, invalid: 0 };
}
