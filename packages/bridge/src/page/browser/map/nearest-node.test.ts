import { describe, expect, test } from "vitest";
import { nearestNode, nodeToward } from "./nearest-node.js";

const middle = { name: "middle", x: 100, y: 100 };
const right = { name: "right", x: 120, y: 100 };
const below = { name: "below", x: 102, y: 140 };
const aside = { name: "aside", x: 110, y: 160 };
const nodes = [middle, right, below, aside];

describe("nearestNode", () => {
  test("finds the nearest within reach", () => {
    expect(nearestNode(nodes, { x: 116, y: 104 }, 20)).toBe(right);
    expect(nearestNode(nodes, { x: 300, y: 300 }, 20)).toBeUndefined();
  });
});

describe("nodeToward", () => {
  test("goes to the next node in the direction of the arrow", () => {
    expect(nodeToward(nodes, middle, "right")).toBe(right);
    expect(nodeToward(nodes, middle, "down")).toBe(below);
    expect(nodeToward(nodes, below, "down")).toBe(aside);
    expect(nodeToward(nodes, aside, "up")).toBe(below);
  });

  test("stays where nothing lies in that direction", () => {
    expect(nodeToward(nodes, middle, "left")).toBeUndefined();
    expect(nodeToward(nodes, middle, "up")).toBeUndefined();
  });
});
