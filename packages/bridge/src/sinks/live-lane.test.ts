import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spool } from "@bollard/spool";
import { MemoryDisk } from "@bollard/spool/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, Interpreted } from "../delivery.js";
import { SetAsideLog } from "../set-aside-log.js";
import { ManualClock } from "../testing/manual-clock.js";
import { silent, testStreet } from "../testing/street.js";
import { Rate } from "../view/rate.js";
import { Drain } from "./drain.js";
import { LiveLane } from "./live-lane.js";
import type { Sink } from "./sink.js";

const { delivery } = testStreet();
let clock: ManualClock;
let dataDir: string;
let spool: Spool;
let lane: LiveLane;
let drain: Drain;
let state: "up" | "down";
let got: number[];
let waiting: (() => void)[];
let isHolding: boolean;

const sink: Sink = {
  name: "city",
  kind: "mqtt",
  window: 4,
  open: () => {},
  recall: () => {},
  caughtUp: () => {},
  state: () => ({ state, detail: "", messages: 0, errors: 0 }),
  close: async () => {},
  deliver: ({ position }: Delivery) => {
    got.push(position);
    if (!isHolding) return Promise.resolve();
    return new Promise((resolve) => waiting.push(resolve));
  },
};

/** Every hundredth entry is of an unknown node. */
function interpret({ position }: { position: number }): Interpreted {
  if (position % 100 !== 0) return delivery(position, "a1-b2", position);
  return { kind: "set-aside", position, reason: "unknown-node", detail: "lamp-99" };
}

beforeEach(async () => {
  clock = new ManualClock();
  dataDir = mkdtempSync(join(tmpdir(), "bollard-lane-"));
  spool = await Spool.open({ dir: "/spool", fs: new MemoryDisk().start(), commitDelayMs: 0 });
  got = [];
  waiting = [];
  isHolding = true;
  state = "up";
  const setAside = new SetAsideLog(dataDir);
  const readingsOut = new Rate(() => clock.monotonicMs());
  const common = { spool, sink, interpret, clock, log: silent };
  drain = new Drain({
    ...common,
    setAside,
    readingsOut,
    hasAlready: (position) => lane.has(position),
  });
  lane = new LiveLane({ ...common, drain });
  await lane.open();
  void drain.run();
});
afterEach(async () => {
  lane.close();
  drain.close();
  await spool.close();
  rmSync(dataDir, { recursive: true });
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function append(count: number): Promise<void> {
  for (let i = 0; i < count; i++) spool.append(Uint8Array.of(i & 255));
  await spool.commit();
  await settle();
}

function acknowledge(): void {
  for (const resolve of waiting.splice(0)) resolve();
}

/** The far end takes what comes as fast as it comes. */
async function letGo(): Promise<void> {
  isHolding = false;
  acknowledge();
  while (drain.backlog > 0) await settle();
}

describe("LiveLane", () => {
  test("brings what is new before the backlog, and the backlog in its order", async () => {
    await append(1000);
    clock.pass(500);
    await append(3);
    expect(got.slice(4)).toEqual([1001, 1002, 1003]);
    acknowledge();
    await settle();
    expect(lane.position).toBe(1003);
    await letGo();
    const rest = got.filter((position) => position <= 1000);
    expect(rest).toEqual([...rest].sort((a, b) => a - b));
    expect(new Set(got).size).toBe(got.length);
    expect(got.length).toBe(1003 - 10);
    clock.pass(500);
    await settle();
    expect(lane.position).toBeUndefined();
    await append(1);
    expect(got.at(-1)).toBe(1004);
  });

  test("does nothing while the sink is not far behind, or away", async () => {
    await append(400);
    clock.pass(500);
    await append(1);
    expect([got, lane.position]).toEqual([[1, 2, 3, 4], undefined]);
    state = "down";
    await append(1000);
    clock.pass(500);
    await append(1);
    expect([got, lane.position]).toEqual([[1, 2, 3, 4], undefined]);
  });

  test("begins anew with what is newest where the sink was away meanwhile", async () => {
    await append(1000);
    clock.pass(500);
    state = "down";
    await append(1000);
    clock.pass(500);
    await settle();
    state = "up";
    clock.pass(500);
    await settle();
    await append(1);
    expect(got.at(-1)).toBe(2001);
    await letGo();
    const missing = Array.from({ length: 2001 }, (_, index) => index + 1).filter(
      (position) => position % 100 !== 0 && !got.includes(position),
    );
    expect(missing).toEqual([]);
  });
});
