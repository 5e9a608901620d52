import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEntry, type Entry, encodeEntry, type StoredEntry } from "./entry.js";
import { isBridgeError } from "./error.js";

const entry: Entry = {
  source: { kind: "serial", name: "cabinet" },
  node: "lamp-12",
  boot: 3,
  sequence: 70_000,
  payload: Uint8Array.of(1, 2, 3),
  arrival: {
    bootId: 0xdeadbeef,
    monotonicMs: 12_345,
    wallMs: 1_789_000_000_123,
    quality: "unknown",
  },
};

const anyEntry: fc.Arbitrary<Entry> = fc
  .record(
    {
      source: fc.record({
        kind: fc.constantFrom("serial", "mqtt", "lorawan", "foreign"),
        name: fc.string(),
      }),
      node: fc.string({ unit: "grapheme" }),
      boot: fc.integer({ min: 0, max: 0xffff }),
      sequence: fc.integer({ min: 0, max: 0xffffffff }),
      payload: fc.uint8Array({ maxLength: 600 }),
      arrival: fc.record({
        bootId: fc.integer({ min: 0, max: 0xffffffff }),
        monotonicMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        wallMs: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
        quality: fc.constantFrom("synchronised", "unknown", "unset"),
      }),
      layout: fc.stringMatching(/^[0-9a-f]{16}$/),
      binding: fc.oneof(fc.string(), fc.integer({ min: 0, max: 255 })),
      receivedMs: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
      nodeClock: fc.record({
        uptimeMs: fc.integer({ min: 0, max: 0xffffffff }),
        slowPpm: fc.integer({ min: -150_000, max: 150_000 }),
      }),
    },
    { requiredKeys: ["source", "node", "boot", "sequence", "payload", "arrival"] },
  )
  .map((value) => value as Entry);

function plain(value: Entry): Entry {
  return { ...value, payload: Uint8Array.from(value.payload) };
}

describe("a stored entry", () => {
  test("comes back as it went", () => {
    fc.assert(
      fc.property(anyEntry, (value) => {
        expect(plain(decodeEntry(encodeEntry(value)))).toEqual(plain(value));
      }),
    );
  });

  test("keeps a fraction of a millisecond to itself", () => {
    const arrival = { ...entry.arrival, monotonicMs: 12_345.4 };
    expect(decodeEntry(encodeEntry({ ...entry, arrival })).arrival.monotonicMs).toBe(12_345);
  });

  test("costs little above its payload", () => {
    expect(encodeEntry(entry).bytes.length - entry.payload.length).toBeLessThanOrEqual(32);
  });

  test("cut anywhere is an error with a code", () => {
    const stored = encodeEntry({ ...entry, layout: "0123456789abcdef" });
    for (let length = 0; length < stored.bytes.length; length++) {
      const bytes = stored.bytes.subarray(0, length);
      expect(refusal({ ...stored, bytes })).toBe("BRIDGE_ENTRY_MALFORMED");
    }
  });

  test("of any bytes is an entry or an error with a code", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const stored = { bytes, stream: "lamp-12", timeMs: 0 };
        expect([undefined, "BRIDGE_ENTRY_MALFORMED"]).toContain(refusal(stored));
      }),
      { numRuns: 2000 },
    );
  });

  test("with any one byte changed is an entry or an error with a code", () => {
    const stored = encodeEntry(entry);
    for (let at = 0; at < stored.bytes.length; at++) {
      for (const change of [0x01, 0x20, 0x80, 0xff]) {
        const bytes = Uint8Array.from(stored.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        expect([undefined, "BRIDGE_ENTRY_MALFORMED"]).toContain(refusal({ ...stored, bytes }));
      }
    }
  });
});

function refusal(stored: StoredEntry): string | undefined {
  try {
    decodeEntry(stored);
    return undefined;
  } catch (error) {
    if (isBridgeError(error)) return error.code;
    throw error;
  }
}
