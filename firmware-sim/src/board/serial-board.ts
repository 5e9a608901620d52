import { Pico, type PicoOptions } from "../pico/pico.js";
import { Uno, type UnoOptions } from "../uno/uno.js";
import { openVirtualPort, type VirtualPort, type VirtualPortOptions } from "../virtual-port.js";
import type { Board } from "./board.js";
import { BoardPacer } from "./board-pacer.js";

/** The cable a board hangs on, and how fast the board runs. */
export interface SerialCableOptions extends Omit<VirtualPortOptions, "bufferBytes"> {
  /** How many times faster than the wall clock it runs. Default: 1. */
  readonly speed?: number;
}

export interface SerialUnoOptions extends Omit<UnoOptions, "onBytes">, SerialCableOptions {}

export interface SerialPicoOptions extends Omit<PicoOptions, "onBytes">, SerialCableOptions {}

/**
 * Plugs an Arduino Uno in and lets it run.
 *
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`, and as `openVirtualPort` does
 */
export function openSerialUno(options: SerialUnoOptions): Promise<SerialBoard<Uno>> {
  return SerialBoard.open(options, (onBytes) => new Uno({ ...options, onBytes }));
}

/**
 * Plugs a Raspberry Pi Pico in and lets it run.
 *
 * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`, and as `openVirtualPort` does
 */
export function openSerialPico(options: SerialPicoOptions): Promise<SerialBoard<Pico>> {
  return SerialBoard.open(options, (onBytes) => new Pico({ ...options, onBytes }));
}

const BAUD = 115_200;

/** A board on a virtual serial port that any program opens; it runs by the wall clock. */
export class SerialBoard<B extends Board> {
  readonly board: B;
  readonly #cable: SerialCableOptions;
  readonly #pacer: BoardPacer;
  #port: VirtualPort | undefined;

  private constructor(
    cable: SerialCableOptions,
    make: (onBytes: (bytes: Uint8Array) => void) => B,
  ) {
    this.#cable = cable;
    this.board = make((bytes) => this.#port?.write(bytes));
    this.#pacer = new BoardPacer({ speed: cable.speed ?? 1 });
  }

  /**
   * Plugs a board in and lets it run.
   *
   * @param make - makes the board, whose UART sends to `onBytes`
   * @throws as `make` and `openVirtualPort` do
   */
  static async open<B extends Board>(
    cable: SerialCableOptions,
    make: (onBytes: (bytes: Uint8Array) => void) => B,
  ): Promise<SerialBoard<B>> {
    const plugged = new SerialBoard(cable, make);
    await plugged.plug();
    plugged.#pacer.add(plugged.board);
    return plugged;
  }

  /** Its port while it is plugged in. */
  get port(): VirtualPort | undefined {
    return this.#port;
  }

  /** Puts the plug in again: a new port, under the same link. It was running all the while. */
  async plug(): Promise<void> {
    const { link, baudRate = BAUD, toHost, toDevice } = this.#cable;
    const port = await openVirtualPort({
      baudRate,
      ...(link !== undefined && { link }),
      ...(toHost && { toHost }),
      ...(toDevice && { toDevice }),
    });
    port.onData((bytes) => this.board.receive(bytes));
    this.#port = port;
  }

  /** Pulls the plug: the host's system reports a hang-up, and what the board sends is lost. */
  async unplug(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    await port?.close();
  }

  /** The board stands still, and its port is gone. */
  async close(): Promise<void> {
    this.#pacer.close();
    await this.unplug();
  }
}
