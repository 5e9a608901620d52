import { defineSchema } from "@bollard/schema";
import { expect, test } from "vitest";
import { measureJson } from "./measure-json.js";

const schema = defineSchema({
  name: "everything",
  id: 9,
  fields: [
    { name: "pm25", unit: "ug/m3", min: -10, max: 1000, resolution: 0.1, optional: true },
    { kind: "boolean", name: "open" },
    { kind: "text", name: "note", maxBytes: 40, optional: true },
    { kind: "bytes", name: "raw", maxBytes: 9, optional: true },
    { kind: "array", name: "bands", length: 2, unit: "dB", min: 0, max: 140, resolution: 1 },
  ],
});

test("gives the bytes that the reading would take as JSON", () => {
  const bands = [40, 55];
  const cases: [object, string][] = [
    [{ values: { open: true, bands } }, '{"open":true,"bands":[40,55]}'],
    [
      { time: 1_538_352_143, values: { pm25: -0.3, open: false, bands, raw: null } },
      '{"t":1538352143,"pm25":-0.3,"open":false,"bands":[40,55]}',
    ],
    [
      { time: 1.5, values: { pm25: -0, open: true, note: 'på "vej"', bands } },
      '{"t":1.5,"pm25":0,"open":true,"note":"på \\"vej\\"","bands":[40,55]}',
    ],
    [{ values: { raw: Uint8Array.of(1, 2, 3, 4) } }, '{"raw":"AQIDBA=="}'],
    [{ values: {} }, "{}"],
  ];
  for (const [reading, text] of cases) {
    expect(measureJson(schema, reading as never)).toBe(new TextEncoder().encode(text).length);
  }
});
