import type { Duplex } from "node:stream";
import { BaudPacer } from "./baud-pacer.js";
import { ByteQueue } from "./byte-queue.js";
import { CableFaults } from "./cable-faults.js";
import { FirmwareSimError } from "./error.js";
import { makePortLink, removePortLink } from "./port-link.js";
import { portStream } from "./port-stream.js";
import { openPseudoTerminal, type PseudoTerminal } from "./pseudo-terminal.js";

export interface VirtualPortOptions {
  /** A symbolic link kept to the port's path while it is open, such as `/tmp/ttyBOLLARD0`. */
  readonly link?: string;
  /** Line speed both ways in baud, 10 bits a byte. Default: as fast as the system carries. */
  readonly baudRate?: number;
  /** Most bytes that wait to go to the host, 1 or more. Default: 65536. */
  readonly bufferBytes?: number;
  /** The cable from the device to the host. Default: a good one. */
  readonly toHost?: CableFaults;
  /** The cable from the host to the device. Default: a good one. */
  readonly toDevice?: CableFaults;
}

/** One direction's bytes so far. */
export interface DirectionStats {
  /** Taken in. */
  readonly accepted: number;
  /** Not taken in, since there was no room. */
  readonly refused: number;
  /** Waiting now. */
  readonly waiting: number;
  /** Handed on at the far end, after the cable's faults. */
  readonly delivered: number;
}

const DEFAULT_BUFFER_BYTES = 65_536;
const READ_BYTES = 4096;
/** The longest that bytes of a paced line are held to be handed on together. */
const LONGEST_TICK_MS = 5;

/**
 * Opens a serial port that exists only in software: a host opens `path` (or `link`) as it would
 * `/dev/ttyUSB0`, and the code that plays the device reads and writes here.
 *
 * A pseudo-terminal has no modem lines, and takes any baud rate the host sets: `baudRate` here is
 * what decides how fast bytes go.
 *
 * @throws {@link FirmwareSimError} `SIM_NO_PSEUDO_TERMINAL`, `SIM_LINK_TAKEN`, `SIM_BAD_OPTION`
 */
export async function openVirtualPort(options: VirtualPortOptions = {}): Promise<VirtualPort> {
  const { baudRate } = options;
  if (baudRate !== undefined && !(baudRate > 0 && Number.isFinite(baudRate))) {
    throw new FirmwareSimError("SIM_BAD_OPTION", "baudRate", `${baudRate} is no line speed`);
  }
  const terminal = await openPseudoTerminal();
  try {
    if (options.link !== undefined) makePortLink(options.link, terminal.path);
  } catch (error) {
    await terminal.close();
    throw error;
  }
  return new VirtualPort(terminal, options);
}

/** The device's end of a virtual serial port. Make one with {@link openVirtualPort}. */
export class VirtualPort {
  /** What the host opens, such as `/dev/pts/3`. */
  readonly path: string;
  /** The symbolic link to it, where one was asked for. */
  readonly link: string | undefined;
  /** The cable from the device to the host. */
  readonly toHost: CableFaults;
  /** The cable from the host to the device. */
  readonly toDevice: CableFaults;

  readonly #terminal: PseudoTerminal;
  readonly #bufferBytes: number;
  readonly #outPacer: BaudPacer | undefined;
  readonly #inPacer: BaudPacer | undefined;
  /** Not yet on the line. */
  readonly #out = new ByteQueue();
  /** Through the cable, not yet taken by the terminal. */
  #wire: Uint8Array = new Uint8Array(0);
  /** From the terminal, not yet through the line. */
  readonly #in = new ByteQueue();
  readonly #counts = { accepted: 0, refused: 0, delivered: 0, read: 0, handedOver: 0 };
  readonly #buffer = new Uint8Array(READ_BYTES);

  #outTimer: NodeJS.Timeout | undefined;
  #inTimer: NodeJS.Timeout | undefined;
  #awaitingRoom = false;
  #awaitingData = false;
  #paused = false;
  #closed: Promise<void> | undefined;
  readonly #dataListeners = new Set<(bytes: Uint8Array) => void>();
  readonly #idleListeners = new Set<() => void>();
  readonly #closeListeners = new Set<() => void>();

  /** @internal */
  constructor(terminal: PseudoTerminal, options: VirtualPortOptions) {
    this.#terminal = terminal;
    this.path = terminal.path;
    this.link = options.link;
    this.toHost = options.toHost ?? new CableFaults();
    this.toDevice = options.toDevice ?? new CableFaults();
    this.#bufferBytes = options.bufferBytes ?? DEFAULT_BUFFER_BYTES;
    if (options.baudRate !== undefined) {
      this.#outPacer = new BaudPacer(options.baudRate);
      this.#inPacer = new BaudPacer(options.baudRate);
    }
  }

  get isOpen(): boolean {
    return this.#closed === undefined;
  }

  /** How many bytes {@link write} takes now. */
  get room(): number {
    return this.isOpen ? this.#bufferBytes - this.#waiting : 0;
  }

  get #waiting(): number {
    return this.#out.length + this.#wire.length;
  }

  /**
   * Sends bytes to the host.
   *
   * @returns false when they do not all fit, or the port is closed: then none is taken
   */
  write(bytes: Uint8Array): boolean {
    if (bytes.length > this.room) {
      this.#counts.refused += bytes.length;
      return false;
    }
    this.#counts.accepted += bytes.length;
    if (this.#waiting === 0) this.#outPacer?.begin(performance.now());
    this.#out.push(bytes);
    this.#carryOut();
    return true;
  }

  /**
   * Gives what the host sends to `listener`, in pieces cut anywhere. Until somebody listens the
   * bytes wait, and in the end the host has to.
   *
   * @returns a function that stops it
   */
  onData(listener: (bytes: Uint8Array) => void): () => void {
    this.#dataListeners.add(listener);
    this.#carryIn();
    return () => this.#dataListeners.delete(listener);
  }

  /** Calls `listener` each time the last waiting byte has gone to the host. */
  onIdle(listener: () => void): () => void {
    this.#idleListeners.add(listener);
    return () => this.#idleListeners.delete(listener);
  }

  /** Calls `listener` once, when the port is closed. */
  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener);
    return () => this.#closeListeners.delete(listener);
  }

  /** Resolves when no byte waits to go to the host, or the port is closed. */
  flushed(): Promise<void> {
    if (this.#waiting === 0 || !this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        forget();
        forgetClose();
        resolve();
      };
      const forget = this.onIdle(done);
      const forgetClose = this.onClose(done);
    });
  }

  /** Stops taking what the host sends, until {@link resume}. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#carryIn();
  }

  /** Cuts both directions of the cable: bytes are lost, but no end is told. */
  cut(): void {
    this.toHost.cut();
    this.toDevice.cut();
  }

  /** Mends both directions. */
  join(): void {
    this.toHost.join();
    this.toDevice.join();
  }

  /** The port as a Node stream that waits where {@link write} refuses. It owns the port. */
  stream(): Duplex {
    return portStream(this);
  }

  stats(): { readonly toHost: DirectionStats; readonly toDevice: DirectionStats } {
    const { accepted, refused, delivered, read, handedOver } = this.#counts;
    return {
      toHost: { accepted, refused, waiting: this.#waiting, delivered },
      toDevice: { accepted: read, refused: 0, waiting: this.#in.length, delivered: handedOver },
    };
  }

  /**
   * Pulls the plug: the host's system reports a hang-up, what waited is lost, the link goes.
   * Plugging in again is a new port with the same `link`.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#outTimer);
    clearTimeout(this.#inTimer);
    this.#out.clear();
    this.#wire = new Uint8Array(0);
    this.#in.clear();
    if (this.link !== undefined) removePortLink(this.link, this.path);
    await this.#terminal.close();
    for (const listener of [...this.#closeListeners]) listener();
  }

  /** Moves bytes through the cable to the terminal, as fast as the line allows. */
  #carryOut(): void {
    if (!this.isOpen || this.#awaitingRoom) return;
    if (this.#wire.length === 0) {
      const waiting = this.#out.length;
      const count = this.#outPacer?.take(waiting, performance.now()) ?? waiting;
      this.#wire = this.toHost.carry(this.#out.take(count));
    }
    if (this.#wire.length > 0) {
      const written = this.#terminal.write(this.#wire);
      this.#counts.delivered += written;
      this.#wire = this.#wire.subarray(written);
    }
    if (this.#wire.length > 0) {
      this.#awaitingRoom = true;
      this.#terminal.whenWritable(() => {
        this.#awaitingRoom = false;
        this.#carryOut();
      });
      return;
    }
    if (this.#out.length > 0) {
      this.#outTimer ??= this.#later(this.#outPacer, this.#out.length, () => {
        this.#outTimer = undefined;
        this.#carryOut();
      });
    } else {
      for (const listener of [...this.#idleListeners]) listener();
    }
  }

  /** Takes bytes from the terminal and hands them over, as fast as the line allows. */
  #carryIn(): void {
    if (!this.isOpen || this.#paused || this.#dataListeners.size === 0) return;
    if (this.#in.length === 0) {
      const count = this.#terminal.read(this.#buffer);
      if (count > 0) {
        this.#counts.read += count;
        this.#inPacer?.begin(performance.now());
        this.#in.push(this.toDevice.carry(this.#buffer.subarray(0, count)));
      } else {
        this.#waitForData();
        return;
      }
    }
    const waiting = this.#in.length;
    const bytes = this.#in.take(this.#inPacer?.take(waiting, performance.now()) ?? waiting);
    this.#counts.handedOver += bytes.length;
    if (bytes.length > 0) for (const listener of [...this.#dataListeners]) listener(bytes);
    if (this.#in.length === 0) this.#waitForData();
    else {
      this.#inTimer ??= this.#later(this.#inPacer, this.#in.length, () => {
        this.#inTimer = undefined;
        this.#carryIn();
      });
    }
  }

  #waitForData(): void {
    if (this.#awaitingData || !this.isOpen) return;
    this.#awaitingData = true;
    this.#terminal.whenReadable(() => {
      this.#awaitingData = false;
      this.#carryIn();
    });
  }

  #later(pacer: BaudPacer | undefined, bytes: number, task: () => void): NodeJS.Timeout {
    return setTimeout(task, Math.min(LONGEST_TICK_MS, Math.ceil(pacer?.durationMs(bytes) ?? 0)));
  }
}
