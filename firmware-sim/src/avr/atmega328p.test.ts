import { describe, expect, test } from "vitest";
import { isFirmwareSimError } from "../error.js";
import { Atmega328p } from "./atmega328p.js";
import { readIntelHex } from "./read-intel-hex.js";

/** Enables the UART at its fastest, waits for a byte, marks it, sends it back, and again. */
const echo = programOf([
  0xe108, // ldi r16, 0x18: RXEN0, TXEN0
  ...[0x9300, 0x00c1], // sts UCSR0B, r16
  ...[0x9100, 0x00c0], // wait: lds r16, UCSR0A
  0xff07, // sbrs r16, 7: RXC0
  0xcffc, // rjmp wait
  ...[0x9100, 0x00c6], // lds r16, UDR0
  0xbb0e, // out GPIOR0, r16
  ...[0x9300, 0x00c6], // sts UDR0, r16
  0xcff6, // rjmp wait
]);

function programOf(words: readonly number[]): string {
  const bytes = words.flatMap((word) => [word & 0xff, word >> 8]);
  return `${recordOf([bytes.length, 0, 0, 0, ...bytes])}\n:00000001FF\n`;
}

function recordOf(bytes: readonly number[]): string {
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return `:${Buffer.from([...bytes, -sum & 0xff]).toString("hex")}`;
}

describe("Atmega328p", () => {
  test("runs a program: its UART answers, and its marks are told with their cycle", () => {
    const sent: number[] = [];
    const marks: number[] = [];
    const board = new Atmega328p({
      program: echo,
      onByte: (byte) => sent.push(byte),
      onMark: (value, cycles) => {
        marks.push(value);
        expect(cycles).toBeLessThanOrEqual(board.cycles);
      },
    });
    board.run(1);
    expect([sent, board.timeMs >= 1]).toEqual([[], true]);
    board.receive(Uint8Array.of(7, 0, 255));
    board.run(1000, () => sent.length === 3);
    expect([sent, marks]).toEqual([
      [7, 0, 255],
      [7, 0, 255],
    ]);
    expect(board.cycles).toBeLessThan(16_000 * 5);
  });
});

describe("readIntelHex", () => {
  test("places records, and leaves the rest erased", () => {
    const text = [recordOf([2, 0, 4, 0, 1, 2]), recordOf([0, 0, 0, 1])].join("\r\n");
    expect([...readIntelHex(text, 8)]).toEqual([255, 255, 255, 255, 1, 2, 255, 255]);
  });

  test.each([
    ["no record", "hello"],
    ["a wrong checksum", ":0200040001020a"],
    ["a wrong length", ":0300040001 02f7".replace(" ", "")],
    ["what does not fit", recordOf([2, 0, 7, 0, 1, 2])],
    ["no end", recordOf([2, 0, 4, 0, 1, 2])],
  ])("refuses %s, naming the line", (_, text) => {
    try {
      readIntelHex(text, 8);
      expect.unreachable();
    } catch (error) {
      expect(isFirmwareSimError(error) && error.code).toBe("SIM_BAD_PROGRAM");
      expect(String(error)).toMatch(/line [12]/);
    }
  });
});
