import { expect, test } from "vitest";
import { ProgressWatch } from "./progress-watch.js";
import { ManualClock } from "./testing/manual-clock.js";

function watch(commitDelayMs = 1000) {
  const clock = new ManualClock();
  const progress = new ProgressWatch(clock, commitDelayMs);
  const spool = { last: 0, durable: 0, state: "ok", stats: () => ({ state: spool.state }) };
  const drain = { sink: { name: "city", kind: "mqtt" }, taken: 0, couldTake: false };
  const look = () => progress.look({ spool, drains: [drain] } as never);
  const after = (ms: number) => {
    clock.pass(ms);
    return look();
  };
  return { spool, drain, look, after };
}

test("nothing to do is no standing still", () => {
  const { look, after } = watch();
  expect(look()).toEqual([]);
  expect(after(600_000)).toEqual([]);
});

test("messages that do not come to the disk are told after 30 s, unless the disk refuses", () => {
  const { spool, look, after } = watch();
  spool.last = 3;
  expect(look()).toEqual([]);
  expect(after(29_000)).toEqual([]);
  expect(after(1000)).toEqual(["3 messages do not come to the disk"]);
  spool.state = "failing";
  expect(after(600_000)).toEqual([]);
  spool.state = "ok";
  expect(after(29_000)).toEqual([]);
  spool.durable = 2;
  expect(after(1000)).toEqual([]);
});

test("a commit may take as long as it was told to", () => {
  const { spool, look, after } = watch(60_000);
  spool.last = 1;
  look();
  expect(after(119_000)).toEqual([]);
  expect(after(1000)).toHaveLength(1);
});

test("a drain that could take and does not is told, and one that waits for its sink is not", () => {
  const { drain, look, after } = watch();
  drain.couldTake = true;
  look();
  expect(after(30_000)).toEqual(["nothing is taken out of the spool for city"]);
  drain.taken = 1;
  expect(after(30_000)).toEqual([]);
  drain.couldTake = false;
  expect(after(600_000)).toEqual([]);
});
