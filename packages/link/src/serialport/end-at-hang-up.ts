import { readSync, writeSync } from "node:fs";

/** What waits for a descriptor to be readable or writable. */
interface Poller {
  once(event: string, listener: (error: Error | null) => void): unknown;
  listenerCount(event: string): number;
  /** @param events - 1 readable, 2 writable, 4 disconnected */
  poll(events: number): void;
}

/** As much as is used here of a port of the `serialport` package's POSIX bindings. */
interface PosixPort {
  readonly isOpen: boolean;
  /** Opened with O_NONBLOCK. */
  readonly fd: number | null;
  readonly poller: Poller;
  read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
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
 * Waiting to read no longer makes the bindings forget that a write waits: they would poll for the newest
 * wish alone, and a port whose two directions are both full would stand still.
 *
 * It also reads and writes at once, since the descriptor does not block: a trip through a thread for
 * each frame and each acknowledgement is much of what a program with many ports has to do.
 *
 * @see https://github.com/serialport/bindings-cpp/issues/162
 */
export function endAtHangUp<B extends Binding>(binding: B): { readonly binding: B } {
  const open = async (options: never): Promise<unknown> => {
    const port = await binding.open(options);
    if (isPosixPort(port)) {
      pollForAll(port.poller);
      port.read = (buffer, offset, length) => readOrEnd(port, buffer, offset, length);
      const writeLater = port.write.bind(port);
      port.write = (buffer) => writeNow(port, buffer, writeLater);
    }
    return port;
  };
  return { binding: { ...binding, open } };
}

/** Polls for everything that somebody waits for, and not for what was asked for last alone. */
function pollForAll(poller: Poller): void {
  const once = poller.once.bind(poller);
  const flags = { readable: 1, writable: 2, disconnect: 4 };
  poller.once = (event, listener) => {
    const result = once(event, listener);
    const wanted = Object.entries(flags).filter(([name]) => poller.listenerCount(name) > 0);
    poller.poll(wanted.reduce((sum, [, flag]) => sum | flag, 0));
    return result;
  };
}

async function readOrEnd(
  port: PosixPort,
  buffer: Buffer,
  offset: number,
  length: number,
): Promise<{ buffer: Buffer; bytesRead: number }> {
  for (;;) {
    if (port.isOpen) await readable(port);
    if (!port.isOpen || port.fd === null) {
      throw Object.assign(new Error("the port is not open"), { canceled: true });
    }
    try {
      const bytesRead = readSync(port.fd, buffer, offset, length, null);
      if (bytesRead > 0) return { buffer, bytesRead };
    } catch (error) {
      if (isForNow(error)) continue;
      throw Object.assign(error as Error, { disconnect: true });
    }
    throw Object.assign(new Error("the port was hung up"), { disconnect: true });
  }
}

/** What the line does not take at once, and every error, is left to the bindings. */
async function writeNow(
  port: PosixPort,
  buffer: Buffer,
  writeLater: (buffer: Buffer) => Promise<void>,
): Promise<void> {
  let written = 0;
  try {
    if (port.fd !== null && buffer.length > 0) written = writeSync(port.fd, buffer);
  } catch {
    // Tried again below, where it is told.
  }
  if (written < buffer.length) await writeLater(buffer.subarray(written));
}

/** Nothing to read yet. */
function isForNow(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EAGAIN" || code === "EINTR";
}

function readable(port: PosixPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.poller.once("readable", (error) => (error ? reject(error) : resolve()));
  });
}

function isPosixPort(port: unknown): port is PosixPort {
  return typeof port === "object" && port !== null && "poller" in port && "fd" in port;
}
