import { defineSchema } from "@bollard/schema";
import { expect, test } from "vitest";
import { resolveNodes } from "../config/resolve-config.js";
import { Registry } from "../registry/registry.js";
import { SchemaSet } from "../schema-set.js";
import { calibrate } from "./calibrate.js";

const spectrum = defineSchema({
  name: "noise",
  id: 5,
  fields: [
    { name: "level", unit: "dB", min: 0, max: 140, resolution: 0.1, optional: true },
    { kind: "array", name: "bands", length: 2, unit: "dB", min: 0, max: 140, resolution: 1 },
    { kind: "boolean", name: "windy" },
  ],
});
const schema = new SchemaSet([spectrum]).find(5);
const registry = new Registry({
  unknown: "hold",
  nodes: resolveNodes({
    "mic-1": {
      calibration: {
        level: { gain: 1.03, offset: -0.2 },
        bands: { offset: 2 },
        windy: { gain: 2 },
        gone: { gain: 2 },
      },
    },
    "mic-2": {},
  }),
});

test("values are corrected with as many decimals as their field has", () => {
  const node = registry.find("mic-1");
  if (!node || !schema) throw new Error("the test's own registry or schema is wrong");
  const values = { level: 61.7, bands: [40, 55], windy: true };
  expect(calibrate(values, { node, schema, timeS: 0 })).toEqual({
    level: 63.4,
    bands: [42, 57],
    windy: true,
  });
  expect(calibrate({ ...values, level: null }, { node, schema, timeS: 0 })).toEqual({
    level: null,
    bands: [42, 57],
    windy: true,
  });
});

test("a node without calibration keeps its values", () => {
  const node = registry.find("mic-2");
  if (!node || !schema) throw new Error("the test's own registry or schema is wrong");
  const values = { level: 61.7, bands: [40, 55], windy: true };
  expect(calibrate(values, { node, schema, timeS: 0 })).toBe(values);
});

test("a correction holds from its day on, by the reading's own time", () => {
  const may = Date.parse("2026-05-01") / 1000;
  const node = new Registry({
    unknown: "hold",
    nodes: resolveNodes({
      mic: { calibration: { level: [{ offset: 2, validFrom: "2026-05-01" }, { offset: 1 }] } },
      late: { calibration: { level: { offset: 2, validFrom: "2026-05-01T00:00:00Z" } } },
    }),
  });
  const levelAt = (id: string, timeS: number) => {
    const found = node.find(id);
    if (!found || !schema) throw new Error("the test's own registry or schema is wrong");
    return calibrate({ level: 60 }, { node: found, schema, timeS }).level;
  };
  expect([levelAt("mic", may - 1), levelAt("mic", may)]).toEqual([61, 62]);
  expect([levelAt("late", may - 1), levelAt("late", may)]).toEqual([60, 62]);
});
