import { Buffer } from "node:buffer";
import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
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
  /** Keeps the last TLS session, to resume it. */
  readonly tlsSession?: TlsSession | undefined;
}

/** The TLS session that the next connection resumes, which saves it most of the handshake. */
export interface TlsSession {
  ticket: Buffer | undefined;
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
  const onread = {
    buffer: shared,
    callback: (bytes: number) => {
      events.data(shared, 0, bytes);
      return true;
    },
  };
  const place = target.socketPath
    ? { path: target.socketPath }
    : { host: target.host, port: target.port, ...localAddressOf(target) };
  if (!target.tls) {
    const socket = connectTcp({ ...place, onread, noDelay: true }, () => events.opened(false));
    return transportOf(socket, events);
  }
  // The types leave out `onread`, which tls.connect hands on to the socket.
  const options = { ...tlsOptions(target), ...place, onread };
  const socket = connectTls(options, () => events.opened(socket.isSessionReused()));
  keepSession(socket, target);
  socket.setNoDelay(true);
  return transportOf(socket, events);
}

function transportOf(socket: Socket, events: TransportEvents): Transport {
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

/** The options of `tls.connect`, with the server's name and the session to resume. */
export function tlsOptions(target: SocketTarget): ConnectionOptions {
  const ticket = target.tlsSession?.ticket;
  return {
    servername: servername(target.host),
    ...(ticket ? { session: ticket } : {}),
    ...target.tls,
  };
}

/** Keeps the newest session that the broker gives. */
export function keepSession(socket: TLSSocket, target: SocketTarget): void {
  socket.on("session", (ticket) => {
    if (target.tlsSession) target.tlsSession.ticket = ticket;
  });
}

export function localAddressOf(target: SocketTarget): { localAddress?: string } {
  return target.localAddress ? { localAddress: target.localAddress } : {};
}

/** Server Name Indication takes names only. */
function servername(host: string): string {
  return /^[\d.]+$|:/.test(host) ? "" : host;
}
