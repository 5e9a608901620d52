import { expect, test } from "vitest";
import { Alarms } from "./alarms.js";
import { ManualClock } from "./testing/manual-clock.js";

test("an alarm stands once, is counted, and goes by itself", () => {
  const clock = new ManualClock();
  const alarms = new Alarms(clock);
  const start = clock.wallMs();
  expect(alarms.raise("NODE_ID_TWICE", "lamp-12", "two ports")).toBe(true);
  clock.pass(1000);
  expect(alarms.raise("NODE_ID_TWICE", "lamp-12", "two ports")).toBe(false);
  alarms.raise("KEY_CONFLICT", "pole-3", "other bytes");
  expect(alarms.list()).toEqual([
    {
      code: "KEY_CONFLICT",
      place: "pole-3",
      message: "other bytes",
      firstMs: start + 1000,
      lastMs: start + 1000,
      count: 1,
    },
    {
      code: "NODE_ID_TWICE",
      place: "lamp-12",
      message: "two ports",
      firstMs: start,
      lastMs: start + 1000,
      count: 2,
    },
  ]);
  alarms.clear("KEY_CONFLICT", "pole-3");
  expect(alarms.list()).toHaveLength(1);
  clock.pass(15 * 60_000 + 1);
  expect(alarms.list()).toEqual([]);
});

test("alarms have a bound", () => {
  const alarms = new Alarms(new ManualClock());
  for (let i = 0; i < 150; i++) alarms.raise("KEY_CONFLICT", `lamp-${i}`, "other bytes");
  expect(alarms.list()).toHaveLength(100);
  expect(alarms.list().at(-1)?.place).toBe("lamp-50");
});
