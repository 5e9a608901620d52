import { execFile } from "node:child_process";

/** More than a port of USB needs; one that blocks is opened as it is. */
const WITHIN_MS = 2000;

/**
 * Tells the system to leave DTR on when a port is closed (`stty -hupcl`). An Arduino is reset each
 * time DTR comes on, so then only the first opening after the board was plugged in resets it.
 *
 * It has to be done before the port is opened: the option `hupcl: false` of the `serialport` package
 * does not take back what is on by default, and its lock keeps others out. Where there is no `stty`,
 * or the port has no such setting, nothing happens.
 *
 * @see termios(3), HUPCL
 */
export function leaveDtrOn(path: string): Promise<void> {
  const device = process.platform === "darwin" ? "-f" : "-F";
  return new Promise((resolve) => {
    execFile("stty", [device, path, "-hupcl"], { timeout: WITHIN_MS }, () => resolve());
  });
}
