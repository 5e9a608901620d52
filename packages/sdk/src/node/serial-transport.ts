import type { Duplex } from "node:stream";
import { keepPolling, LinkNode, type LinkNodeEvent, type LinkNodeStats } from "@bollard/link";
import { SdkError } from "../error.js";
import type { OpenTransport, OutgoingMessage, Transport, TransportContext } from "./transport.js";

export interface SerialTransportOptions {
  /**
   * Opens the line: a `SerialPort`, a socket, any byte stream. Called again each time it ended; it
   * may take as long as it likes, such as until the plug is back.
   */
  readonly open: () => Promise<Duplex>;
  /** Wait after a line that would not open, or ended within that time, ms. Default: 1000. */
  readonly reopenMs?: number;
  /** Name and version of the program, told to the host. Default: empty. */
  readonly firmware?: string;
  /** Line speed in baud, to know when a frame has left. Default: unknown. */
  readonly baudRate?: number;
  /** Most payloads handed to the link and not yet durable, 1 to 16384. Default: 64. */
  readonly maxInFlight?: number;
}

/**
 * Carries payloads over the serial link; one is delivered when the bridge says that it is on disk.
 *
 * @see docs/link-protocol.md
 */
export function serialTransport(options: SerialTransportOptions): Transport {
  return (context) => new SerialTransport(context, options);
}

/** A line that takes no more than this loses frames, which are sent again. */
const MOST_UNWRITTEN_BYTES = 65_536;

interface Pending {
  readonly length: number;
  resolve(): void;
  reject(error: Error): void;
}

class SerialTransport implements OpenTransport {
  readonly maxInFlight: number;
  readonly carriesKey = true;
  readonly carriesResults = true;
  readonly #onCommand: TransportContext["onCommand"];
  readonly #options: SerialTransportOptions;
  readonly #link: LinkNode;
  readonly #endPolling: () => void;
  /** In the order offered, which is the order in which they become durable. */
  readonly #pending: Pending[] = [];
  readonly #closing = new AbortController();
  #line: Duplex | undefined;

  constructor(context: TransportContext, options: SerialTransportOptions) {
    const { nodeId, boot, schemas, life } = context;
    this.#onCommand = context.onCommand;
    this.maxInFlight = options.maxInFlight ?? 64;
    this.#options = options;
    const now = () => performance.now();
    this.#link = new LinkNode({
      ...{ nodeId, boot, schemas, now, maxHeld: this.maxInFlight },
      life: life ?? 1 + Math.floor(Math.random() * 0xffff),
      takesCommands: context.onCommand !== undefined,
      ...(options.firmware !== undefined && { firmware: options.firmware }),
      ...(options.baudRate !== undefined && { baudRate: options.baudRate }),
      send: (frame) => {
        const line = this.#line;
        if (line?.writable && line.writableLength <= MOST_UNWRITTEN_BYTES) line.write(frame);
      },
      onEvent: (event) => this.#take(event),
    });
    this.#endPolling = keepPolling(this.#link, { now });
    void this.#keepOpen();
  }

  stats(): LinkNodeStats {
    return this.#link.stats();
  }

  send({ sequence, payload, alarm, result }: OutgoingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      if (payload.length > this.#link.maxPayload) {
        reject(tooLong(payload.length, this.#link.maxPayload));
        return;
      }
      const pending = { length: payload.length, resolve, reject };
      this.#pending.push(pending);
      // The link is ahead only where the host gave the messages other numbers.
      const ahead = ((this.#link.nextSequence - sequence) | 0) > 0;
      const isTaken =
        result === undefined
          ? this.#link.offer(payload, { alarm, ...(ahead ? {} : { sequence }) })
          : this.#link.answer(result.commandId, result.status, payload);
      if (!isTaken) {
        this.#pending.pop();
        reject(new Error("the link's queue is full"));
      }
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#endPolling();
    this.#link.lineDown();
    if (this.#line) end(this.#line);
    for (const pending of this.#pending.splice(0)) {
      pending.reject(new SdkError("SDK_CLOSED", "the serial transport was closed"));
    }
  }

  #take(event: LinkNodeEvent): void {
    if (event.kind === "durable") {
      for (const pending of this.#pending.splice(0, event.count)) pending.resolve();
    } else if (event.kind === "dropped") {
      this.#rejectTooLong();
    } else if (event.kind === "command") {
      this.#onCommand?.({ id: event.id, payload: event.payload });
    }
  }

  /** The host takes shorter bodies than were offered: the link dropped those that do not fit. */
  #rejectTooLong(): void {
    const { maxPayload } = this.#link;
    for (const pending of this.#pending.splice(0)) {
      if (pending.length <= maxPayload) this.#pending.push(pending);
      else pending.reject(tooLong(pending.length, maxPayload));
    }
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#closing;
    const { reopenMs = 1_000 } = this.#options;
    while (!signal.aborted) {
      try {
        const line = await this.#options.open();
        if (signal.aborted) {
          end(line);
          return;
        }
        const openedAt = performance.now();
        await this.#run(line);
        if (performance.now() - openedAt >= reopenMs) continue;
      } catch {
        // Tried again, like a line that ended at once.
      }
      await pause(reopenMs, signal);
    }
  }

  /** Resolves when the line has ended. */
  #run(line: Duplex): Promise<void> {
    return new Promise((resolve) => {
      this.#line = line;
      line.on("error", () => {}); // `close` follows and says enough
      line.on("data", (chunk: Uint8Array) => this.#link.receive(chunk));
      line.on("end", () => end(line));
      line.once("close", () => {
        this.#line = undefined;
        if (!this.#closing.signal.aborted) this.#link.lineDown();
        resolve();
      });
      this.#link.lineUp();
    });
  }
}

/** Destroying a `SerialPort` does not close it, so what can be closed is. */
function end(line: Duplex & { readonly isOpen?: boolean; close?(): unknown }): void {
  if (line.close && line.isOpen) line.close();
  else line.destroy();
}

function tooLong(length: number, most: number): SdkError {
  return new SdkError("SDK_TOO_LONG", `a payload of ${length} bytes, where the link takes ${most}`);
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, delayMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
