import type { FieldValue } from "@bollard/payload";

/** A reading as the fleet makes it up: one object for all, changed in place. */
export interface MadeReading {
  /** Seconds since 1970. */
  time: number;
  values: Record<string, FieldValue>;
}

/** Where a street's readings come from. */
export interface NodeReadings {
  /**
   * The reading of a node. Asked for in the order of a node's messages.
   *
   * @param timeS - seconds since 1970
   * @returns valid until the next call
   */
  readingOf(node: number, sequence: number, timeS: number): MadeReading;
}
