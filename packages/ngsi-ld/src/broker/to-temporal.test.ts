import { expect, test } from "vitest";
import type { Entity } from "../entity.js";
import { toTemporal } from "./to-temporal.js";

function state(id: string, second: number, value: number): Entity {
  return {
    id,
    type: "Device",
    dateObserved: { type: "Property", value: `2026-01-01T00:00:0${second}Z` },
    a: { type: "Property", value, observedAt: `2026-01-01T00:00:0${second}Z` },
    "@context": ["https://c.example"],
  };
}

test("states of one id become instances by time, each time once, oldest first", () => {
  const states = [
    state("urn:x:1", 2, 20),
    state("urn:x:2", 1, 5),
    state("urn:x:1", 1, 10),
    state("urn:x:1", 2, 20),
  ];
  expect(toTemporal(states)).toEqual([
    {
      id: "urn:x:1",
      type: "Device",
      dateObserved: [{ type: "Property", value: "2026-01-01T00:00:02Z" }],
      a: [
        { type: "Property", value: 10, observedAt: "2026-01-01T00:00:01Z" },
        { type: "Property", value: 20, observedAt: "2026-01-01T00:00:02Z" },
      ],
      "@context": ["https://c.example"],
    },
    {
      id: "urn:x:2",
      type: "Device",
      dateObserved: [{ type: "Property", value: "2026-01-01T00:00:01Z" }],
      a: [{ type: "Property", value: 5, observedAt: "2026-01-01T00:00:01Z" }],
      "@context": ["https://c.example"],
    },
  ]);
});
