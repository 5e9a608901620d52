import type { FieldValue } from "@bollard/payload";
import type { Entry } from "./entry.js";
import type { RegisteredNode } from "./registry/registry.js";
import type { KnownSchema } from "./schema-set.js";

/** One reading after the rules, ready for sinks and the view. */
export interface DeliveredReading {
  /** `<boot>-<sequence>`, and `-<row>` for one of a batch: the same however often it is delivered. */
  readonly key: string;
  /** When it was observed, seconds since the Unix epoch. */
  readonly timeS: number;
  readonly values: Readonly<Record<string, FieldValue>>;
}

/** What one entry came to: the readings of one node and schema. */
export interface Delivery {
  readonly kind: "delivery";
  /** Of the entry in the spool. */
  readonly position: number;
  /** As it came; without its payload where privacy rules keep back some of what is in it. */
  readonly entry: Entry;
  /** Bytes of the payload as it came. */
  readonly payloadBytes: number;
  /** What names the schema, as `SchemaReferences` has it. */
  readonly reference: string;
  readonly node: RegisteredNode;
  readonly schema: KnownSchema;
  readonly readings: readonly DeliveredReading[];
}

/**
 * Why an entry goes to no sink.
 *
 * - `unknown-node`, `unknown-schema`: kept in the spool, and replayed once that is known
 * - `unmapped`: a foreign message that does not fit its mapping; replayed once the mapping is another
 * - `expired`: a field that cannot be missing was kept as long as it may be
 * - `undecodable`: the payload does not fit its schema
 * - `malformed`: what is stored is not an entry
 */
export type SetAsideReason =
  | "unknown-node"
  | "unknown-schema"
  | "unmapped"
  | "expired"
  | "undecodable"
  | "malformed";

/** An entry that goes to no sink now. */
export interface SetAside {
  readonly kind: "set-aside";
  readonly position: number;
  readonly reason: SetAsideReason;
  /** The node, what names the schema, the mapping with its fingerprint, or what was wrong. */
  readonly detail: string;
}

/** What decoding and rules made of an entry. */
export type Interpreted = Delivery | SetAside;
