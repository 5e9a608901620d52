import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import type { SpoolEntry } from "@bollard/spool";
import { describe, expect, test } from "vitest";
import { resolveNodes } from "../config/resolve-config.js";
import { decodeEntry, encodeEntry } from "../entry.js";
import { interpret } from "../interpret.js";
import { ReadingTimes } from "../reading-time.js";
import { Registry } from "../registry/registry.js";
import { SchemaReferences } from "../schema-references.js";
import { SchemaSet } from "../schema-set.js";
import { ManualClock } from "../testing/manual-clock.js";
import { START_S, streetAir, streetPayload } from "../testing/street-air.js";
import { type ReadingsQuery, readingsCsv } from "./readings-csv.js";

const door = defineSchema({
  name: "door",
  id: 18,
  fields: [
    { name: "note", kind: "text", maxBytes: 40 },
    { name: "open", kind: "boolean" },
    { name: "bins", kind: "array", length: 2, unit: "lx", min: 0, max: 9, resolution: 1 },
  ],
});
const schemas = new SchemaSet([streetAir, door]);

/** A spool of these payloads, in runs of two, that remembers what it was asked for. */
function spoolOf(payloads: readonly Uint8Array[]) {
  const clock = new ManualClock();
  const entries = payloads.map((payload, index): SpoolEntry => {
    const { bytes, stream, timeMs } = encodeEntry({
      source: { kind: "mqtt", name: "street" },
      node: "a1-b2",
      boot: 1,
      sequence: index,
      payload,
      arrival: { bootId: 7, monotonicMs: 0, wallMs: clock.wallMs(), quality: "synchronised" },
    });
    return { position: index + 1, bytes, stream, timeMs, keep: false };
  });
  const asked: unknown[] = [];
  const options = {
    registry: new Registry({ unknown: "hold", nodes: resolveNodes({ "a1-b2": { name: "oak" } }) }),
    references: new SchemaReferences(schemas),
    rules: [],
    times: new ReadingTimes(clock),
  };
  return {
    asked,
    interpret: (stored: SpoolEntry) => interpret(stored.position, decodeEntry(stored), options),
    spool: {
      commit: async () => {},
      async *replay(query: unknown) {
        asked.push(query);
        for (let at = 0; at < entries.length; at += 2) yield entries.slice(at, at + 2);
      },
    },
  };
}

async function csvOf(
  from: ReturnType<typeof spoolOf>,
  query: Partial<ReadingsQuery> = {},
): Promise<string> {
  const schema = schemas.find(17);
  if (!schema) throw new Error("no schema");
  const whole = { nodeId: "a1-b2", schema, field: undefined, fromS: 0, toS: 9e9, ...query };
  let text = "";
  for await (const piece of readingsCsv(whole, from)) text += piece;
  return text;
}

describe("readingsCsv", () => {
  test("writes each reading of the node, a missing value as nothing", async () => {
    const missing = { pm25: 0.3, temperature: null };
    const street = spoolOf([streetPayload(1), streetPayload(2), streetPayload(3, 1, missing)]);
    expect(await csvOf(street)).toBe(
      [
        "time,node,pm25,temperature",
        "2026-09-10T00:27:40.000Z,oak,0.1,20",
        "2026-09-10T00:28:40.000Z,oak,0.2,20",
        "2026-09-10T00:29:40.000Z,oak,0.3,",
        "",
      ].join("\r\n"),
    );
  });

  test("takes one field of a span of time, and reads the log from a while before it", async () => {
    const street = spoolOf([1, 2, 3, 4].map((number) => streetPayload(number)));
    const range = { field: "pm25", fromS: START_S + 120, toS: START_S + 180 };
    expect((await csvOf(street, range)).split("\r\n").slice(1, -1)).toEqual([
      "2026-09-10T00:28:40.000Z,oak,0.2",
      "2026-09-10T00:29:40.000Z,oak,0.3",
    ]);
    expect(street.asked).toEqual([{ stream: "a1-b2", fromMs: (START_S + 120) * 1000 - 3_600_000 }]);
  });

  test("writes text so that no spreadsheet runs it, and leaves out other schemas", async () => {
    const note = (text: string) =>
      encodePayload(door, { time: START_S, values: { note: text, open: true, bins: [1, 2] } });
    const street = spoolOf([note("=1+1"), note('a "b", c'), streetPayload(1), note("plain")]);
    const schema = schemas.find(18);
    const rows = (await csvOf(street, { ...(schema && { schema }) })).split("\r\n").slice(1, -1);
    expect(rows.map((row) => row.slice(29))).toEqual([
      "'=1+1,true,1 2",
      '"a ""b"", c",true,1 2',
      "plain,true,1 2",
    ]);
  });
});
