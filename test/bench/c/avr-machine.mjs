// An ATmega328P that counts: cycles and stack of what a firmware marks by writing to GPIOR0.
import { readFileSync } from "node:fs";
import { AVRClock, avrInstruction, CPU, clockConfig } from "avr8js";

const GPIOR0 = 0x3e;
const STACK_POINTER = 0x5d;
const PAINT = 0xc5;
/** Bytes below the stack pointer that are painted: far from the variables. */
const WINDOW = 900;
/** What a firmware writes to GPIOR0. */
const marks = { next: 1, begin: 2, end: 3 };
const MOST_CYCLES = 200_000_000;

/** The bytes of an Intel HEX file as the part's flash. */
function readHex(path) {
  const flash = new Uint8Array(0x8000);
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line.slice(7, 9) !== "00") continue;
    const length = Number.parseInt(line.slice(1, 3), 16);
    const address = Number.parseInt(line.slice(3, 7), 16);
    flash.set(Buffer.from(line.slice(9, 9 + 2 * length), "hex"), address);
  }
  return new Uint16Array(flash.buffer);
}

/**
 * Runs a firmware over rows.
 *
 * @param hexPath - its image
 * @param readingAt - address of its reading in RAM
 * @param rows - what stands there, one after the other
 * @returns cycles of each marked stretch, and the most stack that one took, in bytes
 */
export function runFirmware(hexPath, readingAt, rows) {
  const cpu = new CPU(readHex(hexPath), 0x800);
  new AVRClock(cpu, 16e6, clockConfig);
  const cycles = [];
  let stack = 0;
  let row = 0;
  let startedAt = 0;
  let top = 0;
  const pointer = () => cpu.dataView.getUint16(STACK_POINTER, true);
  while (cpu.cycles < MOST_CYCLES) {
    avrInstruction(cpu);
    const mark = cpu.data[GPIOR0];
    if (mark === 0) continue;
    cpu.data[GPIOR0] = 0;
    if (mark === marks.next) {
      if (row === rows.length) return { cycles, stack };
      cpu.data.set(rows[row++], readingAt);
    } else if (mark === marks.begin) {
      top = pointer();
      cpu.data.fill(PAINT, top - WINDOW, top + 1);
      startedAt = cpu.cycles;
    } else if (mark === marks.end) {
      cycles.push(cpu.cycles - startedAt);
      let low = top - WINDOW;
      while (low <= top && cpu.data[low] === PAINT) low++;
      stack = Math.max(stack, top - low + 1);
    }
  }
  throw new Error(`${hexPath} did not end`);
}
