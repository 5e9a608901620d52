import { describe, expect, test } from "vitest";
import { act, formatView, parseView, plottedNodes } from "./view-state.js";

const start = parseView("");

describe("act", () => {
  test("a column sorts up, then down, and another begins anew", () => {
    const once = act(start, { kind: "sort", column: "value" });
    const twice = act(once, { kind: "sort", column: "value" });
    expect(once.sort).toEqual({ column: "value", descending: false });
    expect(twice.sort).toEqual({ column: "value", descending: true });
    expect(act(twice, { kind: "sort", column: "age" }).sort).toEqual({
      column: "age",
      descending: false,
    });
  });

  test("five nodes may be kept beside the selected one, and a second pin takes one out", () => {
    const pin = (view: typeof start, node: string) => act(view, { kind: "pin", node });
    const full = ["a", "b", "c", "d", "e", "f"].reduce(
      pin,
      act(start, { kind: "select", node: "z" }),
    );
    expect(plottedNodes(full)).toEqual(["z", "a", "b", "c", "d", "e"]);
    expect(plottedNodes(pin(full, "b"))).toEqual(["z", "a", "c", "d", "e"]);
    expect(plottedNodes(act(full, { kind: "select", node: "c" }))).toEqual([
      "c",
      "a",
      "b",
      "d",
      "e",
    ]);
  });
});

describe("the address", () => {
  test("brings the view back", () => {
    const view = {
      ...start,
      selected: "lamp 1&2",
      pinned: ["lamp-2", "lamp-3"],
      field: "pm25",
      windowS: 900,
    };
    expect(parseView(formatView(view))).toEqual(view);
  });

  test("a strange one gives the usual view", () => {
    expect(parseView("#window=7&what")).toEqual(start);
    expect(formatView(start)).toBe("");
  });
});
