import { decodePackCbor, decodeSenmlCbor, encodeSenmlCbor, isSenmlError } from "@bollard/senml";
import { describe, expect, test } from "vitest";

/** What SenML makes of an item: the value of a record, or none where it has no such thing. */
type Meaning =
  | { readonly value: number }
  | { readonly stringValue: string }
  | { readonly booleanValue: boolean }
  | { readonly dataValue: Uint8Array }
  | "notFinite"
  | "noValue";

function number(value: number): Meaning {
  return { value };
}
function text(stringValue: string): Meaning {
  return { stringValue };
}
function bytes(...list: readonly number[]): Meaning {
  return { dataValue: Uint8Array.from(list) };
}

const oneTo25 = "0102030405060708090a0b0c0d0e0f101112131415161718181819";

type Item = readonly [hex: string, meaning: Meaning, same?: "="];

/** RFC 8949, appendix A, every item in its order. `=`: written by SenML in these very bytes. */
const appendixA: readonly Item[] = [
  ["00", number(0), "="],
  ["01", number(1), "="],
  ["0a", number(10), "="],
  ["17", number(23), "="],
  ["1818", number(24), "="],
  ["1819", number(25), "="],
  ["1864", number(100), "="],
  ["1903e8", number(1000), "="],
  ["1a000f4240", number(1000000), "="],
  ["1b000000e8d4a51000", number(1000000000000), "="],
  // No double has these 64 bits; the nearest one does.
  ["1bffffffffffffffff", number(2 ** 64)],
  ["c249010000000000000000", "noValue"],
  ["3bffffffffffffffff", number(-(2 ** 64))],
  ["c349010000000000000000", "noValue"],
  ["20", number(-1), "="],
  ["29", number(-10), "="],
  ["3863", number(-100), "="],
  ["3903e7", number(-1000), "="],
  // Whole numbers are written as such.
  ["f90000", number(0)],
  // SenML adds a base value, so there is no -0.
  ["f98000", number(0)],
  ["f93c00", number(1)],
  ["fb3ff199999999999a", number(1.1), "="],
  ["f93e00", number(1.5), "="],
  ["f97bff", number(65504)],
  ["fa47c35000", number(100000)],
  ["fa7f7fffff", number(3.4028234663852886e38), "="],
  ["fb7e37e43c8800759c", number(1e300), "="],
  ["f90001", number(2 ** -24), "="],
  ["f90400", number(0.00006103515625), "="],
  ["f9c400", number(-4)],
  ["fbc010666666666666", number(-4.1), "="],
  ["f97c00", "notFinite"],
  ["f97e00", "notFinite"],
  ["f9fc00", "notFinite"],
  ["fa7f800000", "notFinite"],
  ["fa7fc00000", "notFinite"],
  ["faff800000", "notFinite"],
  ["fb7ff0000000000000", "notFinite"],
  ["fb7ff8000000000000", "notFinite"],
  ["fbfff0000000000000", "notFinite"],
  ["f4", { booleanValue: false }, "="],
  ["f5", { booleanValue: true }, "="],
  ["f6", "noValue"],
  ["f7", "noValue"],
  ["f0", "noValue"],
  ["f8ff", "noValue"],
  ["c074323031332d30332d32315432303a30343a30305a", "noValue"],
  ["c11a514b67b0", "noValue"],
  ["c1fb41d452d9ec200000", "noValue"],
  ["d74401020304", "noValue"],
  ["d818456449455446", "noValue"],
  ["d82076687474703a2f2f7777772e6578616d706c652e636f6d", "noValue"],
  ["40", bytes(), "="],
  ["4401020304", bytes(1, 2, 3, 4), "="],
  ["60", text(""), "="],
  ["6161", text("a"), "="],
  ["6449455446", text("IETF"), "="],
  ["62225c", text('"\\'), "="],
  ["62c3bc", text("\u00fc"), "="],
  ["63e6b0b4", text("\u6c34"), "="],
  ["64f0908591", text("\ud800\udd51"), "="],
  ["80", "noValue"],
  ["83010203", "noValue"],
  ["8301820203820405", "noValue"],
  [`9819${oneTo25}`, "noValue"],
  ["a0", "noValue"],
  ["a201020304", "noValue"],
  ["a26161016162820203", "noValue"],
  ["826161a161626163", "noValue"],
  ["a56161614161626142616361436164614461656145", "noValue"],
  ["5f42010243030405ff", bytes(1, 2, 3, 4, 5)],
  ["7f657374726561646d696e67ff", text("streaming")],
  ["9fff", "noValue"],
  ["9f018202039f0405ffff", "noValue"],
  ["9f01820203820405ff", "noValue"],
  ["83018202039f0405ff", "noValue"],
  ["83019f0203ff820405", "noValue"],
  [`9f${oneTo25}ff`, "noValue"],
  ["bf61610161629f0203ffff", "noValue"],
  ["826161bf61626163ff", "noValue"],
  ["bf6346756ef563416d7421ff", "noValue"],
];

/** CBOR labels of v, vs, vb and vd. */
const labels = { value: 2, stringValue: 3, booleanValue: 4, dataValue: 8 } as const;
const names = Object.keys(labels) as (keyof typeof labels)[];

/** A pack of one record named "a", with the item under a label. */
function packOf(label: number, hex: string): Uint8Array {
  return Uint8Array.from([0x81, 0xa2, 0x00, 0x61, 0x61, label, ...Buffer.from(hex, "hex")]);
}

function outcome(label: number, hex: string): unknown {
  try {
    return decodeSenmlCbor(packOf(label, hex));
  } catch (error) {
    return isSenmlError(error) ? error.code : error;
  }
}

describe("RFC 8949, appendix A, within SenML", () => {
  for (const [hex, meaning, same] of appendixA) {
    test(`${hex} has its meaning as a value, and is refused as any other`, () => {
      for (const name of names) {
        if (typeof meaning === "object" && name in meaning) {
          expect(outcome(labels[name], hex)).toEqual([{ name: "a", ...meaning }]);
        } else if (meaning === "notFinite" && name === "value") {
          expect(outcome(labels[name], hex)).toBe("SENML_BAD_NUMBER");
        } else {
          expect(outcome(labels[name], hex)).toMatch(/^SENML_(WRONG_TYPE|BAD_CBOR)$/);
        }
      }
    });

    test(`${hex} under an unknown label is passed over`, () => {
      const before = [0x81, 0xa3, 0x00, 0x61, 0x61, 0x18, 0x63];
      const pack = Uint8Array.from([...before, ...Buffer.from(hex, "hex"), 0x02, 0x05]);
      expect(decodePackCbor(pack)).toEqual([{ n: "a", v: 5 }]);
    });

    if (same !== "=" || typeof meaning === "string") continue;
    test(`${hex} is written so`, () => {
      const name = names.find((known) => known in meaning) ?? "value";
      const written = encodeSenmlCbor([{ name: "a", ...meaning }]);
      expect(written).toEqual(packOf(labels[name], hex));
    });
  }
});
