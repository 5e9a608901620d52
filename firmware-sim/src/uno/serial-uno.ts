import { openVirtualPort, type VirtualPort, type VirtualPortOptions } from "../virtual-port.js";
import { BoardPacer } from "./board-pacer.js";
import { Uno, type UnoOptions } from "./uno.js";

/** A board, and the cable it hangs on. */
export interface SerialUnoOptions
  extends Omit<UnoOptions, "onBytes">,
    Omit<VirtualPortOptions, "bufferBytes"> {
  /** How many times faster than the wall clock it runs. Default: 1. */
  readonly speed?: number;
}

const BAUD = 115_200;

/** An Arduino Uno on a virtual serial port that any program opens; it runs by the wall clock. */
export class SerialUno {
  readonly board: Uno;
  readonly #options: SerialUnoOptions;
  readonly #pacer: BoardPacer;
  #port: VirtualPort | undefined;

  private constructor(options: SerialUnoOptions) {
    const { link, baudRate, toHost, toDevice, speed = 1, ...board } = options;
    this.#options = options;
    this.board = new Uno({ ...board, onBytes: (bytes) => this.#port?.write(bytes) });
    this.#pacer = new BoardPacer({ speed });
  }

  /**
   * Plugs a board in and lets it run.
   *
   * @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`, and as `openVirtualPort` does
   */
  static async open(options: SerialUnoOptions): Promise<SerialUno> {
    const uno = new SerialUno(options);
    await uno.plug();
    uno.#pacer.add(uno.board);
    return uno;
  }

  /** Its port while it is plugged in. */
  get port(): VirtualPort | undefined {
    return this.#port;
  }

  /** Puts the plug in again: a new port, under the same link. It was running all the while. */
  async plug(): Promise<void> {
    const { link, baudRate = BAUD, toHost, toDevice } = this.#options;
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
