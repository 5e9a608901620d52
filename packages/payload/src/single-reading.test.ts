import type { SensorSchema } from "@bollard/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPayloadError } from "./error.js";
import type { MessageKey, Reading } from "./reading.js";
import { arrivalForTests, readingArbitrary, schemaArbitrary } from "./testing/index.js";
import { compileSchema } from "./with-batch-code.js";

const key: fc.Arbitrary<MessageKey> = fc.record({
  boot: fc.integer({ min: 0, max: 65535 }),
  sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

const message = schemaArbitrary.chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    reading: readingArbitrary(schema),
    key: fc.option(key, { nil: undefined }),
    schemaId: fc.boolean(),
  }),
);

interface Message {
  readonly schema: SensorSchema;
  readonly reading: Reading;
  readonly key: MessageKey | undefined;
  readonly schemaId: boolean;
}

function encode({ schema, reading, key, schemaId }: Message, generate = true): Uint8Array {
  const options = key === undefined ? { schemaId } : { schemaId, key };
  return compileSchema(schema, { generate }).encode(reading, options);
}

const arrival = arrivalForTests;

describe("a single reading of any schema", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(message, (given) => {
        const { schema, reading, schemaId } = given;
        expect(compileSchema(schema).decode(encode(given), { arrival })).toEqual({
          form: "single",
          timeMode: schema.time.mode,
          milliseconds: schema.time.milliseconds,
          ...(schemaId ? { schemaId: schema.id } : {}),
          ...(given.key === undefined ? {} : { key: given.key }),
          readings: [reading],
        });
      }),
    );
  });

  test("is the same where no code may be made", () => {
    fc.assert(
      fc.property(message, (given) => {
        const bytes = encode(given, false);
        expect(bytes).toEqual(encode(given));
        const codec = compileSchema(given.schema, { generate: false });
        expect(codec.decode(bytes, { arrival }).readings).toEqual([given.reading]);
      }),
    );
  });

  test("cut at any byte is an error at its end", () => {
    fc.assert(
      fc.property(message, (given) => {
        const codec = compileSchema(given.schema);
        const bytes = encode(given);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => codec.decode(bytes.slice(0, length), { arrival })).toThrow(
            expect.objectContaining({ code: "PAYLOAD_TRUNCATED", offset: length }),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  test("with a byte too many is an error there", () => {
    fc.assert(
      fc.property(message, fc.nat({ max: 255 }), (given, more) => {
        const bytes = encode(given);
        expect(() =>
          compileSchema(given.schema).decode(Uint8Array.of(...bytes, more), { arrival }),
        ).toThrow(
          expect.objectContaining({ code: "PAYLOAD_TRAILING_BYTES", offset: bytes.length }),
        );
      }),
    );
  });

  test("with any bit flipped gives readings or a PayloadError", () => {
    fc.assert(
      fc.property(message, (given) => {
        const codec = compileSchema(given.schema);
        const bytes = encode(given);
        for (let bit = 0; bit < bytes.length * 8; bit++) {
          const flipped = bytes.slice();
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
          expectTotal(() => codec.decode(flipped, { arrival }), flipped.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("of any bytes gives readings or a PayloadError, and those readings are the bytes", () => {
    fc.assert(
      fc.property(schemaArbitrary, fc.uint8Array({ maxLength: 60 }), (schema, bytes) => {
        const codec = compileSchema(schema);
        expectTotal(() => codec.decode(bytes, { arrival }), bytes.length);
      }),
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
