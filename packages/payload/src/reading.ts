/** WGS 84, degrees; altitude in metres above the ellipsoid. */
export interface Position {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
}

/**
 * A field's value: number for quantity, counter and duration; boolean; the name for an enum; the
 * names set for flags; numbers for an array. `null` is a missing value.
 */
export type FieldValue =
  | number
  | boolean
  | string
  | Position
  | Uint8Array
  | readonly string[]
  | readonly number[]
  | null;

/** One schema's fields, at one time, from one node. */
export interface Reading<Values = Readonly<Record<string, FieldValue>>> {
  /**
   * Seconds, to the millisecond where the layout carries them: since the Unix epoch for `absolute`
   * and `16`, since the node's boot for `uptime`, absent for `none`.
   */
  readonly time?: number;
  readonly values: Values;
}

/** Names a message for ever: sent again it has the same key. */
export interface MessageKey {
  /** Boot count of the node, or its link session where it cannot count boots; 0 to 65535. */
  readonly boot: number;
  /** Message number since that boot, 32 bits. */
  readonly sequence: number;
}
