import { read } from "node:fs";

/** As much as is used here of a port of the `serialport` package's POSIX bindings. */
interface PosixPort {
  readonly isOpen: boolean;
  readonly fd: number | null;
  readonly poller: {
    once(event: "readable", listener: (error: Error | null) => void): unknown;
  };
  read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }>;
}

/** As much as is used here of a binding. */
interface Binding {
  open(options: never): Promise<unknown>;
}

/**
 * The option by which a port of the `serialport` package ends when the plug is pulled.
 *
 * `new SerialPort({ path, baudRate, ...endAtHangUp(SerialPort.binding) })`
 *
 * When a port hangs up while a read is in flight, the read gives 0 bytes. The bindings of
 * serialport 13 take that for no data and read again, for ever: `close` never comes, and one
 * processor core is busy. With this binding a read of 0 bytes is the end. On Windows, where that
 * cannot be, the binding stays as it is.
 *
 * @see https://github.com/serialport/bindings-cpp/issues/162
 */
export function endAtHangUp<B extends Binding>(binding: B): { readonly binding: B } {
  const open = async (options: never): Promise<unknown> => {
    const port = await binding.open(options);
    if (isPosixPort(port)) {
      port.read = (buffer, offset, length) => readOrEnd(port, buffer, offset, length);
    }
    return port;
  };
  return { binding: { ...binding, open } };
}

async function readOrEnd(
  port: PosixPort,
  buffer: Buffer,
  offset: number,
  length: number,
): Promise<{ buffer: Buffer; bytesRead: number }> {
  for (;;) {
    if (!port.isOpen || port.fd === null) {
      throw Object.assign(new Error("the port is not open"), { canceled: true });
    }
    const got = await readOnce(port.fd, buffer, offset, length);
    if (typeof got === "number") {
      if (got > 0) return { buffer, bytesRead: got };
      throw Object.assign(new Error("the port was hung up"), { disconnect: true });
    }
    if (got.code !== "EAGAIN" && got.code !== "EINTR") {
      throw Object.assign(got, { disconnect: true });
    }
    if (port.isOpen) await readable(port);
  }
}

function readOnce(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    read(fd, buffer, offset, length, null, (error, count) => resolve(error ?? count));
  });
}

function readable(port: PosixPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.poller.once("readable", (error) => (error ? reject(error) : resolve()));
  });
}

function isPosixPort(port: unknown): port is PosixPort {
  return typeof port === "object" && port !== null && "poller" in port && "fd" in port;
}
