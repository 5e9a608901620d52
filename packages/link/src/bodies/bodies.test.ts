import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLinkError } from "../error.js";
import { decodeAck, encodeAck } from "./ack.js";
import { decodeCommand, decodeResult, encodeCommand, encodeResult } from "./command.js";
import { decodeHello, encodeHello, type Hello } from "./hello.js";
import { decodeHelloAck, encodeHelloAck } from "./hello-ack.js";
import { decodeTimeAnswer, decodeUptime, encodeTimeAnswer, encodeUptime } from "./time.js";

const hello: Hello = {
  version: 1,
  takesCommands: true,
  boot: 0x0102,
  life: 0x0304,
  oldest: 0x05060708,
  uptimeMs: 0x090a0b0c,
  maxBody: 253,
  window: 8,
  hold: 16,
  nodeId: "añ",
  firmware: "fw 1",
  schemas: [{ id: 5, fingerprint: "0123456789abcdef" }],
};

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const shortText = fc.string({ unit: "grapheme", maxLength: 12 });

describe("bodies", () => {
  test("HELLO has the layout that the protocol's document gives", () => {
    expect(Buffer.from(encodeHello(hello)).toString("hex")).toBe(
      `01 01 0201 0403 08070605 0c0b0a09 fd00 08 1000 03 61c3b1 04 66772031 01 0500 0123456789abcdef`.replaceAll(
        " ",
        "",
      ),
    );
  });

  test("HELLO_ACK has the layout that the protocol's document gives", () => {
    const ack = {
      version: 1,
      timeSynchronised: true,
      boot: 0x0102,
      life: 0x0304,
      next: 0x05060708,
      timeMs: 0x010203040506,
      maxBody: 253,
      window: 8,
      commitDelayMs: 1000,
    };
    expect(Buffer.from(encodeHelloAck(ack)).toString("hex")).toBe(
      "01 01 0201 0403 08070605 060504030201 fd00 08 e803 00".replaceAll(" ", ""),
    );
    expect(decodeHelloAck(encodeHelloAck(ack))).toEqual(ack);
  });

  test("every HELLO comes back as it went", () => {
    const arbitrary = fc.record({
      version: fc.constant(1),
      takesCommands: fc.boolean(),
      boot: u16,
      life: u16,
      oldest: u32,
      uptimeMs: u32,
      maxBody: fc.integer({ min: 16, max: 2048 }),
      window: fc.integer({ min: 1, max: 8 }),
      hold: fc.integer({ min: 1, max: 0xffff }),
      nodeId: fc.string({ minLength: 1, maxLength: 64 }),
      firmware: shortText.filter((text) => Buffer.byteLength(text) <= 64),
      schemas: fc.array(
        fc.record({
          id: fc.integer({ min: 1, max: 16_383 }),
          fingerprint: fc.stringMatching(/^[0-9a-f]{16}$/),
        }),
        { maxLength: 16 },
      ),
    });
    fc.assert(
      fc.property(arbitrary, (each) => {
        expect(decodeHello(encodeHello(each))).toEqual(each);
      }),
    );
  });

  test("the short ones come back as they went", () => {
    fc.assert(
      fc.property(
        u32,
        u48,
        fc.boolean(),
        u16,
        fc.uint8Array(),
        (long, time, flag, short, payload) => {
          expect(decodeUptime("PING", encodeUptime(long))).toBe(long);
          const answer = { uptimeMs: long, timeMs: time, timeSynchronised: flag };
          expect(decodeTimeAnswer(encodeTimeAnswer(answer))).toEqual(answer);
          const ack = { map: short & 0xff, durable: short };
          expect(decodeAck(encodeAck(ack))).toEqual(ack);
          const command = { withinMs: Math.max(1, long), payload };
          expect(decodeCommand(encodeCommand(command))).toEqual(command);
          const result = { commandId: short, status: "refused" as const, payload };
          expect(decodeResult(encodeResult(result))).toEqual(result);
        },
      ),
    );
  });

  test("a body that ends early is refused with the field that is missing", () => {
    const whole = encodeHello(hello);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeHello(whole.subarray(0, length))).toThrow(
        /LINK_MALFORMED_BODY: HELLO\.\w/,
      );
    }
    expect(() => decodeAck(new Uint8Array(2))).toThrow(/LINK_MALFORMED_BODY: ACK\.durable/);
  });

  test("bytes after what is known are left to later versions", () => {
    expect(decodeHello(Uint8Array.of(...encodeHello(hello), 1, 2, 3))).toEqual(hello);
  });

  test("any bytes give a body or a LinkError", () => {
    const decoders = [
      decodeHello,
      decodeHelloAck,
      decodeAck,
      decodeTimeAnswer,
      decodeCommand,
      decodeResult,
      (body: Uint8Array) => decodeUptime("TIME", body),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...decoders),
        fc.uint8Array({ maxLength: 60 }),
        (decode, body) => {
          try {
            decode(body);
          } catch (error) {
            expect(isLinkError(error) && error.code).toBe("LINK_MALFORMED_BODY");
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
