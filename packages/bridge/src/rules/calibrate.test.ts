import { defineSchema } from "@bollard/schema";
import { expect, test } from "vitest";
import { resolveNodes } from "../config/resolve-config.js";
import { Registry } from "../registry.js";
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
  expect(calibrate(values, { node, schema })).toEqual({
    level: 63.4,
    bands: [42, 57],
    windy: true,
  });
  expect(calibrate({ ...values, level: null }, { node, schema })).toEqual({
    level: null,
    bands: [42, 57],
    windy: true,
  });
});

test("a node without calibration keeps its values", () => {
  const node = registry.find("mic-2");
  if (!node || !schema) throw new Error("the test's own registry or schema is wrong");
  const values = { level: 61.7, bands: [40, 55], windy: true };
  expect(calibrate(values, { node, schema })).toBe(values);
});
