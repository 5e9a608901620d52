export { Atmega328p, type Atmega328pOptions } from "./avr/atmega328p.js";
export {
  type CableFaultCounts,
  type CableFaultRates,
  CableFaults,
  type CableFaultsOptions,
} from "./cable-faults.js";
export { FirmwareSimError, type FirmwareSimErrorCode, isFirmwareSimError } from "./error.js";
export { seededRandom } from "./random.js";
export {
  type DirectionStats,
  openVirtualPort,
  VirtualPort,
  type VirtualPortOptions,
} from "./virtual-port.js";
