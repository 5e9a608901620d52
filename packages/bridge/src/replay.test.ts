import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spool } from "@bollard/spool";
import { MemoryDisk } from "@bollard/spool/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, Interpreted } from "./delivery.js";
import { Replay } from "./replay.js";
import { SetAsideLog } from "./set-aside-log.js";
import { Drain } from "./sinks/drain.js";
import type { Sink } from "./sinks/sink.js";
import { ManualClock } from "./testing/manual-clock.js";
import { silent, testStreet } from "./testing/street.js";
import { Rate } from "./view/rate.js";

const { delivery } = testStreet();
const NODES = ["lamp-0", "lamp-1", "lamp-2"];

let dataDir: string;
let spool: Spool;
let setAside: SetAsideLog;
let drain: Drain;
let replay: Replay;
/** Nodes that are in the registry. */
let known: Set<string>;
let got: number[];
let shown: number[];
let forgotten: number;
/** Where it is true, the sink takes its time. */
let isSlow: boolean;
let waiting: (() => void)[];

const sink: Sink = {
  ...{ name: "city", kind: "mqtt", window: 2 },
  open: () => {},
  recall: () => {},
  caughtUp: () => {},
  state: () => ({ state: "up", detail: "", messages: 0, errors: 0 }),
  close: async () => {},
  deliver: ({ position }: Delivery) => {
    got.push(position);
    return isSlow ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
  },
};

/** Entry after entry is of the next node. */
function interpret({ position }: { position: number }): Interpreted {
  const node = NODES[position % 3] ?? "";
  if (known.has(node)) return delivery(position, node, position);
  return { kind: "set-aside", position, reason: "unknown-node", detail: node };
}

beforeEach(async () => {
  const clock = new ManualClock();
  dataDir = mkdtempSync(join(tmpdir(), "bollard-replay-"));
  spool = await Spool.open({ dir: "/spool", fs: new MemoryDisk().start(), commitDelayMs: 0 });
  setAside = new SetAsideLog(dataDir);
  known = new Set(["lamp-0"]);
  got = [];
  shown = [];
  waiting = [];
  forgotten = 0;
  isSlow = false;
  const readingsOut = new Rate(() => clock.monotonicMs());
  drain = new Drain({ ...{ spool, sink, interpret, setAside, readingsOut, clock }, log: silent });
  replay = new Replay({
    ...{ spool, setAside, drains: () => [drain] },
    pipeline: { interpret, forget: () => forgotten++ },
    view: { recall: ({ position }) => shown.push(position) },
    isKnown: ({ detail }) => known.has(detail),
  });
  for (let i = 1; i <= 9; i++) spool.append(Uint8Array.of(i));
  await spool.commit();
  expect(await replay.start()).toBe(0);
  while (drain.position < 9) await settle();
});
afterEach(async () => {
  replay.close();
  drain.close();
  await spool.close();
  rmSync(dataDir, { recursive: true });
});

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("what was set aside", () => {
  test("is delivered in its order before what is new, once it is known", async () => {
    expect(got).toEqual([3, 6, 9]);
    isSlow = true;
    const replayed = replay.around(() => known.add("lamp-1"));
    for (let i = 10; i <= 12; i++) spool.append(Uint8Array.of(i));
    await spool.commit();
    for (let turn = 0; turn < 50; turn++) await settle();
    // No more at a time than the sink takes, and nothing of what is new.
    expect(got).toEqual([3, 6, 9, 1, 4]);
    isSlow = false;
    for (const done of waiting) done();
    expect(await replayed).toBe(3);
    while (drain.taken < 12) await settle();
    expect(got).toEqual([3, 6, 9, 1, 4, 7, 10, 12]);
    expect(shown).toEqual([1, 4, 7]);
    expect(forgotten).toBe(1);
    expect(setAside.groups.map(({ detail }) => detail)).toEqual(["lamp-2"]);
  });

  test("stays where the change fails, and everything goes on", async () => {
    const change = () => {
      throw new Error("a name that is taken");
    };
    expect(() => replay.around(change)).toThrow("a name that is taken");
    expect([got, forgotten, setAside.groups.length]).toEqual([[3, 6, 9], 0, 2]);
    for (let i = 10; i <= 12; i++) spool.append(Uint8Array.of(i));
    while (drain.taken < 12) await settle();
    expect(got).toEqual([3, 6, 9, 12]);
  });

  test("is replayed by one change after the other, each with what the one before left", async () => {
    const first = replay.around(() => known.add("lamp-2"));
    const second = replay.around(() => known.add("lamp-1"));
    const counts = [await first, await second];
    expect(counts.reduce((sum, count) => sum + count)).toBe(6);
    expect([...got].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(setAside.groups).toEqual([]);
  });

  test("waits for the next start where the bridge stops in the middle", async () => {
    isSlow = true;
    const replayed = replay.around(() => known.add("lamp-1"));
    while (got.length < 5) await settle();
    replay.close();
    drain.close();
    expect(await replayed).toBe(0);
    expect(setAside.groups.map(({ detail }) => detail)).toEqual(["lamp-1", "lamp-2"]);
  });
});
