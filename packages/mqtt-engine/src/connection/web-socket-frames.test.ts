import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MqttError } from "../error.js";
import {
  binaryFrame,
  closeFrame,
  encodeClientFrame,
  pongFrame,
  WebSocketFrameDecoder,
} from "./web-socket-frames.js";

const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** All that comes out, in order: bytes of data joined, pings and closes by name. */
function decode(chunks: readonly Uint8Array[]): (string | number[])[] {
  const out: (string | number[])[] = [];
  const decoder = new WebSocketFrameDecoder();
  for (const chunk of chunks) {
    const padded = Buffer.from([0xff, ...chunk, 0xff]);
    decoder.push(padded, 1, padded.length - 1, {
      data(buffer, start, end) {
        const bytes = [...buffer.subarray(start, end)];
        const last = out.at(-1);
        if (Array.isArray(last)) last.push(...bytes);
        else out.push(bytes);
      },
      ping: (payload) => out.push(`ping ${payload.toString()}`),
      close: () => out.push("close"),
    });
  }
  return out;
}

/** A server's frame, which is not masked. */
function serverFrame(first: number, payload: Uint8Array): Buffer {
  const masked = encodeClientFrame(first & 0x0f, payload, Uint8Array.of(0, 0, 0, 0));
  const size = masked.length - payload.length - 4;
  masked[0] = first;
  masked[1] = (masked[1] as number) & 0x7f;
  return Buffer.concat([masked.subarray(0, size), payload]);
}

describe("a client's frame", () => {
  test("is the standard's own example", () => {
    // RFC 6455, section 5.7: a masked "Hello", there as text.
    const hello = encodeClientFrame(1, Buffer.from("Hello"), mask);
    expect(hello.toString("hex")).toBe("818537fa213d7f9f4d5158");
  });

  test("says its length in 1, 3 or 9 bytes", () => {
    for (const [length, header] of [
      [125, "82fd"],
      [126, "82fe007e"],
      [65_535, "82feffff"],
      [65_536, "82ff0000000000010000"],
    ] as const) {
      const frame = binaryFrame(new Uint8Array(length), mask);
      expect(frame.toString("hex", 0, header.length / 2)).toBe(header);
      expect(frame.length).toBe(header.length / 2 + 4 + length);
    }
  });

  test("pong and close are masked too", () => {
    const still = Uint8Array.of(0, 0, 0, 0);
    expect([...pongFrame(Buffer.from("a"), still)]).toEqual([0x8a, 0x81, 0, 0, 0, 0, 0x61]);
    expect([...closeFrame(still)]).toEqual([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
  });
});

describe("WebSocketFrameDecoder", () => {
  test("takes data, fragments and a ping between them, cut at any byte", () => {
    const wire = Buffer.concat([
      serverFrame(0x82, Uint8Array.of(1, 2)),
      serverFrame(0x02, Uint8Array.of(3)),
      serverFrame(0x89, Buffer.from("hi")),
      serverFrame(0x80, Uint8Array.of(4)),
      serverFrame(0x8a, new Uint8Array(0)),
      serverFrame(0x82, new Uint8Array(300)),
      serverFrame(0x88, Uint8Array.of(3, 0xe8)),
    ]);
    const expected = [[1, 2, 3], "ping hi", [4, ...new Array(300).fill(0)], "close"];
    for (let cut = 0; cut <= wire.length; cut++) {
      expect(decode([wire.subarray(0, cut), wire.subarray(cut)])).toEqual(expected);
    }
  });

  test("takes a frame of 64 KiB and more", () => {
    const payload = new Uint8Array(70_000).fill(7);
    const [bytes] = decode([serverFrame(0x82, payload)]);
    expect(bytes).toHaveLength(70_000);
  });

  test.each<[string, number[]]>([
    ["a masked frame from a server", [0x82, 0x81]],
    ["a reserved bit", [0xc2]],
    ["a text frame", [0x81]],
    ["opcode 0", [0x80]],
    ["opcode 3", [0x83]],
    ["opcode 11", [0x8b]],
    ["opcode 2", [0x02, 0, 0x82]],
    ["a control frame in fragments", [0x09]],
    ["a control frame of more than 125 bytes", [0x89, 126]],
    ["a frame beyond all bounds", [0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255]],
  ])("refuses %s", (what, bytes) => {
    expect(() => decode([Uint8Array.from(bytes)])).toThrow(
      `${what} over the WebSocket (MQTT_PROTOCOL_ERROR)`,
    );
  });

  test("any bytes are data or an MqttError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decode([bytes]);
        } catch (error) {
          expect(error).toBeInstanceOf(MqttError);
        }
      }),
    );
  });
});
