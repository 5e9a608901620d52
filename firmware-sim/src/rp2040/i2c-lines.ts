import type { RPI2C } from "rp2040js";
import type { I2cDevice } from "../sensors/i2c-device.js";
import type { PartClock } from "./part-clock.js";

/** Bits of a byte on the bus, its acknowledgement included. */
const BITS_PER_BYTE = 9;

/** Connects devices to one of the part's I²C controllers: each byte takes its time. */
export function wireI2c(
  bus: RPI2C,
  clock: PartClock,
  frequencyHz: () => number,
  devices: readonly I2cDevice[],
): void {
  let device: I2cDevice | undefined;
  let then = () => {};
  const alarm = clock.createAlarm(() => then());
  const after = (bits: number, complete: () => void) => {
    then = complete;
    const cycles = bits * (bus.sclHighPeriod + bus.sclLowPeriod);
    alarm.schedule((cycles * 1e9) / frequencyHz());
  };
  bus.onStart = () => after(1, () => bus.completeStart());
  bus.onStop = () => {
    device = undefined;
    after(1, () => bus.completeStop());
  };
  bus.onConnect = (address, mode) => {
    device = devices.find((each) => each.address === address);
    device?.begin(mode === 0);
    const isThere = device !== undefined;
    after(BITS_PER_BYTE, () => bus.completeConnect(isThere));
  };
  bus.onWriteByte = (byte) => {
    const isTaken = device?.write(byte) ?? false;
    after(BITS_PER_BYTE, () => bus.completeWrite(isTaken));
  };
  bus.onReadByte = () => {
    const byte = device?.read() ?? 0xff;
    after(BITS_PER_BYTE, () => bus.completeRead(byte));
  };
}
