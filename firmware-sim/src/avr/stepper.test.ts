import { avrInstruction, CPU } from "avr8js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stepperOf } from "./stepper.js";

const WORDS = 16_384;
const SRAM = 2048;
const byte = fc.integer({ min: 0, max: 255 });
/** Pointers into the memory, into the registers, and anywhere. */
const pointer = fc.oneof(
  fc.integer({ min: 0x100, max: 0x8ff }),
  fc.integer({ min: 0, max: 0x120 }),
  fc.integer({ min: 0x8f0, max: 0x910 }),
  fc.integer({ min: 0, max: 0xffff }),
);

function make(): CPU {
  const cpu = new CPU(new Uint16Array(WORDS), SRAM);
  // A register of the part that tells that it was touched.
  for (let address = 0x20; address < 0x100; address++) {
    if (address === 93 || address === 94 || address === 95) continue;
    cpu.readHooks[address] = () => (cpu.data[0x21] as number) ^ 0x5a;
  }
  return cpu;
}

test("instructions are those of avr8js, whatever the registers, the flags and the pointers", () => {
  const [theirs, ours] = [make(), make()];
  const run = stepperOf(ours);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 3, maxLength: 12 }),
      fc.array(byte, { minLength: 26, maxLength: 26 }),
      fc.tuple(pointer, pointer, pointer, pointer),
      byte,
      fc.constantFrom(0, 5, WORDS - 2),
      (program, registers, [x, y, z, sp], status, start) => {
        for (const cpu of [theirs, ours]) {
          cpu.progMem.fill(0);
          program.forEach((word, index) => {
            cpu.progMem[(start + index) % WORDS] = word;
          });
          for (let at = 0x100; at < cpu.data.length; at++) cpu.data[at] = (at * 167) >> 3;
          cpu.data.fill(0, 0, 0x100);
          cpu.data.set(registers);
          const view = cpu.dataView;
          [x, y, z].forEach((value, index) => void view.setUint16(26 + 2 * index, value, true));
          view.setUint16(93, sp, true);
          cpu.data[95] = status;
          cpu.pc = start;
          cpu.cycles = 0;
        }
        // Instruction by instruction, the one that is not plain by avr8js in both.
        for (let count = 0; count < program.length; count++) {
          const from = ours.cycles;
          avrInstruction(theirs);
          run(from + 1);
          if (ours.cycles === from) avrInstruction(ours);
          expect({ pc: ours.pc, cycles: ours.cycles }).toEqual({
            pc: theirs.pc,
            cycles: theirs.cycles,
          });
          expect(Buffer.compare(ours.data, theirs.data)).toBe(0);
          if (ours.pc < 0 || ours.pc >= WORDS) return;
        }
      },
    ),
    { numRuns: 3000 },
  );
});
