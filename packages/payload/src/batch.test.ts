import { defineSchema, type SensorSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { BatchOptions } from "./batch-encoder.js";
import { isPayloadError } from "./error.js";
import type { MessageKey, Reading } from "./reading.js";
import { arrivalForTests, readingsArbitrary, schemaArbitrary } from "./testing/index.js";
import { BatchEncoder, compileSchema } from "./with-batch-code.js";

// A slow machine makes and compares many schemas here.
vi.setConfig({ testTimeout: 30_000 });

const arrival = arrivalForTests;
const key: MessageKey = { boot: 7, sequence: 4_000_000_000 };

interface Given {
  readonly schema: SensorSchema;
  readonly readings: readonly Reading[];
}

const given: fc.Arbitrary<Given> = schemaArbitrary.chain((schema) =>
  fc.record({ schema: fc.constant(schema), readings: readingsArbitrary(schema, 20) }),
);

/** Batches of at most so many bytes, each with the readings that it took. */
function encodeAll({ schema, readings }: Given, maxBytes: number, options: BatchOptions = {}) {
  const encoder = new BatchEncoder(schema, options);
  const out = new Uint8Array(maxBytes);
  const batches: { bytes: Uint8Array; readings: Reading[] }[] = [];
  let taken: Reading[] = [];
  const close = () => {
    const length = encoder.byteLength;
    const bytes = encoder.close();
    expect(bytes.length).toBe(length);
    batches.push({ bytes: bytes.slice(), readings: taken });
    taken = [];
    encoder.open(out, key);
  };
  encoder.open(out, key);
  for (const reading of readings) {
    if (!encoder.append(reading)) {
      close();
      expect(encoder.append(reading)).toBe(true);
    }
    taken.push(reading);
    expect(encoder.rowCount).toBe(taken.length);
  }
  if (taken.length > 0) close();
  return batches;
}

/** Room for the first row of any schema here. */
const roomy = 8192;

describe("a batch of any schema", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(given, (given) => {
        const codec = compileSchema(given.schema);
        for (const { bytes, readings } of encodeAll(given, roomy)) {
          expect(codec.decode(bytes, { arrival: lastTime(readings) })).toEqual({
            form: "batch",
            timeMode: given.schema.time.mode,
            milliseconds: given.schema.time.milliseconds,
            schemaId: given.schema.id,
            key,
            readings,
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  test("is cut where a row does not fit, and loses none", () => {
    fc.assert(
      fc.property(given, fc.nat({ max: 60 }), (given, more) => {
        const codec = compileSchema(given.schema);
        const maxBytes = codec.maxSingleBytes + 1 + more;
        const batches = encodeAll(given, maxBytes);
        const decoded = batches.flatMap(
          ({ bytes, readings }) => codec.decode(bytes, { arrival: lastTime(readings) }).readings,
        );
        expect(decoded).toEqual(given.readings);
      }),
    );
  });

  test("takes a row into just the bytes that it needs, and not into one less", () => {
    fc.assert(
      fc.property(given, ({ schema, readings }) => {
        const encoder = new BatchEncoder(schema);
        const sizes = readings.map((_, index) => {
          encoder.open(new Uint8Array(roomy));
          const fits = readings.slice(0, index + 1).every((reading) => encoder.append(reading));
          return fits ? encoder.close().length : undefined;
        });
        for (const [index, size] of sizes.entries()) {
          if (size === undefined || index === 0) continue;
          for (const room of [size, size - 1]) {
            // Without room for the first row, `append` throws.
            if (room < (sizes[0] ?? 0)) continue;
            encoder.open(new Uint8Array(room));
            for (const reading of readings.slice(0, index)) {
              if (!encoder.append(reading)) break;
            }
            const before = encoder.rowCount;
            const fits = before === index && encoder.append(readings[index] as Reading);
            expect(fits).toBe(room === size);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is the same where no code may be made", () => {
    fc.assert(
      fc.property(given, (given) => {
        const [made, looped] = [true, false].map((generate) =>
          encodeAll(given, roomy, { generate }),
        );
        expect(looped).toEqual(made);
        const codec = compileSchema(given.schema, { generate: false });
        for (const { bytes, readings } of made ?? []) {
          const { readings: decoded } = codec.decode(bytes, { arrival: lastTime(readings) });
          expect(decoded).toEqual(readings);
        }
      }),
    );
  });

  test("cut at any byte is an error at its end", () => {
    fc.assert(
      fc.property(given, (given) => {
        const codec = compileSchema(given.schema);
        for (const { bytes } of encodeAll(given, roomy)) {
          for (let length = 0; length < bytes.length; length++) {
            expect(() => codec.decode(bytes.slice(0, length), { arrival })).toThrow(
              expect.objectContaining({ code: "PAYLOAD_TRUNCATED", offset: length }),
            );
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test("with a byte too many is an error there", () => {
    fc.assert(
      fc.property(given, fc.nat({ max: 255 }), (given, more) => {
        const codec = compileSchema(given.schema);
        for (const { bytes } of encodeAll(given, roomy)) {
          expect(() => codec.decode(Uint8Array.of(...bytes, more), { arrival })).toThrow(
            expect.objectContaining({ code: "PAYLOAD_TRAILING_BYTES", offset: bytes.length }),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  test("with any bit flipped gives readings or a PayloadError", () => {
    fc.assert(
      fc.property(given, (given) => {
        const codec = compileSchema(given.schema);
        for (const { bytes } of encodeAll(given, 120 + codec.maxSingleBytes)) {
          for (let bit = 0; bit < bytes.length * 8; bit++) {
            const flipped = bytes.slice();
            flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
            expectTotal(() => codec.decode(flipped, { arrival }), flipped.length);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("of any bytes gives readings or a PayloadError", () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(
        schemaArbitrary,
        bytes,
        fc.integer({ min: 1, max: 255 }),
        (schema, bytes, rows) => {
          const codec = compileSchema(schema);
          const batch = Uint8Array.of(0x40 | ((bytes[0] ?? 0) & 0x30), rows, ...bytes);
          expectTotal(() => codec.decode(batch, { arrival }), batch.length);
        },
      ),
    );
  });
});

function expectTotal(decode: () => unknown, length: number): void {
  try {
    decode();
  } catch (error) {
    if (!isPayloadError(error)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(length);
  }
}

function lastTime(readings: readonly Reading[]): number {
  return readings[0]?.time ?? arrival;
}

describe("BatchEncoder", () => {
  const schema = defineSchema({
    name: "level",
    id: 5,
    fields: [{ name: "level", unit: "m", min: 0, max: 20, resolution: 0.01 }],
  });
  const reading = (minute: number, level: number): Reading => ({
    time: 1_538_352_000 + 60 * minute,
    values: { level },
  });

  test("goes on after a reading that is wrong", () => {
    const encoder = new BatchEncoder(schema);
    encoder.open(new Uint8Array(51));
    encoder.append(reading(0, 1));
    const length = encoder.byteLength;
    expect(() => encoder.append(reading(1, 21))).toThrow("PAYLOAD_OUT_OF_RANGE");
    expect(encoder.byteLength).toBe(length);
    expect(encoder.append(reading(1, 2))).toBe(true);
    const { readings } = compileSchema(schema).decode(encoder.close());
    expect(readings).toEqual([reading(0, 1), reading(1, 2)]);
  });

  test("takes 255 rows and not one more", () => {
    const encoder = new BatchEncoder(schema);
    encoder.open(new Uint8Array(1000));
    for (let row = 0; row < 255; row++) expect(encoder.append(reading(row, 1))).toBe(true);
    expect(encoder.append(reading(255, 1))).toBe(false);
    expect(compileSchema(schema).decode(encoder.close()).readings).toHaveLength(255);
  });

  test("says where the first row does not fit, and that no row is no batch", () => {
    const encoder = new BatchEncoder(schema);
    encoder.open(new Uint8Array(8));
    expect(() => encoder.append(reading(0, 1))).toThrow("PAYLOAD_BUFFER_TOO_SMALL");
    expect(encoder.rowCount).toBe(0);
    expect(() => encoder.close()).toThrow("PAYLOAD_BAD_ROW_COUNT");
    encoder.open(new Uint8Array(9));
    expect(encoder.append(reading(0, 1))).toBe(true);
    expect(encoder.close()).toHaveLength(9);
  });

  test("closes a batch whose next time in milliseconds is more than 24 days away", () => {
    const options: BatchOptions = { timeMode: "uptime", milliseconds: true };
    const encoder = new BatchEncoder(schema, options);
    const at = (time: number): Reading => ({ time, values: { level: 1 } });
    encoder.open(new Uint8Array(100));
    expect(encoder.append(at(10))).toBe(true);
    expect(encoder.append(at(10 + 2_147_483.647))).toBe(true);
    expect(encoder.append(at(10 + 2_147_483.647 * 2 + 0.001))).toBe(false);
    const { readings } = compileSchema(schema).decode(encoder.close());
    expect(readings).toEqual([at(10), at(10 + 2_147_483.647)]);
  });

  test("a reading in which nothing moved takes a bit", () => {
    const encoder = new BatchEncoder({ ...schema, reportInterval: 60 });
    encoder.open(new Uint8Array(100));
    for (let row = 0; row < 50; row++) encoder.append(reading(row, 1));
    const length = encoder.byteLength;
    for (let row = 50; row < 58; row++) encoder.append(reading(row, 1));
    expect(encoder.byteLength).toBe(length + 1);
  });
});
