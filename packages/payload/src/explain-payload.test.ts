import { defineSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BatchEncoder, compileSchema, explainPayload, isPayloadError } from "./index.js";
import { arrivalForTests as arrival, readingsArbitrary, schemaArbitrary } from "./testing/index.js";

const air = defineSchema({
  name: "air",
  id: 300,
  fields: [
    { name: "pm25", unit: "ug/m3", min: 0, max: 100, resolution: 0.1, optional: true },
    { name: "mode", kind: "enum", values: ["day", "night", "off"] },
  ],
});

const batch = schemaArbitrary.chain((schema) =>
  readingsArbitrary(schema, 12).map((readings) => {
    const encoder = new BatchEncoder(schema);
    encoder.open(new Uint8Array(20_000), { boot: 3, sequence: 7 });
    for (const reading of readings) encoder.append(reading);
    return { schema, bytes: encoder.close().slice() };
  }),
);
const single = schemaArbitrary.chain((schema) =>
  readingsArbitrary(schema, 1).map(([reading]) => {
    const bytes = reading === undefined ? new Uint8Array(1) : compileSchema(schema).encode(reading);
    return { schema, bytes };
  }),
);

function allBits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

describe("explainPayload", () => {
  test("names every bit of a single reading", () => {
    const bytes = compileSchema(air).encode({ time: 65536, values: { pm25: 12.5, mode: "night" } });
    const { bits, readings, error } = explainPayload(air, bytes);
    expect(error).toBeUndefined();
    expect(readings).toEqual([{ time: 65536, values: { pm25: 12.5, mode: "night" } }]);
    expect(bits).toEqual([
      { part: "form", offset: 0, bits: "00" },
      { part: "timeMode", offset: 2, bits: "01" },
      { part: "hasMilliseconds", offset: 4, bits: "0" },
      { part: "hasSchemaId", offset: 5, bits: "1" },
      { part: "hasKey", offset: 6, bits: "0" },
      { part: "reserved", offset: 7, bits: "0" },
      { part: "schemaId", offset: 8, bits: "1000000100101100" },
      { part: "time", offset: 24, bits: "00000000000000010000000000000000", row: 0 },
      { part: "presence", offset: 56, bits: "1", row: 0, field: "pm25" },
      { part: "step", offset: 57, bits: "0001111101", row: 0, field: "pm25" },
      { part: "step", offset: 67, bits: "01", row: 0, field: "mode" },
      { part: "padding", offset: 69, bits: "000" },
    ]);
  });

  test("names every bit of any payload once, and reads what the decoder reads", () => {
    fc.assert(
      fc.property(fc.oneof(batch, single), ({ schema, bytes }) => {
        const { bits, readings, error } = explainPayload(schema, bytes, { arrival });
        expect(error).toBeUndefined();
        expect(bits.map((piece) => piece.bits).join("")).toBe(allBits(bytes));
        expect(readings).toEqual(compileSchema(schema).decode(bytes, { arrival }).readings);
        let offset = 0;
        for (const piece of bits) {
          expect(piece.offset).toBe(offset);
          offset += piece.bits.length;
        }
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  test("goes as far as a broken payload makes sense, and says why not further", () => {
    const noise = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }), cut: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(fc.oneof(batch, single), noise, ({ schema, bytes }, { at, to, cut }) => {
        const broken = bytes.slice(0, bytes.length - Math.min(cut, bytes.length - 1));
        broken[at % broken.length] = to;
        const { bits, readings, error } = explainPayload(schema, broken, { arrival });
        expect(allBits(broken).startsWith(bits.map((piece) => piece.bits).join(""))).toBe(true);
        try {
          const decoded = compileSchema(schema).decode(broken, { arrival });
          expect({ readings, error }).toEqual({ readings: decoded.readings, error: undefined });
        } catch (cause) {
          if (!isPayloadError(cause)) throw cause;
          expect([error?.code, error?.offset]).toEqual([cause.code, cause.offset]);
        }
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  test("keeps the rows before the one that breaks", () => {
    const encoder = new BatchEncoder(air);
    encoder.open(new Uint8Array(50));
    for (const pm25 of [1, 50, 3]) encoder.append({ time: 60, values: { pm25, mode: "day" } });
    const bytes = encoder.close();
    const { readings, error } = explainPayload(air, bytes.slice(0, -1));
    expect(readings.map(({ values }) => values.pm25)).toEqual([1, 50]);
    expect(error).toMatchObject({ code: "PAYLOAD_TRUNCATED", offset: bytes.length - 1 });
  });
});
