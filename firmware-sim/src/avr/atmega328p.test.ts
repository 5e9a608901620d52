import { describe, expect, test } from "vitest";
import { type BoardFault, formatFault } from "../board/board-fault.js";
import { readIntelHex } from "../board/read-intel-hex.js";
import { isFirmwareSimError } from "../error.js";
import { programOf, recordOf } from "../testing/program-of.js";
import { Atmega328p } from "./atmega328p.js";

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

  test("drives a pin and reads one, also after its watchdog has reset it", () => {
    // It shows on pin 13 what is at pin 2.
    const board = new Atmega328p({
      program: programOf([
        0x9a25, // sbi DDRB, 5
        0x994a, // again: sbic PIND, 2
        0x9a2d, // sbi PORTB, 5
        0x9b4a, // sbis PIND, 2
        0x982d, // cbi PORTB, 5
        0xcffb, // rjmp again
      ]),
    });
    expect(board.pinLevel(13)).toBeUndefined();
    board.run(1);
    expect(board.pinLevel(13)).toBe(false);
    board.setPin(2, true);
    board.run(1);
    expect([board.pinLevel(13), board.pinLevel(2)]).toEqual([true, undefined]);

    const again = new Atmega328p({
      program: programOf([
        ...[0xe100, 0xe018], // ldi r16, 0x10 (WDCE is 4); ldi r17, 0x08 (WDE, 16 ms)
        ...[0x6008, 0x9300, 0x0060], // ori r16, 8; sts WDTCSR, r16
        ...[0x9310, 0x0060], // sts WDTCSR, r17
        ...[0x9a25, 0x994a, 0x9a2d, 0xcffd], // as above, and never off
      ]),
    });
    again.setPin(2, true);
    again.run(50);
    expect(again.counts.resets).toBeGreaterThan(0);
    expect(again.pinLevel(13)).toBe(true);
  });
});

describe("a program that goes wrong stops its own board, and says where", () => {
  const faultOf = (program: string) => {
    const board = new Atmega328p({ program });
    board.run(10);
    return board.fault;
  };

  test("at what is no instruction", () => {
    const fault = faultOf(programOf([0x0000, 0x0001]));
    expect(fault).toMatchObject({ kind: "illegal-opcode", pc: 2 });
    expect(fault?.message).toBe("There is no instruction at 0x0002: 0x0001");
  });

  test("in erased flash, where a program without an end arrives", () => {
    expect(faultOf(programOf([0x0000]))).toMatchObject({ kind: "illegal-opcode", pc: 2 });
  });

  test("where the stack grows into the program's data", () => {
    const program = programOf([
      0xe021, // ldi r18, 0x01
      0x3fa0, // cpi r26, 0xf0
      0x07b2, // cpc r27, r18: the data ends at 0x1f0
      0xd000 | 0xfff, // rcall itself
    ]);
    const fault = faultOf(program);
    expect(fault).toMatchObject({ kind: "stack-overflow", pc: 6, sp: 0x1ed });
    expect(fault?.message).toContain("it is below 0x01f0");
    expect(formatFault(fault as BoardFault)).toContain("stack   0");
  });

  test("where it turns on what is not simulated", () => {
    // ldi r16, 0x40; out SPCR, r16
    const fault = faultOf(programOf([0xe400, 0xbd0c, 0xcfff]));
    expect(fault).toMatchObject({ kind: "unsupported-peripheral", pc: 2 });
    expect(fault?.message).toContain("SPI");
  });
});

describe("sleep", () => {
  /** ldi r16, 1; out SMCR, r16; again: sleep; rjmp again */
  const sleeper = [0xe001, 0xbf03, 0x9588, 0xcffe];

  test("without an interrupt it lasts for ever, and costs nothing", () => {
    const board = new Atmega328p({ program: programOf(sleeper) });
    board.run(3_600_000);
    expect(board.timeMs).toBeGreaterThanOrEqual(3_600_000);
    expect(board.counts.cycles - board.counts.sleptCycles).toBeLessThan(10);
  });

  test("a timer's interrupt wakes it, as often as the timer says", () => {
    const wakes: number[] = [];
    const board = new Atmega328p({
      program: programOf([
        0xc033, // rjmp main, behind the vectors
        ...Array(51).fill(0x9518), // reti
        0xe001, // main: ldi r16, 1
        0xbf03, // out SMCR, r16
        0xe005, // ldi r16, 5: timer 0 by 1024
        0xbd05, // out TCCR0B, r16
        0xe001, // ldi r16, 1: its overflow
        ...[0x9300, 0x006e], // sts TIMSK0, r16
        0x9478, // sei
        0x9588, // again: sleep
        0xbb0e, // out GPIOR0, r16
        0xcffd, // rjmp again
      ]),
      onMark: (_, cycles) => wakes.push(cycles),
    });
    board.run(1000);
    // 16 MHz / 1024 / 256 is 61 a second.
    expect(wakes).toHaveLength(61);
    const apart = wakes.slice(1).map((cycles, index) => cycles - (wakes[index] ?? 0));
    expect(Math.max(...apart) - Math.min(...apart)).toBeLessThan(300);
    expect(board.counts.sleptCycles / board.counts.cycles).toBeGreaterThan(0.99);
  });
});

test("a UART that is off takes nothing, and counts it", () => {
  const board = new Atmega328p({ program: programOf([0xcfff]) });
  board.receive(Uint8Array.of(1, 2, 3));
  board.run(1);
  expect(board.baudRate).toBeUndefined();
  expect(board.counts).toMatchObject({ received: 0, notTaken: 3 });
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
