/**
 * One record of a pack as it travels, by the RFC's own labels, its base fields not yet applied.
 *
 * @see RFC 8428, section 4.3
 */
export interface PackRecord {
  /** Base name: goes before the names of this record and those after it. */
  readonly bn?: string;
  /** Base time, seconds: is added to their times. */
  readonly bt?: number;
  /** Base unit: theirs where they have none. */
  readonly bu?: string;
  /** Base value: is added to their values. */
  readonly bv?: number;
  /** Base sum: is added to their sums. */
  readonly bs?: number;
  /** Base version. Default: 10. */
  readonly bver?: number;
  /** Name. */
  readonly n?: string;
  /** Unit. */
  readonly u?: string;
  /** Value. */
  readonly v?: number;
  /** String value. */
  readonly vs?: string;
  /** Boolean value. */
  readonly vb?: boolean;
  /** Data value; base64url in JSON. */
  readonly vd?: Uint8Array;
  /** Sum. */
  readonly s?: number;
  /** Time, seconds. */
  readonly t?: number;
  /** Update time, seconds. */
  readonly ut?: number;
}

/** Records in their order; base fields hold from the record they stand in. */
export type Pack = readonly PackRecord[];

/** Times below 2^28 are relative to now. @see RFC 8428, section 4.5.3 */
export const RELATIVE_TIMES_END = 2 ** 28;

/** What RFC 8428 defines. */
export const DEFAULT_VERSION = 10;

/** The same with the feature "secondary units". @see RFC 9100, section 4 */
export const SECONDARY_UNITS_VERSION = 26;

/** Records in a pack unless the caller says otherwise. */
export const MOST_RECORDS = 10_000;

/** Characters in a resolved name. */
export const MOST_NAME_CHARACTERS = 1024;

function isAlphanumeric(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39)
  );
}

/**
 * True for a name that a resolved record may have: letters, digits, `-`, `:`, `.`, `/`, `_`, from a
 * letter or digit on, at most 1024 characters.
 *
 * @see RFC 8428, section 4.5.1
 */
export function isSenmlName(name: string): boolean {
  if (name.length === 0 || name.length > MOST_NAME_CHARACTERS) return false;
  if (!isAlphanumeric(name.charCodeAt(0))) return false;
  for (let at = 1; at < name.length; at++) {
    const code = name.charCodeAt(at);
    // `-` `.` `/` stand in a row, then the digits and `:`.
    if (!isAlphanumeric(code) && code !== 0x5f && !(code >= 0x2d && code <= 0x3a)) return false;
  }
  return true;
}
