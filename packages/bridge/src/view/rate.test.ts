import { expect, test } from "vitest";
import { Rate } from "./rate.js";

test("a rate is the mean of the last ten whole seconds", () => {
  let now = 5_000_000;
  const rate = new Rate(() => now);
  expect(rate.perSecond()).toBe(0);
  for (let second = 0; second < 4; second++) {
    rate.add(20);
    now += 1000;
  }
  expect(rate.perSecond()).toBe(20);
  now += 6000;
  expect(rate.perSecond()).toBe(8);
  now += 3000;
  expect(rate.perSecond()).toBe(2);
  now += 60_000;
  expect(rate.perSecond()).toBe(0);
  rate.add(50);
  now += 1500;
  expect(rate.perSecond()).toBe(5);
});
