import { endAtHangUp } from "@bollard/link/serialport";
import { SerialPort } from "serialport";
import { BridgeError } from "../../error.js";
import { leaveDtrOn } from "./leave-dtr-on.js";

/** An open serial port. It is used for one connection and never opened again. */
export interface SerialStream {
  /** Hands bytes to the port; `done` is called once they are written, or were not. */
  write(bytes: Uint8Array, done: (error?: Error) => void): void;
  /** Sets the one listener for what arrives. */
  onData(listener: (chunk: Uint8Array) => void): void;
  /** Sets the one listener for the end: the cable was pulled, the port failed, or `close` was called. */
  onClose(listener: (reason: Error | undefined) => void): void;
  /** Resolves once the port is free for others. */
  close(): Promise<void>;
}

/**
 * Opens a serial port. A test, or a computer without ports, gives its own.
 *
 * @throws whatever keeps the port from being opened: it is tried again later
 */
export type OpenPort = (path: string, options: OpenPortOptions) => Promise<SerialStream>;

export interface OpenPortOptions {
  /** Baud. */
  readonly baudRate: number;
  /** DTR stays on when the port is closed, so that the next opening resets no board. Default: true. */
  readonly keepDtr?: boolean;
}

const CLOSE_WITHIN_MS = 1000;

/**
 * Opens a port with the `serialport` package.
 *
 * A new object for each connection, since writes after a hang-up would go out on the next open. It
 * reads from the first moment and always has an error listener, since a paused port never sees the
 * hang-up. A read of nothing is the hang-up, where the package alone would read again for ever.
 */
export const openSerialPort: OpenPort = async (path, { baudRate, keepDtr = true }) => {
  if (keepDtr) await leaveDtrOn(path);
  const port = new SerialPort({
    ...{ path, baudRate, autoOpen: false, hupcl: !keepDtr },
    ...endAtHangUp(SerialPort.binding),
  });
  let data: (chunk: Uint8Array) => void = () => {};
  let closed: (reason: Error | undefined) => void = () => {};
  let isClosed = false;
  const close = (reason: Error | undefined) => {
    if (isClosed) return;
    isClosed = true;
    closed(reason);
  };
  port.on("data", (chunk: Buffer) => data(chunk));
  port.on("error", (error: Error) => {
    close(error);
    if (port.isOpen) port.close(() => {});
  });
  port.on("close", (reason: Error | null | undefined) => close(reason ?? undefined));
  return new Promise((resolve, reject) => {
    port.open((error) => {
      if (error) return reject(error);
      resolve({
        write: (bytes, done) => {
          if (isClosed)
            return done(new BridgeError("BRIDGE_PORT_CLOSED", path, "The port is closed"));
          port.write(bytes, (failure) => done(failure ?? undefined));
        },
        onData: (listener) => {
          data = listener;
        },
        onClose: (listener) => {
          closed = listener;
        },
        close: () => closeWithin(port),
      });
    });
  });
};

/** The binding may wait for ever on a line that takes no bytes, so there is a bound. */
function closeWithin(port: SerialPort): Promise<void> {
  return new Promise((resolve) => {
    if (!port.isOpen) return resolve();
    const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    timer.unref();
    port.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
