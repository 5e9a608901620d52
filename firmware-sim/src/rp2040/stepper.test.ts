import fc from "fast-check";
import { RP2040 } from "rp2040js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stepperOf } from "./stepper.js";

const CODE_AT = 0x1000_0200;
const word = fc.integer({ min: 0, max: 0xffff_ffff });
/** Addresses where something is, and those where nothing is, beside any number. */
const value = fc.oneof(
  word,
  fc.integer({ min: 0x2000_0000, max: 0x2000_0400 }),
  fc.integer({ min: 0x1000_0000, max: 0x1000_0400 }),
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x2004_1ffc, 0x2004_1ffe),
);
const flags = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean());

let chips: readonly [RP2040, RP2040];
let told: string[];

beforeEach(() => {
  // It says so where a program is astray in SIO.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  chips = [new RP2040(), new RP2040()];
  const tell = (component: string, message: string) => told.push(`${component} ${message}`);
  for (const chip of chips) chip.logger = { debug() {}, info() {}, warn: tell, error: tell };
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** What there is of a chip before and after a step: registers, flags, and the first of its memory. */
function put(chip: RP2040, opcode: number, values: number[], [N, Z, C, V]: boolean[]): void {
  values.forEach((each, index) => {
    chip.core.registers[index] = each;
  });
  chip.core.registers[13] = (values[13] ?? 0) & ~3;
  chip.core.registers[15] = CODE_AT;
  Object.assign(chip.core, { N, Z, C, V, waiting: false, interruptsUpdated: false, PM: false });
  for (let at = 0; at < 0x500; at += 4) {
    chip.sramView.setUint32(at, Math.imul(at, 0x9e37_79b1), true);
    chip.flashView.setUint32(at, Math.imul(at, 0x85eb_ca6b), true);
  }
  chip.flash16[(CODE_AT - 0x1000_0000) >> 1] = opcode;
  // Half of what may be the second word of a call is one.
  chip.flash16[(CODE_AT - 0x1000_0000 + 2) >> 1] = (values[0] ?? 0) | 0xd000;
}

function stateOf({ core, sram }: RP2040) {
  const { registers, N, Z, C, V, waiting, PM } = core;
  return { registers: [...registers], N, Z, C, V, waiting, PM, sram: [...sram.subarray(0, 0x500)] };
}

test("a step is that of rp2040js, whatever the instruction, the registers and the flags", () => {
  const opcode = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0xb400, max: 0xb5ff }), // push
    fc.integer({ min: 0xbc00, max: 0xbdff }), // pop
    fc.integer({ min: 0xf000, max: 0xf7ff }), // bl
  );
  const registers = fc.array(value, { minLength: 15, maxLength: 15 });
  const [theirs, ours] = chips;
  const step = stepperOf(ours);
  fc.assert(
    fc.property(opcode, registers, flags, (instruction, values, marks) => {
      put(theirs, instruction, values, marks);
      put(ours, instruction, values, marks);
      told = [];
      const cycles = theirs.core.executeInstruction();
      const said = told;
      told = [];
      expect(step(1) || ours.core.executeInstruction()).toBe(cycles);
      expect(told).toEqual(said);
      expect(stateOf(ours)).toEqual(stateOf(theirs));
    }),
    { numRuns: 4000 },
  );
});
