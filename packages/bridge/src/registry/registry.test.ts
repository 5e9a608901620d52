import { describe, expect, test } from "vitest";
import { resolveNodes } from "../config/resolve-config.js";
import { isBridgeError } from "../error.js";
import { Registry } from "./registry.js";

const nodes = resolveNodes({
  "a1-b2": {
    name: "oak-street-12",
    position: [23.32, 42.69],
    heightM: 3.5,
    calibration: { pm25: { gain: 0.9 } },
    tags: ["school"],
  },
  "c3-d4": {},
});

describe("Registry", () => {
  test("gives a node its owner's name and what belongs to it", () => {
    const registry = new Registry({ unknown: "hold", nodes });
    expect(registry.size).toBe(2);
    expect(registry.find("a1-b2")).toEqual({
      id: "a1-b2",
      name: "oak-street-12",
      position: [23.32, 42.69],
      heightM: 3.5,
      calibration: new Map([
        ["pm25", [{ gain: 0.9, offset: 0, validFromS: Number.NEGATIVE_INFINITY }]],
      ]),
      tags: ["school"],
    });
    expect(registry.find("c3-d4")?.name).toBe("c3-d4");
  });

  test("holds unknown nodes", () => {
    expect(new Registry({ unknown: "hold", nodes }).find("new-one")).toBeUndefined();
  });

  test("accepts unknown nodes under their id, where it can be a name", () => {
    const registry = new Registry({ unknown: "accept", nodes });
    expect(registry.find("new-one")).toEqual({
      id: "new-one",
      name: "new-one",
      calibration: new Map(),
      tags: [],
    });
    for (const id of ["", "a/b", "+", "#", "$SYS", "x y", "oak-street-12", "é"]) {
      expect(registry.find(id)).toBeUndefined();
    }
  });

  test("refuses one name for two nodes", () => {
    const twice = resolveNodes({ a: { name: "c" }, c: {} });
    try {
      new Registry({ unknown: "hold", nodes: twice });
      expect.unreachable();
    } catch (error) {
      expect(isBridgeError(error) && error.place).toBe("c.name");
    }
  });

  test("lets hardware be swapped under one name, and no two have it at one time", () => {
    const swapped = {
      old: { name: "oak-street-12", removed: "2026-05-01" },
      new: { name: "oak-street-12", installed: "2026-05-01" },
    };
    const registry = new Registry({ unknown: "hold", nodes: resolveNodes(swapped) });
    const may = Date.parse("2026-05-01") / 1000;
    expect(registry.find("old", may - 1)?.name).toBe("oak-street-12");
    expect(registry.find("old", may)).toBeUndefined();
    expect(registry.find("new", may)?.name).toBe("oak-street-12");
    const early = { ...swapped, new: { ...swapped.new, installed: "2026-04-30" } };
    expect(() => new Registry({ unknown: "hold", nodes: resolveNodes(early) })).toThrow(
      /"oak-street-12" is the name of old already; for hardware that was swapped/,
    );
  });

  test("takes a DevEUI in any spelling, once", () => {
    const name = { name: "oak-street-12" };
    const list = resolveNodes({ "00-04-A3-0B-00-1B-B0-DF": name });
    const registry = new Registry({ unknown: "hold", nodes: list });
    for (const id of ["0004a30b001bb0df", "00:04:A3:0B:00:1B:B0:DF"]) {
      expect(registry.find(id)?.name).toBe("oak-street-12");
    }
    const twice = resolveNodes({ "0004A30B001BB0DF": { name: "other" }, ...list });
    expect(() => new Registry({ unknown: "hold", nodes: twice })).toThrow(/It is the same device/);
  });

  test("a topic needs a name of its own", () => {
    const nodes = resolveNodes({ "street/7/air": {} });
    expect(() => new Registry({ unknown: "hold", nodes })).toThrow(/cannot stand in a topic/);
  });

  test("warns of names that do not last", () => {
    const list = resolveNodes({ a: { name: "gateway.example.org" }, b: { name: "12" }, c: {} });
    expect(new Registry({ unknown: "hold", nodes: list }).warnings()).toEqual([
      'The name "gateway.example.org" of the node a is a host name: give one that stays, such as oak-street-12',
      'The name "12" of the node b is a row number: give one that stays, such as oak-street-12',
    ]);
  });

  test("keeps what it had where other content is wrong", () => {
    const registry = new Registry({ unknown: "hold", nodes });
    const twice = resolveNodes({ a: { name: "c" }, c: {} });
    expect(() => registry.replace({ unknown: "hold", nodes: twice })).toThrow();
    expect(registry.find("a1-b2")?.name).toBe("oak-street-12");
  });
});
