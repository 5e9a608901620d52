import { describe, expect, test } from "vitest";
import { type Outgoing, planRequests } from "./plan-requests.js";

const item = (name: string, position: number, kind: Outgoing["kind"] = "state"): Outgoing => ({
  entity: { id: `urn:ngsi-ld:WeatherObserved:${name}`, type: "WeatherObserved" },
  position,
  kind,
});
const device = item("device", 0, "registration");
const [a1, a2, b1] = [item("a", 1), item("a", 2), item("b", 3)];
const late = item("a", 4, "late");
const all = [device, a1, a2, b1, late];

describe("planRequests", () => {
  test("makes the newest the state, and history of what it supersedes or what came too late", () => {
    expect(planRequests(all, { coalesce: true, history: "superseded" })).toEqual({
      upserts: [[device, a1, a2, b1]],
      history: [a1, late],
    });
  });

  test("makes each value the state in turn where each counts", () => {
    expect(planRequests(all, { coalesce: false, history: "superseded" })).toEqual({
      upserts: [[device, a1, b1], [a2]],
      history: [late],
    });
  });

  test("gives the history all measurements, or none", () => {
    expect(planRequests(all, { coalesce: true, history: "all" }).history).toEqual([
      a1,
      a2,
      b1,
      late,
    ]);
    expect(planRequests(all, { coalesce: true, history: "off" }).history).toEqual([]);
  });

  test("sends nothing where there is nothing", () => {
    const nothing = { upserts: [], history: [] };
    expect(planRequests([], { coalesce: true, history: "all" })).toEqual(nothing);
    expect(planRequests([], { coalesce: false, history: "all" })).toEqual(nothing);
  });
});
