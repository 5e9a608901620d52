import { basename } from "node:path";
import type { Filled, ForeignSerialConfig } from "../../config/config.js";
import type { EndStatus } from "../../page/api-types.js";
import { Trouble } from "../../trouble.js";
import { findPorts } from "../serial/find-ports.js";
import type { OpenPort, SerialStream } from "../serial/open-port.js";
import type { Source } from "../source.js";
import { ForeignIntake, type ForeignIntakeOptions } from "./foreign-intake.js";
import { LineSplitter } from "./line-splitter.js";

/** What the source is made of. */
export interface ForeignSerialSourceOptions extends ForeignIntakeOptions {
  readonly config: Filled<ForeignSerialConfig>;
  readonly openPort: OpenPort;
}

interface Port {
  readonly path: string;
  stream: SerialStream | undefined;
  isOpening: boolean;
  readonly trouble: Trouble;
  messages: number;
  errors: number;
}

const MAX_PORTS = 256;

/**
 * Foreign sensors that print a line for each reading on a serial port, each line mapped to a schema.
 *
 * Such a sensor cannot send again: what it prints while nothing can be kept is lost, and counted.
 * Nothing is ever written to the port.
 */
export class ForeignSerialSource implements Source {
  readonly #options: ForeignSerialSourceOptions;
  readonly #intake: ForeignIntake;
  readonly #ports = new Map<string, Port>();
  #looking: Promise<void> = Promise.resolve();
  #cancelLook: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ForeignSerialSourceOptions) {
    this.#options = options;
    this.#intake = new ForeignIntake(options);
  }

  async open(): Promise<void> {
    await this.#look();
  }

  status(): readonly EndStatus[] {
    const { name } = this.#options;
    return Array.from(this.#ports.values(), ({ path, stream, trouble, messages, errors }) => {
      const state = stream === undefined ? "down" : messages > 0 ? "up" : "connecting";
      const detail = stream === undefined ? trouble.now : name;
      return {
        name: path,
        kind: "serial",
        state,
        detail,
        ...trouble.view(state),
        messages,
        errors,
      };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook?.();
    await this.#looking;
    await Promise.all(Array.from(this.#ports.values(), ({ stream }) => stream?.close()));
  }

  #look(): Promise<void> {
    this.#looking = this.#lookOnce().finally(() => {
      const { clock, config } = this.#options;
      if (this.#isClosed) return;
      this.#cancelLook = clock.after(config.pollMs, () => void this.#look());
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const found = await findPorts(this.#options.config.ports);
    for (const { path } of found) {
      if (this.#isClosed) return;
      const port = this.#portOf(path);
      if (port && !port.stream && !port.isOpening) await this.#connect(port);
    }
  }

  #portOf(path: string): Port | undefined {
    const known = this.#ports.get(path);
    if (known || this.#ports.size >= MAX_PORTS) return known;
    const trouble = new Trouble(this.#options.clock);
    const port: Port = {
      ...{ path, stream: undefined, isOpening: false, trouble, messages: 0, errors: 0 },
    };
    this.#ports.set(path, port);
    return port;
  }

  async #connect(port: Port): Promise<void> {
    const { openPort, config, log } = this.#options;
    port.isOpening = true;
    try {
      const stream = await openPort(port.path, { baudRate: config.baudRate });
      if (this.#isClosed) {
        await stream.close();
        return;
      }
      port.stream = stream;
      port.trouble.end();
      const lines = new LineSplitter(config.maxLineBytes);
      stream.onData((chunk) => this.#takeLines(port, lines, chunk));
      stream.onClose((reason) => {
        port.stream = undefined;
        port.trouble.begin(reason?.message ?? "it was unplugged", config.pollMs);
        if (!this.#isClosed) log.warn({ port: port.path, err: reason }, "port closed");
      });
      log.info({ port: port.path, baudRate: config.baudRate }, "port opened");
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.trouble.begin(message, config.pollMs);
    } finally {
      port.isOpening = false;
    }
  }

  #takeLines(port: Port, lines: LineSplitter, chunk: Uint8Array): void {
    for (const event of lines.push(chunk)) {
      if (event.kind === "too-long") {
        const { maxLineBytes } = this.#options.config;
        this.#intake.bad(`a line of ${event.bytes} bytes; at most ${maxLineBytes}`);
        port.errors++;
        continue;
      }
      const before = this.#intake.errors;
      const isKept = this.#intake.take(event.bytes, { port: basename(port.path) }, false, () => {});
      if (!isKept) this.#tellLost(port);
      else if (this.#intake.errors > before) port.errors++;
      else port.messages++;
    }
  }

  #tellLost(port: Port): void {
    port.errors++;
    const message =
      "Nothing can be kept now, and this sensor cannot send a line again: it is lost.";
    this.#options.alarms.raise("FOREIGN_LINE_LOST", port.path, message);
  }
}
