import { describe, expect, test } from "vitest";
import type { NodeView } from "../../api-types.js";
import { numericFields } from "../street/fields.js";
import { filterNodes, sortNodes } from "./node-order.js";

function node(name: string, value: number | string | null, more: Partial<NodeView> = {}): NodeView {
  return {
    name,
    id: "air-1",
    schema: "street-air",
    source: "street",
    observedAt: "2026-11-24T05:12:40Z",
    arrivedAt: "2026-11-24T05:12:43Z",
    clock: "synchronised",
    firstSeenAt: "2026-11-24T05:00:00.000Z",
    fresh: true,
    readings: 7,
    values: [{ name: "pm25", title: "PM2.5", unit: "µg/m³", value, decimals: 2 }],
    ...more,
  };
}

const nodes = [
  node("lamp-10", 3.4),
  node("lamp-9", null, { fresh: false, arrivedAt: "2026-11-24T05:02:43Z" }),
  node("lamp-1", 12.1, { readings: 3, source: "cable" }),
  node("lamp-2", 3.4, { arrivedAt: "2026-11-24T05:12:44Z" }),
];
const namesOf = (list: readonly NodeView[]) => list.map(({ name }) => name);

describe("sortNodes", () => {
  test.each([
    ["name", false, ["lamp-1", "lamp-2", "lamp-9", "lamp-10"]],
    ["name", true, ["lamp-10", "lamp-9", "lamp-2", "lamp-1"]],
    ["value", false, ["lamp-2", "lamp-10", "lamp-1", "lamp-9"]],
    ["value", true, ["lamp-1", "lamp-2", "lamp-10", "lamp-9"]],
    ["age", false, ["lamp-2", "lamp-1", "lamp-10", "lamp-9"]],
    ["readings", false, ["lamp-1", "lamp-2", "lamp-9", "lamp-10"]],
  ] as const)("by %s, descending %s", (column, descending, names) => {
    expect(namesOf(sortNodes(nodes, { column, descending }, "pm25"))).toEqual(names);
  });
});

describe("filterNodes", () => {
  test("finds every word in name, schema or source", () => {
    expect(namesOf(filterNodes(nodes, "", "all"))).toHaveLength(4);
    expect(namesOf(filterNodes(nodes, "LAMP-1 cable", "all"))).toEqual(["lamp-1"]);
    expect(namesOf(filterNodes(nodes, "lamp-1", "all"))).toEqual(["lamp-10", "lamp-1"]);
  });

  test("keeps the fresh ones or the stale ones", () => {
    expect(namesOf(filterNodes(nodes, "", "stale"))).toEqual(["lamp-9"]);
    expect(namesOf(filterNodes(nodes, "", "fresh"))).toEqual(["lamp-10", "lamp-1", "lamp-2"]);
  });
});

test("the fields to choose from are those that hold numbers", () => {
  expect(numericFields([node("a", "high"), ...nodes])).toEqual([
    { name: "pm25", title: "PM2.5", unit: "µg/m³", decimals: 2 },
  ]);
});
