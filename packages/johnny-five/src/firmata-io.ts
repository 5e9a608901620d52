import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import firmata from "firmata-io";

/** The half of Firmata that runs on a host, as johnny-five takes it for its `io`. */
export interface FirmataIo extends EventEmitter {
  readonly isReady: boolean;
  reportVersion(callback: () => void): void;
}

type FirmataClass = new (
  transport: Duplex,
  options: Readonly<Record<string, unknown>>,
) => FirmataIo;
const { Firmata } = firmata as unknown as { readonly Firmata: FirmataClass };

/** As the protocol has it: a board tells its version after a reset, else it is asked. */
const ASK_VERSION_MS = 2000;

/**
 * Speaks Firmata over a stream.
 *
 * @returns once the board has told what it can do
 * @throws the stream's error, or that it ended before
 */
export function openFirmata(stream: Duplex): Promise<FirmataIo> {
  return new Promise((resolve, reject) => {
    const io = new Firmata(stream, { reportVersionTimeout: ASK_VERSION_MS });
    // Without a listener an error of the stream would end the program; its `close` follows.
    io.on("error", () => {});
    stream.once("error", reject);
    stream.once("close", () => reject(new Error("the line closed before the board was ready")));
    io.once("ready", () => resolve(io));
  });
}
