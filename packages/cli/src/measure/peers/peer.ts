import type { Reading } from "@bollard/payload";

/** Another way to write readings, to hold the payload against. */
export interface Peer {
  /** As tables and JSON name it, such as `cbor-x map`. */
  readonly name: string;
  /** Bytes of one message with these readings; what both ends know already does not count. */
  readonly measure: (readings: readonly Reading[]) => number;
}
