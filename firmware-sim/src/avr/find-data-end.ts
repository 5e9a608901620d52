/** `cpi r26, K`, with K in the low byte's two halves. */
const CPI_R26 = 0x30a0;
const CPI_R26_MASK = 0xf0f0;
/** `cpc r27, rR`, with R from 16 to 31. */
const CPC_R27 = 0x07b0;
const CPC_R27_MASK = 0xfff0;
const LDI = 0xe000;

/**
 * Where a program's static data ends in memory, as a data address: the stack must not come below.
 *
 * avr-libc's start-up code clears `.bss`, or copies `.data`, in a loop that compares X with that end;
 * it is found by that loop. Undefined for a program that has none.
 */
export function findDataEnd(program: Uint16Array): number | undefined {
  let end: number | undefined;
  // The start-up code stands right behind the 26 vectors.
  for (let at = 0; at < Math.min(program.length - 1, 0x200); at++) {
    const [compare = 0, carry = 0] = [program[at], program[at + 1]];
    if ((compare & CPI_R26_MASK) !== CPI_R26 || (carry & CPC_R27_MASK) !== CPC_R27) continue;
    const high = loadedInto(program, at, 16 + (carry & 0x0f));
    if (high !== undefined) end = Math.max(end ?? 0, (high << 8) | constantOf(compare));
  }
  return end;
}

/** What the last `ldi` before a place put into a register. */
function loadedInto(program: Uint16Array, before: number, register: number): number | undefined {
  for (let at = before - 1; at >= Math.max(0, before - 16); at--) {
    const word = program[at] ?? 0;
    if ((word & 0xf0f0) === (LDI | ((register - 16) << 4))) return constantOf(word);
  }
  return undefined;
}

function constantOf(word: number): number {
  return ((word >> 4) & 0xf0) | (word & 0x0f);
}
