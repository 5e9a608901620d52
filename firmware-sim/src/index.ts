export { Atmega328p, type Atmega328pOptions, type Wiring } from "./avr/atmega328p.js";
export type { Board, BoardCounts } from "./board/board.js";
export { type BoardFault, type BoardFaultKind, formatFault } from "./board/board-fault.js";
export { BoardPacer, type BoardPacerOptions, type PacedBoard } from "./board/board-pacer.js";
export { keptMemory } from "./board/kept-memory.js";
export {
  openSerialPico,
  openSerialUno,
  SerialBoard,
  type SerialCableOptions,
  type SerialPicoOptions,
  type SerialUnoOptions,
} from "./board/serial-board.js";
export {
  type Part,
  StreetBoard,
  type StreetBoardOptions,
  type StreetWiring,
} from "./board/street-board.js";
export {
  type CableFaultCounts,
  type CableFaultRates,
  CableFaults,
  type CableFaultsOptions,
} from "./cable-faults.js";
export { FirmwareSimError, type FirmwareSimErrorCode, isFirmwareSimError } from "./error.js";
export {
  FirmataDevice,
  type FirmataDeviceOptions,
  type FirmataDeviceStats,
} from "./firmata/firmata-device.js";
export { Pico, type PicoOptions } from "./pico/pico.js";
export { seededRandom } from "./random.js";
export { type ReadingSource, replaySource } from "./reading-source.js";
export { withBootChecksum } from "./rp2040/boot-stage.js";
export { type Rp2040Options, Rp2040Part } from "./rp2040/rp2040-part.js";
export { isUf2, toUf2 } from "./rp2040/uf2.js";
export { Bme280, type Weather } from "./sensors/bme280.js";
export type { I2cDevice } from "./sensors/i2c-device.js";
export { type Particles, PMS5003_BAUD, pms5003Message } from "./sensors/pms5003.js";
export { SDS011_BAUD, sds011Message } from "./sensors/sds011.js";
export { type AirState, Sht31 } from "./sensors/sht31.js";
export { Uno, type UnoOptions } from "./uno/uno.js";
export {
  type DirectionStats,
  openVirtualPort,
  VirtualPort,
  type VirtualPortOptions,
} from "./virtual-port.js";
