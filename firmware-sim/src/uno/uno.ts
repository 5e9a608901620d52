import { Atmega328p, type Atmega328pOptions } from "../avr/atmega328p.js";
import { StreetBoard, type StreetBoardOptions } from "../board/street-board.js";

/** General purpose I/O registers, in the data space. ATmega328P data sheet, section 8.6. */
const GPIOR1 = 0x4a;
const GPIOR2 = 0x4b;
/** Digital pin that the particle counter's TX is on. */
const COUNTER_PIN = 2;

export interface UnoOptions
  extends StreetBoardOptions,
    Pick<Atmega328pOptions, "program" | "eeprom" | "onInstruction" | "analog"> {
  /**
   * Called when the program writes to GPIOR0: a program marks its places by it.
   *
   * @param number - what then stands in GPIOR1, and in GPIOR2 as its high byte
   */
  readonly onMark?: (mark: number, number: number, cycles: number) => void;
}

/** An Arduino Uno with the sensors of a street air station; the particle counter is on pin 2. */
export class Uno extends StreetBoard<Atmega328p> {
  /** @throws {@link FirmwareSimError} `SIM_BAD_PROGRAM` */
  constructor(options: UnoOptions) {
    const { source, onBytes, onMark, ...part } = options;
    super(options, (wiring) => {
      const chip: Atmega328p = new Atmega328p({
        ...part,
        ...wiring,
        ...(onMark && {
          onMark: (mark, cycles) =>
            onMark(mark, chip.peek(GPIOR1) | (chip.peek(GPIOR2) << 8), cycles),
        }),
      });
      return chip;
    });
  }

  /** What stands in its EEPROM; give it to the next one, and that has the same memory. */
  get eeprom(): Uint8Array {
    return this.part.eeprom;
  }

  protected receiveFromCounter(baudRate: number, bytes: Uint8Array): void {
    this.part.receiveOnPin(COUNTER_PIN, baudRate, bytes);
  }
}
