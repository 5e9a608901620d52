import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePayload } from "@bollard/payload";
import { defineSchema } from "@bollard/schema";
import { Spool, type SpoolEntry } from "@bollard/spool";
import { MemoryDisk } from "@bollard/spool/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "./alarms.js";
import { DurableAcks } from "./durable-acks.js";
import { decodeEntry } from "./entry.js";
import { KeyMemory } from "./key-memory.js";
import { createPipeline, type Pipeline } from "./pipeline.js";
import { ReadingTimes } from "./reading-time.js";
import { Registry } from "./registry/registry.js";
import { SchemaReferences } from "./schema-references.js";
import { SchemaSet } from "./schema-set.js";
import { SessionNumbers } from "./session-numbers.js";
import { SetAsideLog } from "./set-aside-log.js";
import type { SourceMessage } from "./sources/source.js";
import { ManualClock } from "./testing/manual-clock.js";
import { streetAir, streetPayload } from "./testing/street-air.js";
import { EntityView } from "./view/entity-view.js";
import { Rate } from "./view/rate.js";

const door = defineSchema({
  name: "door-alarm",
  id: 19,
  time: "none",
  fields: [
    { kind: "boolean", name: "open" },
    { kind: "text", name: "badge", maxBytes: 8, optional: true },
  ],
});
const opened = encodePayload(door, { values: { open: true, badge: "AB 12" } });

let dataDir: string;
let spool: Spool;
let alarms: Alarms;
let pipeline: Pipeline;
let sequence: number;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-pipeline-"));
  spool = await Spool.open({ dir: "/spool", fs: new MemoryDisk().start() });
  const clock = new ManualClock();
  alarms = new Alarms(clock);
  sequence = 0;
  pipeline = createPipeline({
    ...{ spool, clock, alarms, acks: new DurableAcks(0), keys: new KeyMemory() },
    sessions: new SessionNumbers({ dataDir }),
    setAside: new SetAsideLog(dataDir),
    view: new EntityView({
      ...{ clock, historyPoints: 10, maxNodes: 10, staleAfterMs: 0 },
      firstSeenMs: (_, nowMs) => nowMs,
    }),
    readingsIn: new Rate(() => clock.monotonicMs()),
    registry: new Registry({ unknown: "accept", nodes: {} }),
    references: new SchemaReferences(
      new SchemaSet([streetAir, door], {
        "door-alarm": { fields: { badge: { drop: "spool" } } },
      }),
    ),
    times: new ReadingTimes(clock),
    neverThinned: new Set(["door-alarm"]),
    onRefused: (error) => {
      throw error;
    },
  });
});
afterEach(async () => {
  await spool.close();
  rmSync(dataDir, { recursive: true });
});

function accept(payload: Uint8Array, more: Partial<SourceMessage> = {}): void {
  sequence++;
  const source = { kind: "mqtt", name: "street" } as const;
  const key = { node: "lamp-12", boot: 1, sequence };
  const message = { source, ...key, payload, kept: () => {}, ...more };
  expect(pipeline.accept(message)).toBe(true);
}

async function stored(): Promise<SpoolEntry[]> {
  await spool.commit();
  const entries: SpoolEntry[] = [];
  for await (const run of spool.replay()) entries.push(...run);
  return entries;
}

describe("what is accepted", () => {
  test("is marked where thinning has to leave it: alarms of the link, and schemas named for it", async () => {
    accept(streetPayload(1));
    accept(streetPayload(2), { isAlarm: true });
    accept(opened);
    expect((await stored()).map(({ keep }) => keep)).toEqual([false, true, true]);
  });

  test("comes to the disk without what must not, and not at all where that cannot be told", async () => {
    accept(opened);
    accept(opened.subarray(0, -1));
    const [kept, ...others] = await stored();
    expect(others).toEqual([]);
    const without = encodePayload(door, { values: { open: true, badge: null } });
    expect(kept && decodeEntry(kept).payload).toEqual(new Uint8Array(without));
    expect(pipeline.counts).toEqual({ duplicates: 0, conflicts: 0, withheld: 1 });
    expect(alarms.list().map(({ code }) => code)).toEqual(["PRIVACY_UNREADABLE"]);
  });

  test("is kept once however often it comes, and beside another of its key", async () => {
    accept(streetPayload(1), { sequence: 7 });
    accept(streetPayload(1), { sequence: 7 });
    accept(streetPayload(2), { sequence: 7 });
    const boots = (await stored()).map((entry) => decodeEntry(entry).boot);
    expect(boots).toEqual([1, 32_768]);
    expect(pipeline.counts).toEqual({ duplicates: 1, conflicts: 1, withheld: 0 });
    expect(alarms.list().map(({ code }) => code)).toEqual(["KEY_USED_TWICE"]);
  });
});
