import { StreetBoard, type StreetBoardOptions } from "../board/street-board.js";
import { type Rp2040Options, Rp2040Part } from "../rp2040/rp2040-part.js";

export interface PicoOptions
  extends StreetBoardOptions,
    Pick<Rp2040Options, "program" | "settings" | "analog" | "onMark" | "onInstruction"> {}

/**
 * A Raspberry Pi Pico with the sensors of a street air station: the host's line on GP0 and GP1, weather on
 * I²C at GP4 and GP5, the particle counter at GP9.
 */
export class Pico extends StreetBoard<Rp2040Part> {
  /** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM`, `SIM_BAD_OPTION` */
  constructor(options: PicoOptions) {
    const { source, onBytes, ...part } = options;
    super(options, (wiring) => new Rp2040Part({ ...part, ...wiring }));
  }

  /** Of its system clock now, as the program has set it. */
  get frequencyHz(): number {
    return this.part.frequencyHz;
  }

  protected receiveFromCounter(baudRate: number, bytes: Uint8Array): void {
    this.part.receiveOnUart1(baudRate, bytes);
  }
}
