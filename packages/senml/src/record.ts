/**
 * One resolved SenML record: it stands alone, its base fields folded in.
 *
 * @see RFC 8428, sections 4.2 and 4.6
 */
export interface ResolvedRecord {
  /** Letters, digits, `-`, `:`, `.`, `/`, `_`; starts with a letter or a digit. */
  readonly name: string;
  /** A unit of the IANA SenML units registry. */
  readonly unit?: string;
  readonly value?: number;
  readonly stringValue?: string;
  readonly booleanValue?: boolean;
  readonly dataValue?: Uint8Array;
  readonly sum?: number;
  /** Seconds since the Unix epoch. Below 2^28: seconds relative to now. */
  readonly time?: number;
  /** Seconds until the next reading is due at the latest. */
  readonly updateTime?: number;
}
