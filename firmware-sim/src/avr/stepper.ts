import type { CPU } from "avr8js";

/** Where the SRAM begins: below are registers, each of which may do something. */
const SRAM_START = 0x100;
const SREG = 95;
const SP = 93;
/** Flags of SREG. */
const C = 1;
const Z = 2;
const N = 4;
const V = 8;
const S = 16;
const H = 32;

/**
 * Runs instructions of a part as avr8js does, and faster: those that programs are mostly made of, found by
 * their first six bits. It stops before any other, which is left to avr8js: whatever touches a register of
 * the part, pushes to the stack, or may let an interrupt in.
 *
 * @returns a function that runs until the part's cycles reach `end`, or a few more where the last instruction
 *   takes them
 * @see AVR Instruction Set Manual, DS40002198
 */
export function stepperOf(cpu: CPU): (end: number) => void {
  const { data, progMem, progBytes } = cpu;
  const words = progMem.length;
  const bytes = data.length;

  const flags = (value: number) => (value === 0 ? Z : 0) | (value & 0x80 ? N : 0);

  /** S is N and V, one of them and not both. */
  function put(kept: number, changed: number): void {
    const sign = ((changed >> 2) ^ (changed >> 3)) & 1 ? S : 0;
    data[SREG] = ((data[SREG] as number) & kept) | changed | sign;
  }

  function logic(target: number, result: number): void {
    data[target] = result;
    put(0xe1, flags(result));
  }

  function add(target: number, a: number, b: number, carry: number): void {
    const sum = a + b + carry;
    const result = sum & 0xff;
    data[target] = result;
    const overflow = (result ^ b) & (result ^ a) & 0x80 ? V : 0;
    const half = ((a & b) | (b & ~result) | (~result & a)) & 1 ? H : 0;
    put(0xc0, flags(result) | overflow | half | (sum > 0xff ? C : 0));
  }

  /** @param zero - what Z is where the result is 0 */
  function subtract(a: number, b: number, borrow: number, zero: number): number {
    const result = a - b - borrow;
    const overflow = (a ^ b) & (a ^ result) & 0x80 ? V : 0;
    const half = ((~a & b) | (b & result) | (result & ~a)) & 1 ? H : 0;
    const isZero = result === 0 ? zero : 0;
    const sign = result & 0x80 ? N : 0;
    put(0xc0, isZero | sign | overflow | half | (b + borrow > a ? C : 0));
    return result;
  }

  const pair = (register: number) =>
    (data[register] as number) | ((data[register + 1] as number) << 8);

  function putPair(register: number, value: number): void {
    data[register] = value;
    data[register + 1] = value >> 8;
  }

  /** A shift to the right. @param top - what comes in */
  function shift(target: number, top: number): void {
    const value = data[target] as number;
    const result = (value >> 1) | top;
    data[target] = result;
    const carry = value & 1;
    const negative = (result >> 7) & 1;
    put(0xe0, flags(result) | carry | (negative ^ carry ? V : 0));
  }

  /** One register: section 4 of the manual, 1001 010d dddd. @returns false: nothing is done */
  function one(opcode: number): boolean {
    const target = (opcode >> 4) & 0x1f;
    const value = data[target] as number;
    switch (opcode & 0xf) {
      case 0x0: // COM
        data[target] = 255 - value;
        put(0xe0, flags(255 - value) | C);
        return true;
      case 0x2: // SWAP
        data[target] = (value << 4) | (value >> 4);
        return true;
      case 0x3: // INC
        data[target] = value + 1;
        put(0xe1, flags((value + 1) & 0xff) | (value === 127 ? V : 0));
        return true;
      case 0x5: // ASR
        shift(target, value & 0x80);
        return true;
      case 0x6: // LSR
        shift(target, 0);
        return true;
      case 0x7: // ROR
        shift(target, ((data[SREG] as number) & 1) << 7);
        return true;
      case 0xa: // DEC; avr8js takes -1 for what it is
        data[target] = value - 1;
        put(0xe1, flags(value - 1) | (value === 128 ? V : 0));
        return true;
      default:
        return false;
    }
  }

  /** ADIW and SBIW. */
  function wide(opcode: number): void {
    const register = 24 + ((opcode >> 3) & 6);
    const constant = (opcode & 0xf) | ((opcode >> 2) & 0x30);
    const value = pair(register);
    if ((opcode & 0x100) === 0) {
      const result = (value + constant) & 0xffff;
      putPair(register, result);
      const top = result & 0x8000 ? N | (value & 0x8000 ? 0 : V) : 0;
      put(0xe0, (result === 0 ? Z : 0) | top | (~result & value & 0x8000 ? C : 0));
      return;
    }
    const result = value - constant;
    putPair(register, result);
    const half = ((~value & constant) | (constant & result) | (result & ~value)) & 1 ? H : 0;
    const top = (result & 0x8000 ? N : 0) | (value & ~result & 0x8000 ? V : 0);
    put(0xc0, (result === 0 ? Z : 0) | top | half | (constant > value ? C : 0));
  }

  const isPlain = (address: number) => address >= SRAM_START && address < bytes;

  /** LD and ST by X, Y and Z, with their steps; POP, LPM. @returns cycles over one; -1: nothing is done */
  function move(opcode: number): number {
    const register = (opcode >> 4) & 0x1f;
    const isStore = (opcode & 0x200) !== 0;
    const how = opcode & 0xf;
    if (how === 0xf && !isStore) {
      const top = pair(SP) + 1;
      if (!isPlain(top)) return -1;
      putPair(SP, top);
      data[register] = data[top] as number;
      return 1;
    }
    if ((how === 0x4 || how === 0x5) && !isStore) {
      const z = pair(30);
      data[register] = progBytes[z] as number;
      if (how === 0x5) putPair(30, z + 1);
      return 2;
    }
    const pointer = pointers[how] as number;
    if (pointer === 0) return -1;
    const step = steps[how] as number;
    const from = pair(pointer);
    const address = step < 0 ? from - 1 : from;
    if (!isPlain(address)) return -1;
    if (isStore) {
      const value = data[register] as number;
      data[address] = value;
      if (step !== 0) putPair(pointer, from + step);
      return 1;
    }
    if (step < 0) putPair(pointer, address);
    data[register] = data[address] as number;
    if (step > 0) putPair(pointer, from + 1);
    return 1;
  }

  /** LDD and STD: by Y or Z and a distance. @returns false: nothing is done */
  function apart(opcode: number): boolean {
    const distance = (opcode & 7) | ((opcode >> 7) & 0x18) | ((opcode >> 8) & 0x20);
    const address = pair(opcode & 8 ? 28 : 30) + distance;
    if (!isPlain(address)) return false;
    const register = (opcode >> 4) & 0x1f;
    if (opcode & 0x200) data[address] = data[register] as number;
    else data[register] = data[address] as number;
    return true;
  }

  const sizeAt = (place: number) => (isTwoWords(progMem[place] as number) ? 2 : 1);

  return (end) => {
    let { pc, cycles } = cpu;
    loop: while (cycles < end) {
      const opcode = progMem[pc] as number;
      const target = (opcode >> 4) & 0x1f;
      const source = (opcode & 0xf) | ((opcode >> 5) & 0x10);
      const high = ((opcode >> 4) & 0xf) + 16;
      const constant = (opcode & 0xf) | ((opcode >> 4) & 0xf0);
      let next = pc + 1;
      let more = 0;
      switch (opcode >> 10) {
        case 0b000000:
          if (opcode >> 8 === 1) {
            const [to, from] = [(opcode >> 3) & 0x1e, (opcode << 1) & 0x1e];
            data[to] = data[from] as number;
            data[to + 1] = data[from + 1] as number;
          } else if (opcode !== 0) break loop;
          break;
        case 0b000001: {
          const status = data[SREG] as number;
          subtract(data[target] as number, data[source] as number, status & 1, status & Z);
          break;
        }
        case 0b000010: {
          const status = data[SREG] as number;
          const a = data[target] as number;
          data[target] = subtract(a, data[source] as number, status & 1, status & Z);
          break;
        }
        case 0b000011:
          add(target, data[target] as number, data[source] as number, 0);
          break;
        case 0b000100:
          if (data[target] === data[source]) next += more = sizeAt(next);
          break;
        case 0b000101:
          subtract(data[target] as number, data[source] as number, 0, Z);
          break;
        case 0b000110:
          data[target] = subtract(data[target] as number, data[source] as number, 0, Z);
          break;
        case 0b000111: {
          const carry = (data[SREG] as number) & 1;
          add(target, data[target] as number, data[source] as number, carry);
          break;
        }
        case 0b001000:
          logic(target, (data[target] as number) & (data[source] as number));
          break;
        case 0b001001:
          logic(target, (data[target] as number) ^ (data[source] as number));
          break;
        case 0b001010:
          logic(target, (data[target] as number) | (data[source] as number));
          break;
        case 0b001011:
          data[target] = data[source] as number;
          break;
        case 0b001100:
        case 0b001101:
        case 0b001110:
        case 0b001111:
          subtract(data[high] as number, constant, 0, Z);
          break;
        case 0b010000:
        case 0b010001:
        case 0b010010:
        case 0b010011: {
          const status = data[SREG] as number;
          data[high] = subtract(data[high] as number, constant, status & 1, status & Z);
          break;
        }
        case 0b010100:
        case 0b010101:
        case 0b010110:
        case 0b010111:
          data[high] = subtract(data[high] as number, constant, 0, Z);
          break;
        case 0b011000:
        case 0b011001:
        case 0b011010:
        case 0b011011:
          logic(high, (data[high] as number) | constant);
          break;
        case 0b011100:
        case 0b011101:
        case 0b011110:
        case 0b011111:
          logic(high, (data[high] as number) & constant);
          break;
        case 0b100000:
        case 0b100001:
        case 0b100010:
        case 0b100011:
        case 0b101000:
        case 0b101001:
        case 0b101010:
        case 0b101011:
          if (!apart(opcode)) break loop;
          more = 1;
          break;
        case 0b100100: {
          if ((opcode & 0xf) === 0) {
            // LDS and STS.
            const address = progMem[next] as number;
            if (!isPlain(address)) break loop;
            if (opcode & 0x200) data[address] = data[target] as number;
            else data[target] = data[address] as number;
            next++;
            more = 1;
            break;
          }
          more = move(opcode);
          if (more < 0) break loop;
          break;
        }
        case 0b100101:
          if ((opcode & 0x0200) !== 0) {
            wide(opcode);
            more = 1;
          } else if ((opcode & 0x000e) === 0x000c) {
            next = (progMem[next] as number) | ((opcode & 1) << 16) | ((opcode & 0x1f0) << 13);
            more = 2;
            if (next >= words) break loop;
          } else if (opcode === RET) {
            const top = pair(SP) + 2;
            if (!isPlain(top - 1) || !isPlain(top)) break loop;
            putPair(SP, top);
            next = ((data[top - 1] as number) << 8) + (data[top] as number);
            more = 3;
          } else if (!one(opcode)) break loop;
          break;
        case 0b100111: {
          const product = (data[target] as number) * (data[source] as number);
          putPair(0, product);
          const carry = product & 0x8000 ? C : 0;
          data[SREG] = ((data[SREG] as number) & 0xfc) | (product === 0 ? Z : 0) | carry;
          more = 1;
          break;
        }
        case 0b110000:
        case 0b110001:
        case 0b110010:
        case 0b110011:
          next += (opcode << 20) >> 20;
          more = 1;
          if (next < 0) break loop;
          break;
        case 0b111000:
        case 0b111001:
        case 0b111010:
        case 0b111011:
          data[high] = constant;
          break;
        case 0b111100:
        case 0b111101: {
          const isSet = (((data[SREG] as number) >> (opcode & 7)) & 1) !== 0;
          if (isSet === (opcode & 0x400) > 0) break;
          next += (opcode << 22) >> 25;
          more = 1;
          if (next < 0) break loop;
          break;
        }
        case 0b111110: {
          if (opcode & 8) break loop;
          const bit = 1 << (opcode & 7);
          const value = data[target] as number;
          const status = data[SREG] as number;
          if (opcode & 0x200) data[SREG] = (status & 0xbf) | (value & bit ? 0x40 : 0);
          else data[target] = status & 0x40 ? value | bit : value & ~bit;
          break;
        }
        case 0b111111: {
          if (opcode & 8) break loop;
          const isSet = (((data[target] as number) >> (opcode & 7)) & 1) !== 0;
          if (isSet === (opcode & 0x200) > 0) next += more = sizeAt(next);
          break;
        }
        default:
          break loop;
      }
      pc = next >= words ? next - words : next;
      cycles += 1 + more;
    }
    cpu.pc = pc;
    cpu.cycles = cycles;
  };
}

const RET = 0x9508;
/** By the last four bits of LD and ST: the pointer, 0 for none, and what it is moved by. */
const pointers = [0, 30, 30, 0, 0, 0, 0, 0, 0, 28, 28, 0, 26, 26, 26, 0];
const steps = [0, 1, -1, 0, 0, 0, 0, 0, 0, 1, -1, 0, 0, 1, -1, 0];

/** LDS, STS, CALL and JMP. */
function isTwoWords(opcode: number): boolean {
  return (opcode & 0xfc0f) === 0x9000 || (opcode & 0xfe0c) === 0x940c;
}
