import { Bme280, FirmataDevice, openVirtualPort, type VirtualPort } from "@bollard/firmware-sim";

const DAY_MS = 86_400_000;

/**
 * An Uno with Firmata, a BME280 and a photo resistor on A0, at the far end of a serial port: for those
 * who have no board on the desk. Its day takes as long as a real one.
 *
 * @param link - a symbolic link kept to the port
 */
export async function openSimulatedBoard(link?: string): Promise<VirtualPort> {
  const port = await openVirtualPort(link === undefined ? {} : { link });
  const sun = () => Math.max(0, Math.sin((2 * Math.PI * (Date.now() % DAY_MS)) / DAY_MS - 1.6));
  new FirmataDevice(port.stream(), {
    analog: { 0: () => 80 + 900 * sun() },
    i2c: [
      new Bme280(() => ({
        temperature: 9 + 8 * sun(),
        humidity: 80 - 30 * sun(),
        pressure: 101_300 + 40 * Math.sin(Date.now() / DAY_MS),
      })),
    ],
  });
  return port;
}
