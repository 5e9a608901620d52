/**
 * Why a board stopped.
 *
 * - `illegal-opcode`: no instruction of the part stands where the program has come to
 * - `stack-overflow`: the stack has grown into the program's own data
 * - `bad-address`: the program reads or writes where the part has nothing, or a word at no word's address
 * - `unsupported-peripheral`: the program uses a part of the chip that is not simulated
 */
export type BoardFaultKind =
  | "illegal-opcode"
  | "stack-overflow"
  | "bad-address"
  | "unsupported-peripheral";

/** What a board was doing when it stopped. Addresses are in bytes, as `objdump` shows them. */
export interface BoardFault {
  readonly kind: BoardFaultKind;
  readonly message: string;
  /** Of the instruction. */
  readonly pc: number;
  /** The stack pointer. */
  readonly sp: number;
  /** What stands on the stack, from its top, at most 32 bytes. */
  readonly stack: Uint8Array;
  readonly cycles: number;
  /** The newest bytes that its UART sent, at most 64. */
  readonly lastSent: Uint8Array;
}

/** The fault as lines for people: place, stack, last bytes on the UART. */
export function formatFault(fault: BoardFault): string {
  const { message, sp, stack, cycles, lastSent } = fault;
  return [
    message,
    `  after ${cycles} cycles, stack pointer 0x${hex(sp, 4)}`,
    `  stack   ${bytesOf(stack)}`,
    `  sent    ${bytesOf(lastSent)}`,
  ].join("\n");
}

export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function bytesOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? "nothing" : Array.from(bytes, (byte) => hex(byte, 2)).join(" ");
}
