export {
  Atmega328p,
  type Atmega328pOptions,
  type BoardCounts,
  type Wiring,
} from "./avr/atmega328p.js";
export { type BoardFault, type BoardFaultKind, formatFault } from "./avr/board-fault.js";
export type { I2cDevice } from "./avr/i2c-bus.js";
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
export { seededRandom } from "./random.js";
export { type ReadingSource, replaySource } from "./reading-source.js";
export { Bme280, type Weather } from "./sensors/bme280.js";
export { type Particles, PMS5003_BAUD, pms5003Message } from "./sensors/pms5003.js";
export { SDS011_BAUD, sds011Message } from "./sensors/sds011.js";
export { type AirState, Sht31 } from "./sensors/sht31.js";
export { BoardPacer, type BoardPacerOptions, type PacedBoard } from "./uno/board-pacer.js";
export { keptMemory } from "./uno/kept-memory.js";
export { SerialUno, type SerialUnoOptions } from "./uno/serial-uno.js";
export { Uno, type UnoOptions } from "./uno/uno.js";
export {
  type DirectionStats,
  openVirtualPort,
  VirtualPort,
  type VirtualPortOptions,
} from "./virtual-port.js";
