import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PacketParser } from "./packet-parser.js";

const publish = [0x30, 6, 0, 1, 0x74, 1, 2, 3];
const puback = [0x40, 2, 0, 9];
const pingresp = [0xd0, 0];

interface Seen {
  readonly first: number;
  readonly body: readonly number[];
  readonly length: number;
}

function collect(parser: PacketParser, chunks: readonly Uint8Array[]): Seen[] {
  const seen: Seen[] = [];
  for (const chunk of chunks) {
    // Padding on both sides shows any read outside of start and end.
    const padded = Buffer.from([0xff, ...chunk, 0xff]);
    parser.push(padded, 1, padded.length - 1, (first, buffer, start, end, length) => {
      seen.push({ first, body: [...buffer.subarray(start, end)], length });
      return true;
    });
  }
  return seen;
}

describe("PacketParser", () => {
  const whole: Seen[] = [
    { first: 0x30, body: publish.slice(2), length: 8 },
    { first: 0x40, body: [0, 9], length: 4 },
    { first: 0xd0, body: [], length: 2 },
  ];
  const wire = Uint8Array.from([...publish, ...puback, ...pingresp]);

  test("finds packets cut at any byte", () => {
    for (let cut = 0; cut <= wire.length; cut++) {
      const parser = new PacketParser(100);
      expect(collect(parser, [wire.subarray(0, cut), wire.subarray(cut)])).toEqual(whole);
    }
  });

  test("finds packets that come one byte at a time", () => {
    const bytes = [...wire].map((byte) => Uint8Array.of(byte));
    expect(collect(new PacketParser(100), bytes)).toEqual(whole);
  });

  test("any packets come back whole from any pieces", () => {
    const packet = fc.tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ minLength: 16_000, maxLength: 50_000 }),
      ),
    );
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1 }),
        (packets, sizes) => {
          const bytes = Buffer.concat(packets.map(([first, body]) => packetOf(first, body)));
          const chunks: Uint8Array[] = [];
          for (let at = 0, index = 0; at < bytes.length; index++) {
            const size = sizes[index % sizes.length] as number;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          const seen = collect(new PacketParser(100_000), chunks);
          expect(seen.map(({ first, length }) => [first, length])).toEqual(
            packets.map(([first, body]) => [first, packetOf(first, body).length]),
          );
          for (const [index, { body }] of seen.entries()) {
            expect(Buffer.compare(Buffer.from(body), packets[index]?.[1] as Uint8Array)).toBe(0);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test("refuses a packet that is only announced too large, and stays refused", () => {
    const parser = new PacketParser(100);
    const large = Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]);
    for (let turn = 0; turn < 2; turn++) {
      expect(() => parser.push(large, 0, large.length, () => true)).toThrow(
        "a packet of 268435460 bytes, where at most 100 are taken (MQTT_PACKET_TOO_LARGE at byte 1)",
      );
    }
    parser.reset();
    expect(collect(parser, [wire])).toEqual(whole);
  });

  test("takes a packet of exactly the limit, and none of one byte more", () => {
    expect(collect(new PacketParser(8), [Uint8Array.from(publish)])).toHaveLength(1);
    for (const cut of [2, 8]) {
      const pieces = [publish.slice(0, cut), publish.slice(cut)].map((part) =>
        Uint8Array.from(part),
      );
      expect(() => collect(new PacketParser(7), pieces)).toThrow("MQTT_PACKET_TOO_LARGE");
    }
  });

  test.each([
    ["of more than four bytes", [0x30, 0x80, 0x80, 0x80, 0x80, 1]],
    ["not in its shortest form", [0x30, 0x80, 0]],
  ])("refuses a Remaining Length %s", (what, bytes) => {
    expect(() => collect(new PacketParser(100), [Uint8Array.from(bytes)])).toThrow(
      `a Remaining Length ${what} (MQTT_MALFORMED_PACKET at byte 1)`,
    );
  });

  test("stops when the receiver has had enough", () => {
    let calls = 0;
    const chunk = Buffer.from(wire);
    new PacketParser(100).push(chunk, 0, chunk.length, () => {
      calls++;
      return false;
    });
    expect(calls).toBe(1);
  });
});

function packetOf(first: number, body: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.of(first, ...length), body]);
}
