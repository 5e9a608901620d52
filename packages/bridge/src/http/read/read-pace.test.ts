import { expect, test } from "vitest";
import { ReadPace } from "./read-pace.js";

test("each turn of the event loop has one slice of one read in it", async () => {
  let nowMs = 0;
  const pace = new ReadPace(() => nowMs);
  const order: string[] = [];
  const read = async (name: string) => {
    for (let slice = 0; slice < 3; slice++) {
      expect(pace.isSpent).toBe(false);
      order.push(name);
      nowMs += 2;
      expect(pace.isSpent).toBe(true);
      await pace.turn();
    }
  };
  let isDone = false;
  let turns = 0;
  const countTurns = () => {
    if (isDone) return;
    turns++;
    order.push("turn");
    setImmediate(countTurns);
  };
  const first = read("a");
  nowMs = 0;
  const second = pace.turn().then(() => read("b"));
  setImmediate(countTurns);
  await Promise.all([first, second]);
  isDone = true;
  const slices = order.join(" ").split("turn");
  expect(slices.every((slice) => slice.trim().split(" ").length <= 1)).toBe(true);
  expect(order.filter((one) => one === "b").length).toBe(3);
  expect(turns).toBeGreaterThanOrEqual(5);
});

test("reads wait while there is something else to do, but not for ever", async () => {
  let nowMs = 0;
  const pace = new ReadPace(() => nowMs);
  let busyTurns = 3;
  const work = () => {
    if (busyTurns-- <= 0) return;
    nowMs += 5;
    setImmediate(work);
  };
  setImmediate(work);
  await pace.turn();
  expect(nowMs).toBe(15);
  busyTurns = 100;
  setImmediate(work);
  await pace.turn();
  expect(nowMs).toBe(35);
  busyTurns = 0;
});
