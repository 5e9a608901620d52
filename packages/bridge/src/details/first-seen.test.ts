import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.js";
import { FirstSeen } from "./first-seen.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-seen-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("FirstSeen", () => {
  test("remembers the first time, also over a restart", async () => {
    const first = new FirstSeen(folder, new ManualClock());
    expect([first.of("a", 1000), first.of("a", 2000), first.of("b", 3000)]).toEqual([
      1000, 1000, 3000,
    ]);
    await first.save();
    const second = new FirstSeen(folder, new ManualClock());
    expect([second.of("b", 4000), second.of("a", 5000)]).toEqual([3000, 1000]);
  });

  test("saves by itself half a minute after a new node came", async () => {
    const clock = new ManualClock();
    const first = new FirstSeen(folder, clock);
    first.of("a", 1000);
    clock.pass(30_000);
    await first.save();
    expect(clock.waiting).toBe(0);
    expect(new FirstSeen(folder, clock).of("a", 9000)).toBe(1000);
  });

  test("takes an earlier time, as entries from before a restart have one", () => {
    const seen = new FirstSeen(folder, new ManualClock());
    seen.of("a", 5000);
    expect([seen.of("a", 1000), seen.of("a", 6000)]).toEqual([1000, 1000]);
  });

  test("holds ten thousand nodes", () => {
    const seen = new FirstSeen(folder, new ManualClock());
    for (let node = 0; node <= 10_000; node++) seen.of(`n${node}`, 1000);
    expect([seen.of("n1", 2000), seen.of("n0", 2000)]).toEqual([1000, 2000]);
  });

  test("begins anew where its file is damaged", () => {
    writeFileSync(join(folder, "first-seen.json"), '{"a": "yesterday"}');
    expect(new FirstSeen(folder, new ManualClock()).of("a", 7000)).toBe(7000);
  });
});
