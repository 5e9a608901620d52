import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksum } from "./checksum.js";
import {
  closeRecord,
  ENTRY,
  entrySeed,
  entrySize,
  MARK,
  MARK_MAX_BYTES,
  NAME,
  nameSize,
  RecordReader,
  writeEntry,
  writeMark,
  writeName,
} from "./record.js";
import { unzigzag, VarintReader, varintSize, writeVarint, zigzag } from "./varint.js";

const whole = fc.oneof(fc.nat(300), fc.maxSafeNat());
const delta = fc.integer({ min: -(2 ** 47), max: 2 ** 47 });

test("a checksum gives its published check value, whichever way it is made", () => {
  const digits = Buffer.from("123456789");
  expect(checksum(digits, 0, 9, 0)).toBe(0xcbf43926);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 100, maxLength: 200 }), fc.nat(), (bytes, seed) => {
      const buffer = Buffer.from(bytes);
      const first = checksum(buffer, 0, 50, seed);
      expect(checksum(buffer, 50, buffer.length, first)).toBe(
        checksum(buffer, 0, buffer.length, seed),
      );
    }),
  );
});

test("every whole number comes back as it went, in the bytes that were told", () => {
  fc.assert(
    fc.property(whole, delta, (value, signed) => {
      const out = Buffer.alloc(16);
      const end = writeVarint(out, 0, value);
      expect(end).toBe(varintSize(value));
      const reader = new VarintReader();
      expect(reader.next(out, end)).toBe(value);
      expect(reader.failed).toBe(false);
      reader.at = 0;
      reader.next(out, end - 1);
      expect(reader.failed).toBe(true);
      expect(unzigzag(zigzag(signed))).toBe(signed);
    }),
  );
});

describe("a record", () => {
  test("of an entry comes back as it went", () => {
    const fields = fc.record({
      streamId: fc.nat(70_000),
      timeDelta: delta,
      gap: fc.nat(100_000),
      keep: fc.boolean(),
    });
    fc.assert(
      fc.property(fields, fc.uint8Array({ maxLength: 300 }), fc.nat(), (entry, bytes, seed) => {
        const size = entrySize(entry, bytes.length);
        const out = Buffer.alloc(size + 7);
        expect(writeEntry(out, 3, entry, bytes)).toBe(size + 3);
        closeRecord(out, 3, size + 3, entrySeed(seed, 9));
        const reader = new RecordReader();
        expect(reader.take(out, 3, size + 3)).toBe(true);
        expect(reader.matches(out, entrySeed(seed, 9))).toBe(true);
        expect(reader.matches(out, entrySeed(seed, 10))).toBe(false);
        const { kind, streamId, timeDelta, gap, keep, bytesAt, end } = reader;
        expect({ kind, streamId, timeDelta, gap, keep }).toEqual({ kind: ENTRY, ...entry });
        expect(new Uint8Array(out.subarray(bytesAt, end))).toEqual(bytes);
      }),
    );
  });

  test("of a mark or a name comes back as it went", () => {
    const out = Buffer.alloc(300);
    const reader = new RecordReader();
    const mark = { positionDelta: 7e9, behind: 3, timeDelta: -4, bodyBytes: 70_000, reset: true };
    const end = writeMark(out, 0, mark, 5);
    expect(end).toBeLessThanOrEqual(MARK_MAX_BYTES);
    expect(reader.take(out, 0, end)).toBe(true);
    expect(reader.matches(out, 5)).toBe(true);
    const { kind, positionDelta, behind, timeDelta, bodyBytes, reset } = reader;
    expect({ kind, positionDelta, behind, timeDelta, bodyBytes, reset }).toEqual({
      kind: MARK,
      ...mark,
    });
    const name = Buffer.from("gate-7");
    expect(writeName(out, 0, 200, name, 5)).toBe(nameSize(200, name));
    expect(reader.take(out, 0, 300)).toBe(true);
    expect({ kind: reader.kind, streamId: reader.streamId }).toEqual({ kind: NAME, streamId: 200 });
    expect(out.toString("utf8", reader.bytesAt, reader.end)).toBe("gate-7");
  });

  test("with any bit flipped is refused, and cut anywhere, too", () => {
    const bytes = Buffer.from("a reading");
    const fields = { streamId: 3, timeDelta: 250, gap: 0, keep: false };
    const size = entrySize(fields, bytes.length);
    const good = Buffer.alloc(size);
    writeEntry(good, 0, fields, bytes);
    closeRecord(good, 0, size, 77);
    const reader = new RecordReader();
    for (let bit = 0; bit < size * 8; bit++) {
      const bad = Buffer.from(good);
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(reader.take(bad, 0, size) && reader.matches(bad, 77)).toBe(false);
    }
    for (let cut = 0; cut < size; cut++) expect(reader.take(good, 0, cut)).toBe(false);
  });

  test("of any bytes is taken or refused, never read past the end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        const reader = new RecordReader();
        const isTaken = reader.take(buffer, 0, buffer.length);
        if (isTaken) expect(reader.end).toBeLessThanOrEqual(buffer.length);
      }),
    );
  });
});
