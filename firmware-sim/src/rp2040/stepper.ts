import type { RP2040 } from "rp2040js";
import { FLASH_START } from "./addresses.js";
import { plainMemoryOf } from "./plain-memory.js";

/** By their first bits. */
const PUSH = 0b1011010;
const SUBTRACT_FROM_SP = 0b101100001;
const SIGN = 0x8000_0000;

/**
 * Runs instructions of a part's first core as rp2040js does, and faster: those that programs are mostly
 * made of, found by their first five bits. It stops before any other, which is left to rp2040js: whatever
 * touches more than flash and memory, or may be interrupted. It stops where the stack grows.
 *
 * @returns a function that runs for `room` cycles, or a few more where the last instruction takes them, and
 *   returns how many it took; 0: the next instruction is none of these
 * @see ARMv6-M Architecture Reference Manual, section A5.2
 */
export function stepperOf(chip: RP2040): (room: number) => number {
  const { core, flash16, sramView } = chip;
  const { registers } = core;
  const flashBytes = 2 * flash16.length;
  const sramBytes = sramView.byteLength;
  const { loadWord, loadHalf, loadByte, storeWord, storeHalf, storeByte, memoryAt } =
    plainMemoryOf(chip);

  const reg = (index: number) => registers[index & 7] as number;

  function logic(target: number, result: number): void {
    registers[target & 7] = result;
    core.N = (result & SIGN) !== 0;
    core.Z = result === 0;
  }

  function add(a: number, b: number): number {
    const sum = a + b;
    const result = sum | 0;
    core.N = result < 0;
    core.Z = result === 0;
    core.C = sum > 0xffff_ffff;
    core.V = ((a ^ result) & (b ^ result)) < 0;
    return result;
  }

  function subtract(a: number, b: number): number {
    const result = (a - b) | 0;
    core.N = result < 0;
    core.Z = result === 0;
    core.C = a >= b;
    core.V = ((a ^ b) & (a ^ result)) < 0;
    return result;
  }

  function isTrue(condition: number): boolean {
    const { N, Z, C, V } = core;
    switch (condition) {
      case 0:
        return Z;
      case 1:
        return !Z;
      case 2:
        return C;
      case 3:
        return !C;
      case 4:
        return N;
      case 5:
        return !N;
      case 6:
        return V;
      case 7:
        return !V;
      case 8:
        return C && !Z;
      case 9:
        return !C || Z;
      case 10:
        return N === V;
      case 11:
        return N !== V;
      case 12:
        return N === V && !Z;
      default:
        return N !== V || Z;
    }
  }

  /** What is done with the two low registers: section A5.2.2. @returns 0: nothing is done */
  function process(opcode: number): number {
    const target = opcode & 7;
    const a = reg(opcode);
    const b = reg(opcode >> 3);
    switch ((opcode >> 6) & 0xf) {
      case 0b0000:
        logic(target, a & b);
        return 1;
      case 0b0001:
        logic(target, a ^ b);
        return 1;
      case 0b0010: {
        const shift = b & 0xff;
        if (shift) core.C = (a & (1 << (32 - shift))) !== 0;
        logic(target, shift >= 32 ? 0 : a << shift);
        return 1;
      }
      case 0b0011: {
        const shift = b & 0xff;
        core.C = shift <= 32 && ((a >>> (shift - 1)) & 1) !== 0;
        logic(target, shift < 32 ? a >>> shift : 0);
        return 1;
      }
      case 0b1001:
        registers[target] = subtract(0, b);
        return 1;
      case 0b1000: {
        const result = a & b;
        core.N = (result & SIGN) !== 0;
        core.Z = result === 0;
        return 1;
      }
      case 0b1010:
        subtract(a, b);
        return 1;
      case 0b1100:
        logic(target, a | b);
        return 1;
      case 0b1101:
        logic(target, Math.imul(a, b));
        return 1;
      case 0b1110:
        logic(target, a & ~b);
        return 1;
      case 0b1111:
        logic(target, ~b);
        return 1;
      default:
        return 0;
    }
  }

  /** Loads and stores by two registers. @returns 0: nothing is done */
  function byRegisters(opcode: number): number {
    const target = opcode & 7;
    const address = (reg(opcode >> 3) + reg(opcode >> 6)) >>> 0;
    switch ((opcode >> 9) & 7) {
      case 0b000:
        return storeWord(address, reg(opcode));
      case 0b001:
        return storeHalf(address, reg(opcode));
      case 0b010:
        return storeByte(address, reg(opcode));
      case 0b100:
        return loadWord(target, address);
      case 0b110:
        return loadByte(target, address);
      case 0b101:
        return loadHalf(target, address);
      default:
        return 0;
    }
  }

  /** Adds and subtracts of registers and small constants. */
  function small(opcode: number): number {
    const target = opcode & 7;
    const a = reg(opcode >> 3);
    const b = (opcode >> 6) & 7;
    switch ((opcode >> 9) & 3) {
      case 0:
        registers[target] = add(a, reg(b));
        return 1;
      case 1:
        registers[target] = subtract(a, reg(b));
        return 1;
      case 2:
        registers[target] = add(a, b);
        return 1;
      default:
        registers[target] = subtract(a, b);
        return 1;
    }
  }

  /** What becomes of a byte or a half word, and moves of the stack pointer: section A5.2.5. */
  function extend(opcode: number): number {
    const value = reg(opcode >> 3);
    switch ((opcode >> 6) & 0x1f) {
      case 0b00000:
      case 0b00001:
        registers[13] = (registers[13] as number) + ((opcode & 0x7f) << 2);
        return 1;
      case 0b00010:
      case 0b00011:
        registers[13] = (registers[13] as number) - ((opcode & 0x7f) << 2);
        return 1;
      case 0b01000:
        registers[opcode & 7] = (value << 16) >> 16;
        return 1;
      case 0b01001:
        registers[opcode & 7] = (value << 24) >> 24;
        return 1;
      case 0b01010:
        registers[opcode & 7] = value & 0xffff;
        return 1;
      case 0b01011:
        registers[opcode & 7] = value & 0xff;
        return 1;
      default:
        return 0;
    }
  }

  function move(from: number, opcode: number): number {
    const to = ((opcode >> 4) & 8) | (opcode & 7);
    if (from === 15 || to === 13 || to === 15) return 0;
    registers[to] = registers[from] as number;
    return 1;
  }

  /** @param list - the low registers, a bit each, and behind them the link register */
  function push(list: number): number {
    const bytes = 4 * countOf(list);
    const start = (registers[13] as number) - bytes;
    let at = memoryAt(start, 3);
    if (at < 0 || at + bytes > sramBytes) return 0;
    for (let index = 0; index < 8; index++) {
      if (((list >> index) & 1) === 0) continue;
      sramView.setUint32(at, registers[index] as number, true);
      at += 4;
    }
    if (list & 0x100) sramView.setUint32(at, registers[14] as number, true);
    registers[13] = start;
    return 1 + countOf(list & 0xff);
  }

  /** @param list - the low registers, a bit each, and behind them the program counter */
  function pop(list: number): number {
    const bytes = 4 * countOf(list);
    const start = registers[13] as number;
    let at = memoryAt(start, 3);
    if (at < 0 || at + bytes > sramBytes) return 0;
    const next = list & 0x100 ? sramView.getUint32(at + bytes - 4, true) : 0;
    // The return from an interrupt.
    if (next >>> 28 === 0xf) return 0;
    for (let index = 0; index < 8; index++) {
      if (((list >> index) & 1) === 0) continue;
      registers[index] = sramView.getUint32(at, true);
      at += 4;
    }
    registers[13] = start + bytes;
    if ((list & 0x100) === 0) return 1 + countOf(list);
    registers[15] = (next & ~1) - 2;
    return 3 + countOf(list & 0xff);
  }

  /** BX; not the return from an interrupt. */
  function branchTo(register: number): number {
    const address = registers[register] as number;
    if (register === 15 || address >>> 28 === 0xf) return 0;
    registers[15] = (address & ~1) - 2;
    return 2;
  }

  /** BL: section A6.7.13. */
  function call(high: number, low: number, pc: number): number {
    if ((low & 0xd000) !== 0xd000) return 0;
    const sign = (high >> 10) & 1;
    const i1 = 1 - (sign ^ ((low >> 13) & 1));
    const i2 = 1 - (sign ^ ((low >> 11) & 1));
    const ahead = (i1 << 22) | (i2 << 21) | ((high & 0x3ff) << 11) | (low & 0x7ff);
    registers[14] = (pc + 4) | 1;
    registers[15] = pc + 2 + ((ahead << 1) - (sign << 24));
    return 3;
  }

  /** @returns cycles; 0: nothing is done */
  function take(opcode: number, pc: number): number {
    switch (opcode >> 11) {
      case 0b00000: {
        const shift = (opcode >> 6) & 0x1f;
        const input = reg(opcode >> 3);
        if (shift) core.C = ((input >>> (32 - shift)) & 1) !== 0;
        logic(opcode, input << shift);
        return 1;
      }
      case 0b00001: {
        const shift = (opcode >> 6) & 0x1f;
        const input = reg(opcode >> 3);
        core.C = ((input >>> (shift ? shift - 1 : 31)) & 1) !== 0;
        logic(opcode, shift ? input >>> shift : 0);
        return 1;
      }
      case 0b00011:
        return small(opcode);
      case 0b00100:
        logic(opcode >> 8, opcode & 0xff);
        return 1;
      case 0b00101:
        subtract(reg(opcode >> 8), opcode & 0xff);
        return 1;
      case 0b00110:
        registers[(opcode >> 8) & 7] = add(reg(opcode >> 8), opcode & 0xff);
        return 1;
      case 0b00111:
        registers[(opcode >> 8) & 7] = subtract(reg(opcode >> 8), opcode & 0xff);
        return 1;
      case 0b01000:
        if ((opcode & 0x0400) === 0) return process(opcode);
        // Moves among all registers but the stack pointer and the program counter.
        if ((opcode & 0x0300) === 0x0200) return move((opcode >> 3) & 0xf, opcode);
        return (opcode & 0x0387) === 0x0300 ? branchTo((opcode >> 3) & 0xf) : 0;
      case 0b01001:
        return loadWord((opcode >> 8) & 7, ((pc + 4) & ~3) + ((opcode & 0xff) << 2));
      case 0b01010:
      case 0b01011:
        return byRegisters(opcode);
      case 0b01100:
        return storeWord(reg(opcode >> 3) + ((opcode >> 4) & 0x7c), reg(opcode));
      case 0b01101:
        return loadWord(opcode & 7, reg(opcode >> 3) + ((opcode >> 4) & 0x7c));
      case 0b01110:
        return storeByte(reg(opcode >> 3) + ((opcode >> 6) & 0x1f), reg(opcode));
      case 0b01111:
        return loadByte(opcode & 7, reg(opcode >> 3) + ((opcode >> 6) & 0x1f));
      case 0b10000:
        return storeHalf(reg(opcode >> 3) + ((opcode >> 5) & 0x3e), reg(opcode));
      case 0b10001:
        return loadHalf(opcode & 7, reg(opcode >> 3) + ((opcode >> 5) & 0x3e));
      case 0b10010:
        return storeWord((registers[13] as number) + ((opcode & 0xff) << 2), reg(opcode >> 8));
      case 0b10011:
        return loadWord((opcode >> 8) & 7, (registers[13] as number) + ((opcode & 0xff) << 2));
      case 0b10110:
        if ((opcode & 0x0600) === 0x0400) return push(opcode & 0x1ff);
        return extend(opcode);
      case 0b10111:
        return (opcode & 0x0600) === 0x0400 ? pop(opcode & 0x1ff) : 0;
      case 0b11010:
      case 0b11011: {
        const condition = (opcode >> 8) & 0xf;
        if (condition >= 14) return 0;
        if (!isTrue(condition)) return 1;
        registers[15] = pc + 2 + ((opcode << 24) >> 23);
        return 2;
      }
      case 0b11110:
        return call(opcode, flash16[(pc + 2 - FLASH_START) >> 1] ?? 0, pc);
      case 0b11100:
        registers[15] = pc + 2 + ((opcode << 21) >> 20);
        return 2;
      default:
        return 0;
    }
  }

  return (room) => {
    let cycles = 0;
    while (cycles < room) {
      const pc = registers[15] as number;
      const at = pc - FLASH_START;
      if (at < 0 || at >= flashBytes) break;
      const opcode = flash16[at >> 1] as number;
      const took = take(opcode, pc);
      if (took === 0) break;
      registers[15] = (registers[15] as number) + 2;
      cycles += took;
      // How deep the stack is now is looked at outside.
      if (opcode >> 9 === PUSH || opcode >> 7 === SUBTRACT_FROM_SP) break;
    }
    return cycles;
  };
}

function countOf(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
