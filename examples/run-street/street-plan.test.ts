import { expect, test } from "vitest";
import { planStreet } from "./street-plan.js";

test("a plan has as many stands as asked, each with a name and an id of its own", () => {
  for (const count of [1, 2, 202, 1000]) {
    const stands = planStreet(count);
    expect(stands).toHaveLength(count);
    expect(new Set(stands.map((stand) => stand.name)).size).toBe(count);
    expect(new Set(stands.map((stand) => stand.nodeId)).size).toBe(count);
  }
});

test("a plan is the same at each call", () => {
  expect(planStreet(50)).toEqual(planStreet(50));
});

test("every stand lies within a kilometre of the square, longitude first", () => {
  for (const { position } of planStreet(202)) {
    expect(Math.abs(position[0] - -2.0946)).toBeLessThan(0.02);
    expect(Math.abs(position[1] - 57.1437)).toBeLessThan(0.01);
  }
});
