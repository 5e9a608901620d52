import type { VirtualTime } from "./virtual-time.js";

export interface SimulatedLineOptions {
  readonly time: VirtualTime;
  readonly baudRate: number;
  /** From the last bit sent to the last bit received, in ms. */
  readonly delayMs: number;
  /** What the cable does to the bytes. */
  readonly carry: (bytes: Uint8Array) => Uint8Array;
}

/** One direction of a serial line on virtual time: in order, at its speed, with its faults. */
export class SimulatedLine {
  readonly #options: SimulatedLineOptions;
  #freeAt = 0;
  #plug = 0;
  onBytes: (bytes: Uint8Array) => void = () => {};

  constructor(options: SimulatedLineOptions) {
    this.#options = options;
  }

  send(bytes: Uint8Array): void {
    const { time, baudRate, delayMs, carry } = this.#options;
    const plug = this.#plug;
    const now = time.now();
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes.length * 10_000) / baudRate;
    const copy = bytes.slice();
    time.after(this.#freeAt + delayMs - now, () => {
      if (plug !== this.#plug) return;
      const carried = carry(copy);
      if (carried.length > 0) this.onBytes(carried);
    });
  }

  /** Pulls the plug: what is on its way is lost. */
  unplug(): void {
    this.#plug++;
    this.#freeAt = 0;
  }
}
