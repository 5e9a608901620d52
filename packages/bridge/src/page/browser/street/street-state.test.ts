import { describe, expect, test } from "vitest";
import type { NodeView } from "../../api-types.js";
import { exampleStatus } from "./example-status.test-data.js";
import { learn, type StreetEvent, unknownStreet } from "./street-state.js";

function node(name: string, second: number): NodeView {
  const time = `2026-11-24T05:12:${String(second).padStart(2, "0")}.000Z`;
  return {
    name,
    id: "air-1",
    schema: "street-air",
    source: "street",
    observedAt: time,
    arrivedAt: time,
    clock: "synchronised",
    firstSeenAt: "2026-11-24T05:00:00.000Z",
    fresh: true,
    readings: second,
    values: [],
  };
}

const after = (...events: StreetEvent[]) => events.reduce(learn, unknownStreet(0));

describe("learn", () => {
  test("takes the clock from the bridge, and lets it go on by itself", () => {
    const now = Date.parse(exampleStatus.now);
    const state = after({ kind: "status", status: exampleStatus }, { kind: "passed", ms: 1500 });
    expect(state.nowMs).toBe(now + 1500);
    expect(state.status).toBe(exampleStatus);
    expect(state.trend).toEqual([{ timeMs: now, readingsIn: 202, readingsOut: 201, backlog: 12 }]);
  });

  test("a change that came before the whole list is kept, and a node that is gone goes", () => {
    const state = after(
      { kind: "nodes", nodes: [node("a", 9), node("gone", 9)] },
      { kind: "all-nodes", nodes: [node("a", 8), node("b", 8)] },
      { kind: "nodes", nodes: [node("b", 10)] },
    );
    expect([...(state.views?.values() ?? [])]).toEqual([node("a", 9), node("b", 10)]);
  });

  test("an empty change leaves the very same state", () => {
    const state = after({ kind: "all-nodes", nodes: [node("a", 1)] });
    expect(learn(state, { kind: "nodes", nodes: [] })).toBe(state);
  });

  test("keeps the link and the controls", () => {
    const control = { id: "city", label: "Cut the city broker", active: false };
    const state = after(
      { kind: "controls", controls: [control] },
      { kind: "link", link: { kind: "lost", retryInS: 2 } },
    );
    expect(state.controls).toEqual([control]);
    expect(state.link).toEqual({ kind: "lost", retryInS: 2 });
    expect(state.views).toBeUndefined();
  });
});
