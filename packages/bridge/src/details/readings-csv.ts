import type { Spool, SpoolEntry } from "@bollard/spool";
import type { DeliveredReading, Interpreted } from "../delivery.js";
import type { KnownSchema } from "../schema-set.js";
import { csvRow } from "./csv-row.js";

/** Which readings to write. */
export interface ReadingsQuery {
  /** The node's own id. */
  readonly nodeId: string;
  readonly schema: KnownSchema;
  /** One field only; all of them otherwise. */
  readonly field: string | undefined;
  /** Earliest and latest time of observation, seconds since the Unix epoch. */
  readonly fromS: number;
  readonly toS: number;
}

/** What they are read from. */
export interface ReadingsCsvOptions {
  readonly spool: Pick<Spool, "replay" | "commit">;
  readonly interpret: (stored: SpoolEntry) => Interpreted;
}

/** A node's clock may be ahead of ours by so much: its reading then arrived before it was observed. */
const AHEAD_MS = 3_600_000;

/**
 * The readings of one node that the spool has, as CSV in the order in which they arrived: `time`
 * (ISO 8601 UTC), `node`, then each field in the unit of the schema; a missing value is empty.
 *
 * It goes on at the pace of whoever reads it, one run of entries at a time.
 *
 * @see RFC 4180
 */
export async function* readingsCsv(
  { nodeId, schema, field, fromS, toS }: ReadingsQuery,
  { spool, interpret }: ReadingsCsvOptions,
): AsyncGenerator<string, void, undefined> {
  const names = schema.fields.map(({ name }) => name).filter((name) => !field || name === field);
  yield `${["time", "node", ...names].join(",")}\r\n`;
  // Only what is on the disk is read; where that refuses, it is what was there before.
  await spool.commit().catch(() => {});
  const isWanted = ({ timeS }: DeliveredReading) => timeS >= fromS && timeS <= toS;
  const fromMs = Math.max(0, Math.floor(fromS * 1000 - AHEAD_MS));
  for await (const run of spool.replay({ stream: nodeId, fromMs })) {
    let text = "";
    for (const stored of run) {
      const delivery = interpret(stored);
      if (delivery.kind !== "delivery" || delivery.schema.fingerprint !== schema.fingerprint) {
        continue;
      }
      for (const reading of delivery.readings.filter(isWanted)) {
        text += rowOf(delivery.node.name, reading, names);
      }
    }
    if (text) yield text;
    await letOthersGoOn();
  }
}

function rowOf(
  node: string,
  { timeS, values }: DeliveredReading,
  names: readonly string[],
): string {
  const time = new Date(timeS * 1000).toISOString();
  return csvRow([time, node, ...names.map((name) => values[name])]);
}

/** What comes in goes before what is written out. */
function letOthersGoOn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
