import { describe, expect, test } from "vitest";
import { formatFault } from "../board/board-fault.js";
import { imageHex, picoImageOf, picoProgramOf } from "../testing/pico-program.js";
import { type Rp2040Options, Rp2040Part } from "./rp2040-part.js";
import { toUf2 } from "./uf2.js";

/** b . */
const FOREVER = 0xe7fe;

function run(words: readonly number[], ms = 1, options: Partial<Rp2040Options> = {}): Rp2040Part {
  const part = new Rp2040Part({ program: picoProgramOf(words), ...options });
  part.run(ms);
  return part;
}

/** Loads a word into a register from behind the code: `ldr rN, [pc, #offset]`. */
const load = (register: number, words: number) => 0x4800 | (register << 8) | words;
const wordOf = (value: number) => [value & 0xffff, value >>> 16];

describe("a program", () => {
  test("runs from its boot stage on, by the clock that it has not set yet", () => {
    const part = run([0x2001, FOREVER], 2); // movs r0, #1
    expect(part.fault).toBeUndefined();
    expect(part.timeMs).toBeCloseTo(2, 3);
    expect(part.frequencyHz).toBe(6_500_000);
    expect(part.counts.cycles).toBeCloseTo(13_000, -2);
    expect(part.baudRate).toBeUndefined();
  });

  test("is the same in UF2", () => {
    const image = picoImageOf([0x2001, FOREVER]);
    const part = new Rp2040Part({ program: toUf2(image, 0x1000_0000) });
    part.run(1);
    expect(part.fault).toBeUndefined();
    expect(part.counts.cycles).toBeGreaterThan(6000);
  });

  test("tells how deep its stack was", () => {
    // push {r0-r7}; push {r0-r3}
    expect(run([0xb4ff, 0xb40f, FOREVER]).counts.stackBytes).toBe(48);
  });

  test("converts what is at an analogue input, and marks it", () => {
    const marks: number[][] = [];
    run(
      [
        ...[load(0, 5), load(1, 6), 0x6001], // ADC's CS = input 1, start once, on
        ...[0x6802, 0x05d2, 0xd5fc], // until it is ready
        ...[0x6842, load(3, 4), 0x611a, 0x60d9], // RESULT to SCRATCH1, then SCRATCH0
        ...[FOREVER, 0xbf00],
        ...[...wordOf(0x4004_c000), ...wordOf(0x1005), ...wordOf(0x4005_8000)],
      ],
      1,
      {
        analog: (channel) => (channel === 1 ? 1.65 : 0),
        onMark: (mark, number) => marks.push([mark, number]),
      },
    );
    expect(marks).toEqual([[0x1005, 2048]]);
  });

  test("drives a pin and reads one", () => {
    // GP2 to SIO and high, then it copies GP3 to it for ever.
    const part = run([
      ...[load(0, 7), load(1, 8), 0x2205, 0x6002], // ctrl of GP2 = 5
      ...[0x2204, 0x624a], // GPIO_OE_SET = 1 << 2
      0x684a, // again: ldr r2, [r1, #4]: GPIO_IN
      ...[0x0852, 0x2304, 0x401a], // lsrs 1; and 4
      ...[0x614a, 0x43d2, 0x401a, 0x618a], // GPIO_OUT_SET; mvns; GPIO_OUT_CLR
      ...[0xe7f5, 0xbf00], // b again
      ...wordOf(0x4001_4014),
      ...wordOf(0xd000_0000),
    ]);
    expect(part.fault && formatFault(part.fault)).toBeUndefined();
    expect(part.pinLevel(2)).toBe(false);
    part.setPin(3, true);
    part.run(1);
    expect(part.pinLevel(2)).toBe(true);
    expect(part.pinLevel(3)).toBeUndefined();
  });
});

describe("a program that goes wrong stops with its place", () => {
  test.each([
    ["no instruction of this part", [0xb900], "illegal-opcode", /no instruction at 0x10000108/],
    ["a breakpoint", [0xbe07], "illegal-opcode", /stopped itself at 0x10000108: 7/],
    ["erased flash", [0xe010], "illegal-opcode", /no instruction at 0x1000012c/],
    // movs r0, #1; bx r0
    ["the boot ROM", [0x2001, 0x4700], "illegal-opcode", /at 0x00000000: the boot ROM/],
    // ldr r0, =0x30000000; ldr r1, [r0]
    [
      "an address of nothing",
      [load(0, 0), 0x6801, ...wordOf(0x3000_0000)],
      "bad-address",
      /at 0x1000010a went astray: .*30000000/,
    ],
    // ldr r0, =0x20000002; ldr r1, [r0]
    [
      "a word at no word's address",
      [load(0, 0), 0x6801, ...wordOf(0x2000_0002)],
      "bad-address",
      /not 32 bit aligned/,
    ],
    // ldr r0, =ROSC; ldr r1, [r0]
    [
      "a part that is not simulated",
      [load(0, 0), 0x6801, ...wordOf(0x4006_0000)],
      "unsupported-peripheral",
      /at 0x1000010a used ROSC_BASE/,
    ],
  ] as const)("%s", (_, words, kind, message) => {
    const { fault } = run(words);
    expect(fault).toMatchObject({ kind });
    expect(fault?.message).toMatch(message);
  });

  test("a stack below its data that leaves the memory", () => {
    const program = picoProgramOf([0xb4ff, 0xe7fd], 0x2000_0100); // push {r0-r7}; b to it
    const part = new Rp2040Part({ program });
    part.run(1);
    expect(part.fault).toMatchObject({ kind: "stack-overflow" });
    expect(part.fault?.message).toContain("below the memory at 0x10000108");
    expect(part.counts.stackBytes).toBeGreaterThanOrEqual(256);
    part.run(1);
    expect(part.timeMs).toBeLessThan(1);
  });
});

describe("no program for it", () => {
  const good = picoImageOf([FOREVER]);
  const uf2 = toUf2(good, 0x1000_0000);
  const changed = (bytes: Uint8Array, at: number, byte: number) =>
    Uint8Array.from(bytes, (old, index) => (index === at ? byte : old));

  test.each([
    ["a wrong checksum of the boot stage", imageHex(changed(good, 3, 0)), /no Pico would start/],
    ["a program for another part", ":020000040000FA\n:0100000000FF\n:00000001FF\n", /does not fit/],
    ["no UF2 and no HEX", "hello", /no record of Intel HEX.*line 1/],
    ["UF2 cut short", uf2.subarray(0, 700), /cut short.*block 1/],
    ["UF2 for another family", changed(uf2, 28, 0), /another part, of the family 0xe48bff00/],
    ["UF2 with a block of something else", changed(uf2, 512, 0), /no block of UF2.*block 1/],
    ["UF2 beyond the flash", toUf2(good, 0x1020_0000), /does not fit.*0x10200000/],
  ] as const)("%s", (_, program, message) => {
    expect(() => new Rp2040Part({ program })).toThrow(message);
  });

  test("settings that are longer than a sector", () => {
    const program = picoProgramOf([FOREVER]);
    expect(() => new Rp2040Part({ program, settings: new Uint8Array(4097) })).toThrow(
      "at most 4096",
    );
  });
});
