import type { RP2040 } from "rp2040js";
import type { PartClock } from "./part-clock.js";

type Uart = RP2040["uart"][number];

/** Bits of a byte on the line: start, eight, stop. */
const BITS_PER_BYTE = 10;
/** Bytes that wait; who sends more than the part reads loses them. */
const MAX_WAITING = 4096;
/** The receive FIFO is full: UARTFR. RP2040 data sheet, section 4.2.8. */
const RXFF = 1 << 6;

/** What comes to one of the part's UARTs, one byte after the other at the line's speed. */
export class UartLine {
  readonly #uart: Uart;
  readonly #alarm: { schedule(nanos: number): void };
  readonly #waiting: { readonly byte: number; readonly nanos: number }[] = [];
  received = 0;
  notTaken = 0;

  constructor(uart: Uart, clock: PartClock) {
    this.#uart = uart;
    this.#alarm = clock.createAlarm(() => this.#take());
  }

  /** @param baudRate - default: what the program has set */
  send(bytes: Uint8Array, baudRate = this.#uart.baudRate): void {
    const nanos = (BITS_PER_BYTE * 1e9) / baudRate;
    const isIdle = this.#waiting.length === 0;
    const room = this.isOn ? MAX_WAITING - this.#waiting.length : 0;
    for (const byte of bytes.subarray(0, room)) this.#waiting.push({ byte, nanos });
    this.notTaken += Math.max(0, bytes.length - room);
    if (isIdle && this.#waiting.length > 0) this.#alarm.schedule(nanos);
  }

  /** Whether the program has turned it on, with a speed. */
  get isOn(): boolean {
    const { enabled, rxEnabled, baudDivider } = this.#uart;
    return enabled && rxEnabled && baudDivider > 0;
  }

  #take(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    if (this.#uart.flags & RXFF) this.notTaken++;
    else {
      this.received++;
      this.#uart.feedByte(next.byte);
    }
    const then = this.#waiting[0];
    if (then) this.#alarm.schedule(then.nanos);
  }
}
