import { Buffer } from "node:buffer";
import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Transport, TransportEvents } from "./transport.js";

/** Where a socket goes to. */
export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  /** A Unix socket, in place of host and port. */
  readonly socketPath?: string | undefined;
  /** The address to connect from. */
  readonly localAddress?: string | undefined;
  readonly tls?: ConnectionOptions | undefined;
}

/** One read buffer for all sockets of the process: each chunk is done with before the next one. */
let readBuffer: Buffer | undefined;

/**
 * Opens a TCP, TLS or Unix socket.
 *
 * @throws what `tls.connect` throws for certificates it cannot read
 */
export function openSocket(target: SocketTarget, events: TransportEvents): Transport {
  readBuffer ??= Buffer.allocUnsafeSlow(65_536);
  const shared = readBuffer;
  let socket: Socket;
  const onread = {
    buffer: shared,
    callback: (bytes: number) => {
      events.data(shared, 0, bytes);
      return true;
    },
  };
  const place = target.socketPath
    ? { path: target.socketPath }
    : {
        host: target.host,
        port: target.port,
        ...(target.localAddress ? { localAddress: target.localAddress } : {}),
      };
  if (target.tls) {
    // The types leave out `onread`, which tls.connect hands on to the socket.
    const options = { servername: servername(target.host), ...target.tls, ...place, onread };
    socket = connectTls(options as ConnectionOptions, () => events.opened());
  } else {
    socket = connectTcp({ ...place, onread, noDelay: true }, () => events.opened());
  }
  if (target.tls) socket.setNoDelay(true);
  let failure: Error | undefined;
  socket.on("error", (error) => {
    failure = error;
  });
  socket.on("drain", () => events.drained());
  socket.on("close", () => events.closed(failure));
  return {
    write(bytes) {
      socket.write(bytes);
      return socket.writableLength === 0;
    },
    get pendingBytes() {
      return socket.writableLength;
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  };
}

/** Server Name Indication takes names only. */
function servername(host: string): string {
  return /^[\d.]+$|:/.test(host) ? "" : host;
}
