import { runInNewContext } from "node:vm";
import { BatchEncoder, type compileSchema, decodePayload, encodePayload } from "@bollard/payload";
import { arrivalForTests, readingsArbitrary, schemaArbitrary } from "@bollard/payload/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runtimeText } from "../runtime-text.js";
import { type DecoderTable, decoderTable } from "./decoder-table.js";

type Decode = (schema: unknown, bytes: number[], arrival?: number) => { readings: unknown };

const compact: Decode = runInNewContext(
  `${runtimeText("bollard_decoder.compact.js", [])}; bollardDecode`,
  {},
);

/** With the parts of the runtime that the schema needs and no other, and as LoRaWAN codecs have it. */
function decode(table: DecoderTable, bytes: number[], arrival: number) {
  const text = runtimeText("bollard_decoder.js", [table]);
  const read: Decode = runInNewContext(`${text}; bollardDecode`, {});
  const outcomes = [read, compact].map((one) => {
    try {
      return { message: one(table, bytes, arrival) };
    } catch (error) {
      return { error: error as { code: string }, code: (error as { code: string }).code };
    }
  });
  const [first, second] = outcomes;
  expect(asPlain(second)).toEqual(asPlain(first));
  if (!first?.message) throw first?.error;
  return first.message;
}

const given = schemaArbitrary.chain((schema) =>
  fc.record({
    schema: fc.constant(schema),
    readings: readingsArbitrary(schema),
    isBatch: fc.boolean(),
    at: fc.nat(),
    byte: fc.nat(255),
  }),
);

/** As the SDK has it, with bytes in hexadecimal. */
function asPlain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one) =>
      one instanceof Uint8Array ? Buffer.from(one).toString("hex") : one,
    ),
  );
}

function payloadsOf(schema: Parameters<typeof compileSchema>[0], readings: readonly unknown[]) {
  const encoder = new BatchEncoder(schema);
  encoder.open(new Uint8Array(100_000));
  for (const reading of readings) if (!encoder.append(reading as never)) break;
  return encoder.close().slice();
}

test("reads any readings of any schema as the SDK does, alone and in batches", () => {
  fc.assert(
    fc.property(given, ({ schema, readings, isBatch }) => {
      const table = decoderTable(schema);
      const payloads = isBatch
        ? [payloadsOf(schema, readings)]
        : readings.map((reading) => encodePayload(schema, reading as never));
      for (const bytes of payloads) {
        const expected = decodePayload(schema, bytes, { arrival: arrivalForTests });
        const got = decode(table, [...bytes], arrivalForTests);
        expect(asPlain(got.readings)).toEqual(asPlain(expected.readings));
      }
    }),
  );
});

test("says of what is no payload what the SDK says", () => {
  fc.assert(
    fc.property(given, ({ schema, readings, at, byte }) => {
      const bytes = payloadsOf(schema, readings.slice(0, 6));
      bytes[at % bytes.length] = byte;
      const cut = [...(at % 3 === 0 ? bytes.subarray(0, at % (bytes.length + 1)) : bytes)];
      const outcome = (read: () => unknown) => {
        try {
          return asPlain(read());
        } catch (error) {
          return (error as { code?: string }).code ?? error;
        }
      };
      const arrival = arrivalForTests;
      const expected = outcome(
        () => decodePayload(schema, Uint8Array.from(cut), { arrival }).readings,
      );
      expect(outcome(() => decode(decoderTable(schema), cut, arrival).readings)).toEqual(expected);
    }),
  );
});
