import type { Duplex } from "node:stream";
import { endAtHangUp } from "@bollard/sdk/node";

/** StandardFirmata's own. */
const DEFAULT_BAUD = 57_600;

/**
 * Opens a serial port by the `serialport` package, version 13, which has to be installed.
 *
 * @param path - such as `/dev/serial/by-id/usb-Arduino…`
 * @param baudRate - in baud. Default: 57600, StandardFirmata's
 * @throws where there is no such port, or another program has it
 */
export async function openSerialPort(path: string, baudRate = DEFAULT_BAUD): Promise<Duplex> {
  const { SerialPort } = await import("serialport");
  return new Promise((resolve, reject) => {
    const options = { path, baudRate, ...endAtHangUp(SerialPort.binding) };
    const port = new SerialPort(options, (error) => (error ? reject(error) : resolve(port)));
  });
}
