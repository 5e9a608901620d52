import { Duplex } from "node:stream";
import type { VirtualPort } from "./virtual-port.js";

/**
 * A virtual port as a Node stream: a write waits until there is room, a reader that does not read
 * makes the host wait, and destroying the stream closes the port.
 */
export function portStream(port: VirtualPort): Duplex {
  const stream = new Duplex({
    read: () => port.resume(),
    write: (chunk: Uint8Array, _encoding, done) => send(port, chunk, done),
    final: (done) => void port.flushed().then(() => done()),
    destroy: (error, done) => void port.close().then(() => done(error)),
  });
  port.onData((bytes) => {
    if (!stream.push(bytes)) port.pause();
  });
  port.onClose(() => stream.destroy());
  return stream;
}

/** Writes `bytes` piece by piece, each when the one before has gone. */
function send(port: VirtualPort, bytes: Uint8Array, done: (error?: Error) => void): void {
  const piece = bytes.subarray(0, port.room);
  if (!port.write(piece)) {
    done(new Error("the virtual port is closed"));
    return;
  }
  if (piece.length === bytes.length) {
    done();
    return;
  }
  port.flushed().then(
    () => {
      if (port.isOpen) send(port, bytes.subarray(piece.length), done);
      else done(new Error("the virtual port is closed"));
    },
    (error: Error) => done(error),
  );
}
