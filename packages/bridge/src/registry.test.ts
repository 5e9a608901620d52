import { describe, expect, test } from "vitest";
import { resolveNodes } from "./config/resolve-config.js";
import { isBridgeError } from "./error.js";
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
      calibration: new Map([["pm25", { gain: 0.9, offset: 0 }]]),
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
      expect(isBridgeError(error) && error.place).toBe("nodes.list.c.name");
    }
  });
});
