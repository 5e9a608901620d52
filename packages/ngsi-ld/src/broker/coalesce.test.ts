import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entity } from "../entity.js";
import { coalesce } from "./coalesce.js";

function state(id: string, time: string, values: Record<string, number>): Entity {
  const observedAt = `2026-01-01T00:00:${time}.000Z`;
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    { type: "Property", value, observedAt },
  ]);
  return {
    id,
    type: "Device",
    dateObserved: { type: "Property", value: observedAt },
    ...Object.fromEntries(entries),
  };
}

describe("coalesce", () => {
  test("gives each id once, with the newest of each attribute, whatever the order", () => {
    const early = state("urn:x:1", "01", { a: 1, b: 1 });
    const late = state("urn:x:1", "02", { a: 2 });
    const merged = {
      ...early,
      ...late,
      b: { type: "Property", value: 1, observedAt: "2026-01-01T00:00:01.000Z" },
    };
    expect(coalesce([early, late])).toEqual([{ entity: merged, sources: [0, 1] }]);
    expect(coalesce([late, early])).toEqual([{ entity: merged, sources: [0, 1] }]);
  });

  test("keeps an attribute that is newer in the older state", () => {
    const early = {
      ...state("urn:x:1", "01", { a: 1 }),
      b: { type: "Property" as const, value: 9, observedAt: "2026-01-01T00:00:09.000Z" },
    };
    const late = state("urn:x:1", "05", { a: 5, b: 5 });
    const [merged] = coalesce([late, early]);
    expect(merged?.entity.a).toMatchObject({ value: 5 });
    expect(merged?.entity.b).toMatchObject({ value: 9 });
  });

  test("accounts for every entity exactly once", () => {
    const ids = fc.array(fc.constantFrom("urn:x:1", "urn:x:2", "urn:x:3"), { maxLength: 30 });
    fc.assert(
      fc.property(ids, (list) => {
        const parts = coalesce(list.map((id, i) => state(id, String(10 + i), { a: i })));
        expect(parts.flatMap(({ sources }) => sources).toSorted((a, b) => a - b)).toEqual(
          list.map((_, i) => i),
        );
        expect(new Set(parts.map(({ entity }) => entity.id)).size).toBe(parts.length);
      }),
    );
  });
});
