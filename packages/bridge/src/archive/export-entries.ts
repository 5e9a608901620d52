import type { DeliveredReading, Delivery } from "../delivery.js";
import { csvRow } from "../details/csv-row.js";
import { toSenmlMessage } from "../sinks/mqtt/senml-message.js";
import type { ArchivedEntry, ArchiveRange, SpoolArchive } from "./spool-archive.js";

/**
 * How readings are written out.
 *
 * - `ndjson`: one JSON object a line, a reading each
 * - `csv`: a row a reading, a column for each field of any schema
 * - `senml`: one SenML pack (RFC 8428) of all readings
 * - `raw`: one JSON object a line, a stored entry each, its payload in hexadecimal
 */
export type ExportFormat = "ndjson" | "csv" | "senml" | "raw";

/** Every format there is. */
export const exportFormats: readonly ExportFormat[] = ["ndjson", "csv", "senml", "raw"];

/** What an export came to, so far. */
export interface ExportCounts {
  entries: number;
  readings: number;
  /** Entries without readings, by why. */
  readonly leftOut: Map<string, number>;
}

/** A fresh count. */
export function newExportCounts(): ExportCounts {
  return { entries: 0, readings: 0, leftOut: new Map() };
}

/**
 * Writes the entries of a range as text, in the order in which they arrived, one run at a time.
 *
 * What the configuration makes no reading of is counted in `counts`, with the reason, and left out.
 */
export async function* exportEntries(
  archive: SpoolArchive,
  format: ExportFormat,
  range: ArchiveRange,
  counts: ExportCounts,
): AsyncGenerator<string, void, undefined> {
  const write = writers[format];
  if (format === "csv") yield csvRow([...CSV_COLUMNS, ...archive.fields]);
  if (format === "senml") yield "[";
  let isFirst = true;
  for await (const run of archive.entries(range)) {
    let text = "";
    for (const archived of run) {
      counts.entries++;
      const written = write(archived, archive.fields, isFirst);
      if (written !== "") isFirst = false;
      text += written;
      count(archived, counts);
    }
    if (text !== "") yield text;
  }
  if (format === "senml") yield "\n]\n";
}

function count({ interpreted }: ArchivedEntry, counts: ExportCounts): void {
  if (interpreted.kind === "delivery") {
    counts.readings += interpreted.readings.length;
    return;
  }
  const { reason, detail } = interpreted;
  const why = reason === "malformed" ? reason : `${reason} ${detail}`;
  counts.leftOut.set(why, (counts.leftOut.get(why) ?? 0) + 1);
}

type Write = (archived: ArchivedEntry, fields: readonly string[], isFirst: boolean) => string;

const CSV_COLUMNS = ["position", "time", "node", "schema", "key"];

const writers: Readonly<Record<ExportFormat, Write>> = {
  ndjson: ({ stored, interpreted }) =>
    eachReading(interpreted, ({ node, schema }, { timeS, key, values }) => {
      const line = {
        position: stored.position,
        time: isoOf(timeS * 1000),
        arrived: isoOf(stored.timeMs),
        node: node.name,
        schema: schema.schema.name,
        key,
        values,
      };
      return `${JSON.stringify(line, bytesAsHex)}\n`;
    }),
  csv: ({ stored, interpreted }, fields) =>
    eachReading(interpreted, ({ node, schema }, { timeS, key, values }) => {
      const place = [stored.position, isoOf(timeS * 1000), node.name, schema.schema.name, key];
      return csvRow([...place, ...fields.map((field) => values[field])]);
    }),
  senml: ({ interpreted }, _fields, isFirst) => {
    let separator = isFirst ? "\n" : ",\n";
    return eachReading(interpreted, ({ node, schema }, reading) => {
      // Each reading has its own base name and time, so those of the one before do not matter.
      const pack = toSenmlMessage(node.name, schema, reading);
      const text = `${separator}${pack.slice(1, -1)}`;
      separator = ",\n";
      return text;
    });
  },
  raw: ({ stored, entry }) => {
    const { position, timeMs, stream, bytes } = stored;
    const line = entry
      ? {
          position,
          arrived: isoOf(timeMs),
          source: `${entry.source.kind} ${entry.source.name}`,
          node: entry.node,
          boot: entry.boot,
          sequence: entry.sequence,
          payload: entry.payload,
        }
      : { position, arrived: isoOf(timeMs), stream, bytes };
    return `${JSON.stringify(line, bytesAsHex)}\n`;
  },
};

function eachReading(
  interpreted: ArchivedEntry["interpreted"],
  write: (delivery: Delivery, reading: DeliveredReading) => string,
): string {
  if (interpreted.kind !== "delivery") return "";
  return interpreted.readings.map((reading) => write(interpreted, reading)).join("");
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function bytesAsHex(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
