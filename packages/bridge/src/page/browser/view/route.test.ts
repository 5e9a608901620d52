import { expect, test } from "vitest";
import { formatRoute, parseRoute } from "./route.js";

test("an address names a view and what it begins with", () => {
  const { view, words } = parseRoute("#/download?node=lamp%2F1");
  expect([view, words.get("node")]).toEqual(["download", "lamp/1"]);
  expect(parseRoute(formatRoute("log")).view).toBe("log");
  expect(formatRoute("download", { node: "lamp/1" })).toBe("#/download?node=lamp%2F1");
});

test("anything else is the street", () => {
  for (const hash of ["", "#", "#node=lamp-1", "#/", "#/nowhere", "#/LOG"]) {
    expect([hash, parseRoute(hash).view]).toEqual([hash, "street"]);
  }
});
