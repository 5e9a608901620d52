import type { Duplex } from "node:stream";
import { BoardPacer, keptMemory, replaySource, Uno } from "@bollard/firmware-sim";
import { buildStreetAir, type Firmware } from "@bollard-examples/firmware";
import type { Ledger } from "./ledger.js";
import type { Recording } from "./recording.js";
import type { SerialCable } from "./serial-cable.js";
import type { Stand } from "./street-plan.js";

/** The firmware marks each message that its link has taken; `board.h`. */
const REPORTED = 1;
const BOOT = 1;

/** The station's program, or why there is none. */
export type BuiltFirmware = { readonly firmware: Firmware } | { readonly missing: string };

/**
 * Builds the station's firmware; without the compiler the street does without it.
 *
 * @throws where the compiler is there and does not build it
 */
export async function buildFirmware(folder: string, intervalMs: number): Promise<BuiltFirmware> {
  try {
    const options = { folder, reportIntervalMs: intervalMs, batchRows: 1 };
    return { firmware: await buildStreetAir(options) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { missing: "avr-gcc is not installed (apt install gcc-avr avr-libc)" };
  }
}

export interface AvrNodeOptions {
  readonly stand: Stand;
  readonly firmware: Firmware;
  readonly cable: SerialCable;
  readonly recording: Recording;
  readonly ledger: Ledger;
  /** Time between two rows of the recording, ms. */
  readonly intervalMs: number;
}

/** A node that is an Arduino Uno: its sensors sense the recording, its firmware does the rest. */
export class AvrNode {
  readonly #board: Uno;
  readonly #pacer = new BoardPacer();
  #stream: Duplex | undefined;
  #isStopped = false;
  #isClosed = false;

  constructor(options: AvrNodeOptions) {
    const { stand, firmware, cable, recording, ledger, intervalMs } = options;
    const rows = recording.values.map((values) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value ?? undefined])),
    );
    this.#board = new Uno({
      program: firmware.hex,
      eeprom: keptMemory(stand.nodeId),
      source: replaySource(rows, intervalMs),
      onBytes: (bytes) => this.#stream?.write(bytes),
      onMark: (mark, sequence) => {
        if (mark === REPORTED && !this.#isStopped) {
          ledger.produce(stand.name, { boot: BOOT, sequence });
        }
      },
    });
    this.#pacer.add(this.#board);
    void this.#connect(cable);
  }

  /** What it takes from now on is in no book; what it holds still goes out. */
  stop(): void {
    this.#isStopped = true;
  }

  close(): void {
    this.#isClosed = true;
    this.#pacer.close();
    this.#stream?.destroy();
  }

  /** Puts the cable in again whenever it was pulled. */
  async #connect(cable: SerialCable): Promise<void> {
    while (!this.#isClosed) {
      const stream = await cable.open();
      this.#stream = stream;
      stream.on("data", (bytes: Buffer) => this.#board.receive(bytes));
      stream.on("error", () => {}); // it closes then
      await new Promise<void>((resolve) => stream.once("close", () => resolve()));
      this.#stream = undefined;
    }
  }
}
