import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  canonicalLayout,
  commandFingerprint,
  defineSchema,
  type FieldInput,
  layoutFingerprint,
  type SchemaInput,
} from "./index.js";

const pm25: FieldInput = { name: "pm25", unit: "ug/m3", min: 0, max: 999.9, resolution: 0.1 };
const air: SchemaInput = { name: "air", id: 1, fields: [pm25] };

function fingerprintOf(change: Partial<SchemaInput>): string {
  const changed: SchemaInput = { ...air, ...change };
  return layoutFingerprint(defineSchema(changed));
}

describe("layoutFingerprint", () => {
  test("is the start of SHA-256 over the canonical form", () => {
    const schema = defineSchema(air);
    const text =
      '["bollard layout 1",["absolute",false],[["pm25","quantity",false,["ug/m3",[0,1,1,9999,null]]]]]';
    expect(canonicalLayout(schema)).toBe(text);
    const digest = createHash("sha256").update(text).digest("hex");
    expect(layoutFingerprint(schema)).toBe(digest.slice(0, 16));
  });

  test("stays for what changes neither bytes nor values", () => {
    const same: readonly Partial<SchemaInput>[] = [
      { name: "other", id: 2, version: 7, title: "Air", description: "…" },
      { mobility: "mobile", commands: [{ name: "reboot", id: 1 }] },
      { fields: [{ ...pm25, title: "PM", maps: { AirQualityObserved: "pm25" }, lwm2m: "3325/0" }] },
      { fields: [{ ...pm25, concernsPersons: true, outOfRange: "clamp" }] },
      { fields: [{ ...pm25, max: 999.95 }] },
    ];
    for (const change of same) expect(fingerprintOf(change)).toBe(fingerprintOf({}));
  });

  test("differs for all that does", () => {
    const position: FieldInput = { name: "a", kind: "position", resolution: 0.00001 };
    const array: FieldInput = { ...pm25, kind: "array", length: 3 };
    const kinds: readonly FieldInput[] = [
      pm25,
      { ...pm25, name: "pm10" },
      { ...pm25, optional: true },
      { ...pm25, unit: "kg/m3" },
      { ...pm25, min: 0.1 },
      { ...pm25, max: 999.8 },
      { ...pm25, resolution: 0.3 },
      { ...pm25, typicalStep: 1 },
      { ...pm25, trend: "continues" },
      { ...pm25, trend: "returns" },
      array,
      { ...array, length: 4 },
      { ...array, follows: 0.5 },
      { ...array, follows: -0.5 },
      { ...array, follows: 0.25 },
      { name: "a", kind: "counter", bits: 8 },
      { name: "a", kind: "counter", bits: 16 },
      { name: "a", kind: "counter", bits: 16, unit: "Wh" },
      { name: "a", kind: "boolean" },
      { name: "a", kind: "enum", values: ["x", "y"] },
      { name: "a", kind: "enum", values: ["y", "x"] },
      { name: "a", kind: "flags", flags: ["x", "y"] },
      position,
      { ...position, altitude: { min: 0, max: 100, resolution: 1 } },
      { name: "a", kind: "duration", max: 60, resolution: 1 },
      { name: "a", kind: "text", maxBytes: 8 },
      { name: "a", kind: "bytes", maxBytes: 8 },
    ];
    const changes: Partial<SchemaInput>[] = [
      ...kinds.map((field) => ({ fields: [field] })),
      { reportInterval: 60 },
      { reportInterval: 61 },
      { time: "none" },
      { time: "16" },
      { time: { milliseconds: true } },
      { fields: [pm25, { name: "b", kind: "boolean" }] },
      { fields: [{ name: "b", kind: "boolean" }, pm25] },
    ];
    expect(new Set(changes.map(fingerprintOf)).size).toBe(changes.length);
  });

  test("commands have their own", () => {
    const schema = defineSchema({
      ...air,
      commands: [
        { name: "dim", id: 1, fields: [pm25] },
        { name: "fade", id: 2, title: "Fade", fields: [pm25] },
        { name: "reboot", id: 3 },
      ],
    });
    const [dim, fade, reboot] = schema.commands.map(commandFingerprint);
    expect(dim).toBe(fade);
    expect(dim).not.toBe(reboot);
    expect(dim).not.toBe(layoutFingerprint(schema));
  });
});
