import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Interpreted } from "../../delivery.js";
import type { RegisteredNode } from "../../registry/registry.js";
import type { KnownSchema } from "../../schema-set.js";
import type { LatestReading, ViewTotals } from "../../view/entity-view.js";
import type { ReadPace } from "./read-pace.js";

/** What the city may read: all of it is after the rules, so what privacy keeps back is not in it. */
export interface CityData {
  /** The log, read beside every cursor; `durable` is the last position that can be read. */
  readonly spool: Pick<Spool, "replay" | "durable" | "stats">;
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  /** Of all reads. */
  readonly pace: ReadPace;
  /** The newest reading of each node and schema, by a key of its own, in no order. */
  readonly latest: () => Iterable<readonly [key: string, latest: LatestReading]>;
  /** The schemas there are now. */
  readonly schemas: () => readonly KnownSchema[];
  readonly schemaOf: (id: number) => KnownSchema | undefined;
  /** What has come in since the bridge started, at {@link CityData.startedMs}. */
  readonly totals: () => ViewTotals;
  readonly startedMs: number;
  /** Changes whenever what entries come to may have changed. */
  readonly version: () => number;
  /** What is known of a node now, by its own id. */
  readonly nodeOf: (id: string) => RegisteredNode | undefined;
  /** The id of the only node that ever had this name; undefined where there may be several. */
  readonly onlyIdOf: (name: string) => string | undefined;
}
