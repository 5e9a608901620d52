import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { SerialPort } from "serialport";
import { FirmwareSimError } from "./error.js";

/** The device's end of a pseudo-terminal, unbuffered. */
export interface PseudoTerminal {
  /** What the host opens, such as `/dev/pts/3`. */
  readonly path: string;
  /** Reads what is there into `into`; 0 when there is nothing. */
  read(into: Uint8Array): number;
  /** Writes what fits and says how much that was. */
  write(bytes: Uint8Array): number;
  /** Calls back once, when there is something to read. */
  whenReadable(callback: () => void): void;
  /** Calls back once, when there is room to write. */
  whenWritable(callback: () => void): void;
  /** Hangs up: whoever has the other end open is told by its system. */
  close(): Promise<void>;
}

/** What the port library's poller waits for, as its `poll` takes it. */
const READABLE = 1;
const WRITABLE = 2;

interface Libc {
  grantpt(fd: number): number;
  unlockpt(fd: number): number;
  ptsname_r(fd: number, buffer: Uint8Array, bytes: number): number;
}

let libc: Promise<Libc> | undefined;

/**
 * Opens a new pseudo-terminal in raw mode: eight clean bits, no echo.
 *
 * The port library opens `/dev/ptmx`, which gives a descriptor that the event loop can wait on and
 * sets the terminal raw; the C library, called by koffi, unlocks the other end and names it. No
 * child process is involved. Its read and write pass through the descriptor at once and never
 * wait, so no read is in flight when it is closed.
 *
 * @throws {@link FirmwareSimError} `SIM_NO_PSEUDO_TERMINAL` where this cannot be done
 */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  libc ??= loadLibc();
  const c = await libc;
  const port = await SerialPort.binding
    .open({ path: "/dev/ptmx", baudRate: 115_200, lock: false })
    .catch((cause: unknown) => {
      throw unavailable("cannot open /dev/ptmx", cause);
    });
  if (!("poller" in port) || port.fd === null) {
    await port.close();
    throw unavailable("the port library gives no descriptor on this system");
  }
  const { fd, poller } = port;
  const name = new Uint8Array(128);
  if (c.grantpt(fd) !== 0 || c.unlockpt(fd) !== 0 || c.ptsname_r(fd, name, name.length) !== 0) {
    await port.close();
    throw unavailable("the pseudo-terminal cannot be unlocked or named");
  }
  const path = Buffer.from(name).toString("latin1", 0, name.indexOf(0));
  // Held open, so that the terminal keeps its settings, and this end does not fail, while no host
  // has the other end open.
  const held = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  let open = true;
  const wanted = { readable: false, writable: false };
  const when = (event: "readable" | "writable", callback: () => void) => {
    wanted[event] = true;
    poller.once(event, () => {
      wanted[event] = false;
      if (open) callback();
    });
    // By itself the poller waits for what was asked for last alone.
    poller.poll((wanted.readable ? READABLE : 0) | (wanted.writable ? WRITABLE : 0));
  };
  return {
    path,
    read: (into) => (open ? countOf(() => readSync(fd, into)) : 0),
    write: (bytes) => (open ? countOf(() => writeSync(fd, bytes)) : 0),
    whenReadable: (callback) => when("readable", callback),
    whenWritable: (callback) => when("writable", callback),
    async close() {
      if (!open) return;
      open = false;
      await port.close();
      closeSync(held);
    },
  };
}

/** The bytes a call moved, 0 where it would have had to wait. */
function countOf(call: () => number): number {
  try {
    return call();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EAGAIN" || code === "EINTR") return 0;
    throw error;
  }
}

async function loadLibc(): Promise<Libc> {
  try {
    const { default: koffi } = await import("koffi");
    const library = koffi.load(null);
    return {
      grantpt: library.func("int grantpt(int)"),
      unlockpt: library.func("int unlockpt(int)"),
      ptsname_r: library.func("int ptsname_r(int, _Out_ uint8_t *, size_t)"),
    };
  } catch (cause) {
    throw unavailable("koffi cannot call the C library", cause);
  }
}

function unavailable(message: string, cause?: unknown): FirmwareSimError {
  return new FirmwareSimError("SIM_NO_PSEUDO_TERMINAL", "/dev/ptmx", message, { cause });
}
