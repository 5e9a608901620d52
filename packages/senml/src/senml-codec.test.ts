import { decode, Encoder } from "cbor-x";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allUnits,
  decodePackCbor,
  decodeSenmlCbor,
  encodePackCbor,
  encodeSenmlCbor,
  formatSenmlJson,
  isSenmlError,
  packRecords,
  parseSenmlJson,
  type ResolvedRecord,
  resolvePack,
} from "./index.js";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const decimal = fc
  .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 6 }))
  .map(([mantissa, decimals]) => mantissa / 10 ** decimals + 0);
const number = fc
  .oneof(finite, decimal, fc.maxSafeInteger())
  .map((value) => (value === 0 ? 0 : value));
const part = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9:./_-]{0,8}$/);
const time = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 32 }),
  fc.integer({ min: 1, max: 4e12 }).map((ms) => ms / 1000),
  finite.filter((value) => value !== 0),
);

const record = fc
  .record(
    {
      name: fc.oneof(
        part,
        fc.tuple(fc.constantFrom("urn:a:", "urn:b:", "urn:a:c:"), part).map(([a, b]) => a + b),
      ),
      unit: fc.constantFrom(...allUnits().map((unit) => unit.name)),
      content: fc.oneof(
        number.map((value) => ({ value })),
        fc.string().map((stringValue) => ({ stringValue })),
        fc.boolean().map((booleanValue) => ({ booleanValue })),
        fc.uint8Array({ maxLength: 40 }).map((dataValue) => ({ dataValue })),
        number.map((sum) => ({ sum })),
      ),
      time,
      updateTime: number,
    },
    { requiredKeys: ["name", "content"] },
  )
  .map(({ content, ...rest }): ResolvedRecord => ({ ...rest, ...content }));
const records = fc.oneof(
  fc.array(record, { maxLength: 12 }),
  fc
    .tuple(fc.array(record, { maxLength: 8 }), time)
    .map(([list, at]) => list.map((one) => ({ ...one, time: at }))),
);

function inOrder(list: readonly ResolvedRecord[]): ResolvedRecord[] {
  return list.toSorted((one, other) => (one.time ?? 0) - (other.time ?? 0));
}

describe("a pack", () => {
  test("comes back the same, sorted by time", () => {
    fc.assert(
      fc.property(records, (list) => {
        expect(resolvePack(packRecords(list))).toEqual(inOrder(list));
        expect(parseSenmlJson(formatSenmlJson(list))).toEqual(inOrder(list));
        expect(decodeSenmlCbor(encodeSenmlCbor(list))).toEqual(inOrder(list));
        const decimals = encodeSenmlCbor(list, { decimalFractions: true });
        expect(decodeSenmlCbor(decimals)).toEqual(inOrder(list));
        expect(decimals.length).toBeLessThanOrEqual(encodeSenmlCbor(list).length);
      }),
    );
  });
});

const untagged = { useTag259ForMaps: false, tagUint8Array: false };
const peer = new Encoder(untagged);

/** A decimal fraction: -1 and 231 under tag 4 are 23.1. */
const fraction = Uint8Array.of(0x81, 0xa2, 0x00, 0x61, 0x61, 0x02, 0xc4, 0x82, 0x20, 0x18, 0xe7);

describe("SenML CBOR", () => {
  test("writes exact decimals as decimal fractions on option", () => {
    const list = [{ name: "a", value: 23.1 }];
    expect(encodeSenmlCbor(list, { decimalFractions: true })).toEqual(fraction);
    expect(encodeSenmlCbor(list).length).toBe(fraction.length + 4);
    expect(decodeSenmlCbor(fraction)).toEqual(list);
  });

  test("is what cbor-x reads, and reads what cbor-x writes", () => {
    fc.assert(
      fc.property(fc.oneof(number, finite), (value) => {
        const bytes = encodePackCbor([{ n: "a", v: value }]);
        const [read] = decode(bytes);
        expect({ name: read[0], value: Number(read[2]) }).toEqual({ name: "a", value });
        const other = peer.encode([
          new Map<number, unknown>([
            [0, "a"],
            [2, value],
            [8, new Uint8Array(3)],
          ]),
        ]);
        expect(decodePackCbor(other)).toEqual([{ n: "a", v: value, vd: new Uint8Array(3) }]);
      }),
    );
  });

  test("reads the numbers of RFC 8949, appendix A", () => {
    const items: readonly (readonly [hex: string, value: number])[] = [
      ["00", 0],
      ["17", 23],
      ["1818", 24],
      ["1903e8", 1000],
      ["1a000f4240", 1000000],
      ["1b000000e8d4a51000", 1000000000000],
      ["1bffffffffffffffff", 2 ** 64],
      ["3bffffffffffffffff", -(2 ** 64)],
      ["20", -1],
      ["3903e7", -1000],
      ["f90000", 0],
      ["f93c00", 1],
      ["fb3ff199999999999a", 1.1],
      ["f93e00", 1.5],
      ["f97bff", 65504],
      ["fa47c35000", 100000],
      ["fa7f7fffff", 3.4028234663852886e38],
      ["fb7e37e43c8800759c", 1e300],
      ["f90001", 2 ** -24],
      ["f90400", 0.00006103515625],
      ["f9c400", -4],
      ["fbc010666666666666", -4.1],
      ["c48221196ab3", 273.15],
    ];
    for (const [hex, value] of items) {
      const item = hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
      const pack = Uint8Array.of(0x81, 0xa2, 0x00, 0x61, 0x61, 0x02, ...item);
      expect(decodeSenmlCbor(pack)).toEqual([{ name: "a", value }]);
    }
    for (const hex of ["f97c00", "f97e00", "fa7f800000", "fb7ff8000000000000"]) {
      const item = hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
      const pack = Uint8Array.of(0x81, 0xa2, 0x00, 0x61, 0x61, 0x02, ...item);
      expect(() => decodeSenmlCbor(pack)).toThrow("SENML_BAD_NUMBER in record 0");
    }
  });

  test("takes indefinite lengths and passes over what it does not know", () => {
    const bytes = Uint8Array.of(
      ...[0x9f, 0xbf, 0x00, 0x7f, 0x61, 0x61, 0x61, 0x62, 0xff, 0x02, 0x01],
      ...[0x61, 0x78, 0x82, 0xf6, 0xa1, 0x01, 0xc2, 0x41, 0x00, 0xff, 0xff],
    );
    expect(decodePackCbor(bytes)).toEqual([{ n: "ab", v: 1 }]);
  });

  test.each([
    ["an end too early", [0x81], "the bytes end here, at byte 1 (SENML_BAD_CBOR in record 0)"],
    ["bytes after it", [0x80, 0x00], "more bytes follow the pack, at byte 1 (SENML_BAD_CBOR)"],
    ["no array", [0xa0], "expected an array, at byte 1 (SENML_BAD_CBOR)"],
    [
      "a record that is no map",
      [0x81, 0x80],
      "expected a map, at byte 2 (SENML_BAD_CBOR in record 0)",
    ],
    ["a label twice", [0x81, 0xa2, 0x02, 0x01, 0x02, 0x01], "v stands twice, at byte 5"],
    ["a text for a number", [0x81, 0xa1, 0x02, 0x61, 0x61], "expected a number"],
    ["four billion records", [0x9a, 0xff, 0xff, 0xff, 0xff], "the bytes end here, at byte 5"],
    ["a nested bomb", [0x81, 0xa1, 0x0a, ...Array(100).fill(0x81)], "nested more than 16 deep"],
    ["bytes that are not UTF-8", [0x81, 0xa1, 0x00, 0x61, 0xff], "a text is not UTF-8"],
    ["what must be understood", [0x81, 0xa1, 0x62, 0x78, 0x5f, 0x00], "SENML_MUST_UNDERSTAND"],
  ])("refuses %s", (_title, bytes, message) => {
    expect(() => decodeSenmlCbor(Uint8Array.from(bytes))).toThrow(message);
  });

  test("gives records or a SenmlError for any bytes, cut anywhere, with any bit flipped", () => {
    const good = encodeSenmlCbor([
      { name: "urn:a:temp", unit: "Cel", value: 23.15, time: 1538352143 },
      { name: "urn:a:label", stringValue: "Röhre", time: 1538352143.5 },
      { name: "urn:a:raw", dataValue: Uint8Array.of(1, 2, 3), time: 1538352144 },
    ]);
    const isTotal = (bytes: Uint8Array): void => {
      try {
        decodeSenmlCbor(bytes);
      } catch (error) {
        if (!isSenmlError(error)) throw error;
      }
    };
    for (let cut = 0; cut < good.length; cut++) {
      expect(() => decodeSenmlCbor(good.subarray(0, cut))).toThrow("SENML_BAD_CBOR");
    }
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      isTotal(bytes);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), isTotal), { numRuns: 2000 });
  });
});
