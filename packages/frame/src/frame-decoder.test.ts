import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, maxFrameLength } from "./encode-frame.js";
import { isFrameError } from "./error.js";
import { FrameDecoder, type FrameEvent } from "./frame-decoder.js";

const hello = Uint8Array.of(0x10, 0x00, 0x00, 0x62, 0x6f, 0x6c, 0x00, 0x6c, 0x61, 0x72, 0x64);
const wire = encodeFrame(hello);

describe("FrameDecoder", () => {
  test("finds a frame cut at any byte", () => {
    for (let cut = 0; cut <= wire.length; cut++) {
      const decoder = new FrameDecoder();
      const events = [...decoder.push(wire.subarray(0, cut)), ...decoder.push(wire.subarray(cut))];
      expect(events).toEqual([{ kind: "frame", body: hello }]);
    }
  });

  test("every body comes back as it went", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200, size: "max" }), (body) => {
        expect(new FrameDecoder().push(encodeFrame(body))).toEqual([{ kind: "frame", body }]);
      }),
    );
  });

  test("bodies around a full COBS block come back, with and without zeros", () => {
    for (let length = 240; length <= 520; length++) {
      for (const fill of [0x00, 0x01, 0xff]) {
        const body = new Uint8Array(length).fill(fill);
        expect(new FrameDecoder().push(encodeFrame(body))).toEqual([{ kind: "frame", body }]);
      }
    }
  });

  test("a flipped bit never gives another body, and the next frame still arrives", () => {
    const next = Uint8Array.of(0x20, 0x01, 0x00);
    for (let bit = 0; bit < wire.length * 8; bit++) {
      const bad = wire.slice();
      bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
      const decoder = new FrameDecoder();
      const events = [...decoder.push(encodeFrame(next)), ...decoder.push(bad)];
      events.push(...decoder.push(encodeFrame(next)));
      const bodies = events.flatMap((event) => (event.kind === "frame" ? [event.body] : []));
      expect(bodies).toEqual([next, next]);
    }
  });

  test("every cut frame is discarded with a place inside it", () => {
    for (let length = 2; length < wire.length - 1; length++) {
      const decoder = new FrameDecoder();
      const events = decoder.push(Uint8Array.of(...wire.subarray(0, length), 0));
      expect(events.map(({ kind }) => kind)).toEqual(["discarded"]);
      const error = events[0]?.kind === "discarded" ? events[0].error : undefined;
      expect(isFrameError(error)).toBe(true);
      expect(error?.offset).toBeLessThanOrEqual(length);
      expect(decoder.discardedBytes).toBe(length - 1);
    }
  });

  test("starts dirty: what stands before the first delimiter is no frame", () => {
    const events = new FrameDecoder().push(wire.subarray(1));
    expect(events.map(codeOf)).toEqual(["FRAME_NO_START"]);
    expect(events[0]).toMatchObject({ kind: "discarded", bytes: wire.subarray(1, -1) });
  });

  test("is dirty again after a reset", () => {
    const decoder = new FrameDecoder();
    decoder.push(wire.subarray(0, 5));
    decoder.reset();
    expect(decoder.discardedBytes).toBe(4);
    expect(decoder.push(wire.subarray(5)).map(codeOf)).toEqual(["FRAME_NO_START"]);
    expect(decoder.push(wire)).toEqual([{ kind: "frame", body: hello }]);
  });

  test("delimiters in a row are no frames", () => {
    expect(new FrameDecoder().push(new Uint8Array(100))).toEqual([]);
  });

  test("reports a line without delimiters once, and goes on after the next one", () => {
    const maxFrameBytes = maxFrameLength(hello.length) - 2;
    const decoder = new FrameDecoder({ maxFrameBytes });
    const noise = new Uint8Array(1000).fill(0xaa);
    const events = [...decoder.push(noise), ...decoder.push(noise), ...decoder.push(wire)];
    expect(events.map(codeOf)).toEqual(["FRAME_TOO_LONG", "frame"]);
    expect(events[0]).toMatchObject({ bytes: noise.subarray(0, maxFrameBytes) });
    expect(decoder.discardedBytes).toBe(2000);
  });

  test("a frame of just maxFrameBytes passes, in one chunk or in two, and one byte more does not", () => {
    const body = new Uint8Array(40).fill(7);
    const bytes = encodeFrame(body);
    const maxFrameBytes = bytes.length - 2;
    for (const cut of [0, 1, 5, bytes.length]) {
      for (const [limit, expected] of [
        [maxFrameBytes, "frame"],
        [maxFrameBytes - 1, "FRAME_TOO_LONG"],
      ] as const) {
        const decoder = new FrameDecoder({ maxFrameBytes: limit });
        const events = [
          ...decoder.push(bytes.subarray(0, cut)),
          ...decoder.push(bytes.subarray(cut)),
        ];
        expect(events.map(codeOf)).toEqual([expected]);
      }
    }
  });

  test("a body outlives the chunk it came in", () => {
    const chunk = wire.slice();
    const events = new FrameDecoder().push(chunk);
    chunk.fill(0xee);
    expect(events).toEqual([{ kind: "frame", body: hello }]);
  });

  test("any bytes, cut anywhere, give the same events and hold no more than the bound", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 30 }).map((body) => encodeFrame(body)),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 17 }), (parts, step) => {
        const stream = Uint8Array.from(parts.flatMap((part) => [...part]));
        const atOnce = new FrameDecoder({ maxFrameBytes: 40 });
        const whole = atOnce.push(stream);
        const cut = new FrameDecoder({ maxFrameBytes: 40 });
        const chopped: FrameEvent[] = [];
        for (let i = 0; i < stream.length; i += step) {
          chopped.push(...cut.push(stream.subarray(i, i + step)));
        }
        expect(chopped).toEqual(whole);
        expect(cut.discardedBytes).toBe(atOnce.discardedBytes);
        for (const event of whole) {
          if (event.kind === "discarded") expect(event.bytes.length).toBeLessThanOrEqual(40);
        }
      }),
    );
  });
});

function codeOf(event: FrameEvent): string {
  return event.kind === "discarded" ? event.error.code : event.kind;
}
