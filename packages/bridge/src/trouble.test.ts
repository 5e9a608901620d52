import { expect, test } from "vitest";
import { ManualClock } from "./testing/manual-clock.js";
import { Trouble } from "./trouble.js";

test("tells what is wrong, when it is tried again, and afterwards what it was", () => {
  const clock = new ManualClock();
  const trouble = new Trouble(clock);
  expect([trouble.now, trouble.view("connecting")]).toEqual(["", {}]);
  trouble.begin("connection refused", 2000);
  const lastError = { message: "connection refused", at: new Date(clock.wall).toISOString() };
  clock.pass(500);
  expect([trouble.now, trouble.view("down")]).toEqual([
    ...["connection refused", { lastError, retryInMs: 1500 }],
  ]);
  clock.pass(5000);
  expect(trouble.view("down").retryInMs).toBe(0);
  trouble.end();
  expect([trouble.now, trouble.view("up"), trouble.view("down")]).toEqual([
    ...["", { lastError }, { lastError }],
  ]);
});
