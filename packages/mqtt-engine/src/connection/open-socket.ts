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
const READ_BUFFER_BYTES = 65_536;
let sharedRead: { buffer: Buffer; callback: typeof onRead } | undefined;

/** Whom a socket tells, and why it failed. */
const EVENTS = Symbol("events");
const FAILURE = Symbol("failure");

/** A socket that carries what its listeners need, so that all sockets share the listeners. */
type OwnedSocket = Socket & { [EVENTS]?: TransportEvents; [FAILURE]?: Error };

/**
 * Opens a TCP, TLS or Unix socket.
 *
 * @throws what `tls.connect` throws for certificates it cannot read
 */
export function openSocket(target: SocketTarget, events: TransportEvents): Transport {
  sharedRead ??= { buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES), callback: onRead };
  const onread = sharedRead;
  const place = target.socketPath
    ? { path: target.socketPath }
    : { host: target.host, port: target.port, ...localAddressOf(target) };
  if (!target.tls) {
    const socket: OwnedSocket = connectTcp({ ...place, onread, noDelay: true });
    socket.once("connect", onOpened);
    return new SocketTransport(socket, events);
  }
  // The types leave out `onread`, which tls.connect hands on to the socket.
  const options = { ...tlsOptions(target), ...place, onread };
  const socket = connectTls(options);
  socket.once("secureConnect", onOpened);
  keepSession(socket, target);
  socket.setNoDelay(true);
  return new SocketTransport(socket, events);
}

class SocketTransport implements Transport {
  readonly #socket: OwnedSocket;

  constructor(socket: OwnedSocket, events: TransportEvents) {
    this.#socket = socket;
    socket[EVENTS] = events;
    socket.on("error", onError);
    socket.on("drain", onDrain);
    socket.on("close", onClose);
  }

  get pendingBytes(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes);
    return this.#socket.writableLength === 0;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Node calls it on the socket. */
function onRead(this: unknown, bytes: number, buffer: Uint8Array): boolean {
  (this as OwnedSocket)[EVENTS]?.data(buffer as Buffer, 0, bytes);
  return true;
}

function onOpened(this: OwnedSocket): void {
  this[EVENTS]?.opened("isSessionReused" in this && (this as TLSSocket).isSessionReused());
}

function onError(this: OwnedSocket, error: Error): void {
  this[FAILURE] = error;
}

function onDrain(this: OwnedSocket): void {
  this[EVENTS]?.drained();
}

function onClose(this: OwnedSocket): void {
  this[EVENTS]?.closed(this[FAILURE]);
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
