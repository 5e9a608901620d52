import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toUf2, withBootChecksum } from "@bollard/firmware-sim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../testing/run.js";

let folder: string;
const forever = { interrupted: new Promise<void>(() => {}) };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-sim-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of these instructions, as a file. */
function program(name: string, words: readonly number[]): string {
  const bytes = words.flatMap((word) => [word & 0xff, word >> 8]);
  const record = [bytes.length, 0, 0, 0, ...bytes];
  const sum = -record.reduce((total, byte) => total + byte, 0) & 0xff;
  const file = join(folder, `${name}.hex`);
  writeFileSync(file, `:${Buffer.from([...record, sum]).toString("hex")}\n:00000001FF\n`);
  return file;
}

/** A Pico's program of these instructions in UF2: a boot stage that goes to the vectors, they, and them. */
function picoProgram(name: string, words: readonly number[]): string {
  const boot = [
    ...[0x4803, 0x4904, 0x6008, 0x6801, 0xf381, 0x8808, 0x6840, 0x4700],
    ...[0x0100, 0x1000, 0xed08, 0xe000],
  ];
  const image = Buffer.alloc(0x108 + 2 * words.length);
  image.set(withBootChecksum(Buffer.from(Uint16Array.from(boot).buffer)));
  image.writeUInt32LE(0x2004_0000, 0x100);
  image.writeUInt32LE(0x1000_0109, 0x104);
  image.set(Buffer.from(Uint16Array.from(words).buffer), 0x108);
  const file = join(folder, `${name}.uf2`);
  writeFileSync(file, toUf2(image, 0x1000_0000));
  return file;
}

/** rjmp itself */
const idle = () => program("idle", [0xcfff]);
/** ldi r16, 1; out SMCR, r16; again: sleep; rjmp again */
const sleeper = () => program("sleeper", [0xe001, 0xbf03, 0x9588, 0xcffe]);

describe("bollard sim board", () => {
  test("runs a program by its own clock, and tells what it took", async () => {
    const { code, out } = await run(
      ["sim", "board", idle(), "--duration", "500ms", "--json"],
      forever,
    );
    const told = JSON.parse(out);
    expect(code).toBe(0);
    expect(told.seconds).toBeCloseTo(0.5, 2);
    expect(told).toMatchObject({ messages: 0, sleptCycles: 0, stackBytes: 0, sent: 0 });
    expect(told.cycles).toBeGreaterThanOrEqual(8_000_000);
  });

  test("says where a program went wrong", async () => {
    const { code, err } = await run(["sim", "board", program("bad", [0x0000, 0x0001])], forever);
    expect(code).toBe(1);
    expect(err).toContain("bollard: There is no instruction at 0x0002: 0x0001\n  after 1 cycles");
  });

  test("shows each instruction", async () => {
    const { err } = await run(
      ["sim", "board", program("two", [0x0000, 0x0001]), "--trace"],
      forever,
    );
    expect(err).toContain("0000 0000 0\n0002 0001 1\n");
  });

  test("says that a program has not turned on its UART", async () => {
    const { err } = await run(["sim", "board", sleeper(), "--duration", "5s"], forever);
    expect(err).toContain("has not turned on its UART");
  });

  test("ends when it is asked to", async () => {
    const { code } = await run(["sim", "board", idle(), "--speed", "1", "--duration", "1h"]);
    expect(code).toBe(0);
  });
});

describe("bollard sim board with a Raspberry Pi Pico", () => {
  test("runs UF2 by its own clock", async () => {
    const { code, out } = await run(
      ["sim", "board", picoProgram("still", [0xe7fe]), "--duration", "100ms", "--json"],
      forever,
    );
    expect(code).toBe(0);
    // From its ring oscillator: it has set no clock.
    expect(JSON.parse(out)).toMatchObject({ messages: 0, sleptCycles: 0, resets: 0 });
    expect(JSON.parse(out).cycles).toBeCloseTo(650_000, -3);
  });

  test("shows each instruction, and says where a program went wrong", async () => {
    const { code, err } = await run(
      ["sim", "board", picoProgram("stray", [0x2001, 0x4700]), "--trace"],
      forever,
    );
    expect(code).toBe(1);
    expect(err).toMatch(/^10000108 2001 \d+\n1000010a 4700 \d+$/m);
    expect(err).toContain("bollard: There is no program at 0x00000000: the boot ROM");
  });

  test("is told from an Uno by its file, or by name", async () => {
    const file = picoProgram("uno", [0xe7fe]);
    const { code, err } = await run(["sim", "board", file, "--board", "uno"], forever);
    expect(code).toBe(1);
    expect(err).toContain("no record of Intel HEX");
    // A Pico's flash begins at 0x10000000.
    const hex = join(folder, "pico.hex");
    writeFileSync(hex, ":020000041000EA\n:00000001FF\n");
    expect((await run(["sim", "board", hex], forever)).err).toContain("no Pico would start this");
    const asPico = await run(["sim", "board", idle(), "--board", "pico"], forever);
    expect(asPico.err).toContain("does not fit this part");
  });
});

describe("bollard sim names what is wrong", () => {
  const table = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };

  test.each([
    ["no file", () => ["board", join(folder, "none.hex")], 1, /none\.hex cannot be read/],
    ["no Intel HEX", () => ["board", table("a.hex", "hello")], 1, /no record of Intel HEX.*line 1/],
    ["a speed", () => ["board", idle(), "--speed", "fast"], 2, /or max/],
    [
      "a name that is too long",
      () => ["board", idle(), "--id", "x".repeat(18)],
      1,
      /1 to 17 bytes/,
    ],
    [
      "a column of no sensor",
      () => ["board", idle(), "--readings", table("b.csv", "t,wind\n1,2\n")],
      1,
      /b\.csv:1 has no readings.*temperature/,
    ],
    [
      "a cell",
      () => ["board", idle(), "--readings", table("c.csv", "temperature\n1\nwarm\n")],
      1,
      /c\.csv:3 temperature: warm is not a number/,
    ],
    ["no program", () => ["serial"], 2, /--program/],
    ["a probability", () => ["serial", "--program", idle(), "--flip", "2"], 2, /from 0 to 1/],
    ["a board", () => ["serial", "--program", idle(), "--board", "due"], 2, /uno/],
  ])("%s", async (_, words, code, message) => {
    const outcome = await run(["sim", ...words()], forever);
    expect(outcome.err).toMatch(message);
    expect(outcome.code).toBe(code);
  });
});
