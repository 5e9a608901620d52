import type { BoardFault } from "./board-fault.js";

/** Counts of a part since it was made. */
export interface BoardCounts {
  /** Cycles, and those of them that it slept. */
  readonly cycles: number;
  readonly sleptCycles: number;
  /** Deepest stack, in bytes. */
  readonly stackBytes: number;
  /** Resets by its watchdog. */
  readonly resets: number;
  /** Bytes the UART sent, was sent, and did not take: it was off, or too many waited. */
  readonly sent: number;
  readonly received: number;
  readonly notTaken: number;
}

/** A board with a program, whose time passes when it is told to run. */
export interface Board {
  /** Milliseconds since it was made, by its own clock. */
  readonly timeMs: number;
  readonly counts: BoardCounts;
  /** Why it stopped; undefined while it runs. */
  readonly fault: BoardFault | undefined;
  /** Of its UART; undefined where the program has not turned it on. */
  readonly baudRate: number | undefined;
  /** Sends bytes to its UART. */
  receive(bytes: Uint8Array): void;
  /** Sets the level at a pin that the program reads, from now on. Pins have the board's own numbers. */
  setPin(pin: number, isHigh: boolean): void;
  /** The level that the program drives a pin to; undefined while it drives none. */
  pinLevel(pin: number): boolean | undefined;
  /** Lets it run until its own clock says `timeMs`, or it stops. */
  runTo(timeMs: number): void;
}
