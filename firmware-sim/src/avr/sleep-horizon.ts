import type { AVRTimer, AVRTimerConfig, CPU } from "avr8js";

/** Where a timer that counts up may meet something: its compare values, and every top it may have. */
const TOPS_8 = [0xff];
const TOPS_16 = [0xff, 0x1ff, 0x3ff, 0xffff];
/** Clock select bits of TCCRnB. Data sheet, section 15.9.2. */
const CLOCK_SELECT = 0x07;

/** An event that avr8js has planned. Its list is its own; it is only read here. */
interface Planned {
  readonly cycles: number;
  readonly callback: () => void;
  readonly next: Planned | null;
}

/** A timer, how it is set, and avr8js' own step of it, which it plans for each single tick. */
export interface TimerParts {
  readonly timer: AVRTimer;
  readonly config: AVRTimerConfig;
}

/**
 * When something next happens to a part that sleeps, as the cycle it happens at; infinite for never.
 *
 * A timer happens where it meets a compare value or its top while one of its interrupts is on, and
 * not at each of its ticks: a part that sleeps with its timers running costs next to nothing.
 */
export function sleepHorizon(cpu: CPU, timers: readonly TimerParts[]): number {
  const steps = timers.map(({ timer }) => (timer as unknown as { count: () => void }).count);
  let horizon = Number.POSITIVE_INFINITY;
  for (let event = plannedIn(cpu); event; event = event.next) {
    if (steps.includes(event.callback)) continue;
    horizon = event.cycles;
    break;
  }
  for (const { config } of timers) horizon = Math.min(horizon, nextOf(cpu, config));
  return horizon;
}

/** Whether something is due that has not happened yet. */
export function isOverdue(cpu: CPU): boolean {
  return nextPlanned(cpu) <= cpu.cycles;
}

/** The cycle at which avr8js does something next beside the program; infinite for never. */
export function nextPlanned(cpu: CPU): number {
  return plannedIn(cpu)?.cycles ?? Number.POSITIVE_INFINITY;
}

function plannedIn(cpu: CPU): Planned | null {
  return (cpu as unknown as { nextClockEvent: Planned | null }).nextClockEvent;
}

function nextOf(cpu: CPU, config: AVRTimerConfig): number {
  const at = (address: number) => cpu.data[address] as number;
  const select = at(config.TCCRB) & CLOCK_SELECT;
  const divider = config.dividers[select as keyof typeof config.dividers];
  if (!divider || at(config.TIMSK) === 0) return Number.POSITIVE_INFINITY;
  const isWide = config.bits === 16;
  const word = (address: number) => at(address) | (isWide ? at(address + 1) << 8 : 0);
  // Reading it brings it up to now.
  const low = cpu.readData(config.TCNT);
  const count = isWide ? low | (at(config.TCNT + 1) << 8) : low;
  if (isTwoWay(at(config.TCCRA), at(config.TCCRB), isWide)) return cpu.cycles + divider;
  const marks = [
    ...[word(config.OCRA), word(config.OCRB), ...(isWide ? [word(config.ICR)] : [])],
    ...(isWide ? TOPS_16 : TOPS_8),
  ];
  // At its top it wraps with the next tick; too early a look only costs another.
  const ahead = marks.filter((mark) => mark > count).map((mark) => mark - count);
  return cpu.cycles + divider * Math.min(...ahead, ahead.length === 0 ? 1 : Infinity);
}

/** Phase correct modes count up and down. Data sheet, tables 15-8 and 16-4. */
function isTwoWay(controlA: number, controlB: number, isWide: boolean): boolean {
  const mode = (controlA & 0x03) | ((controlB & (isWide ? 0x18 : 0x08)) >> 1);
  return isWide ? [1, 2, 3, 8, 9, 10, 11].includes(mode) : [1, 5].includes(mode);
}
