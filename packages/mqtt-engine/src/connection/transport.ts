import type { Buffer } from "node:buffer";

/** What a transport tells; never during the call that opened it. */
export interface TransportEvents {
  /**
   * The network connection is up, TLS and WebSocket included.
   *
   * @param tlsResumed - true: TLS went on with an earlier session
   */
  opened(tlsResumed: boolean): void;
  /** Bytes from `start` to before `end`, valid only during the call. */
  data(chunk: Buffer, start: number, end: number): void;
  /** What waited to be written is written. */
  drained(): void;
  /** The network connection is over, or never came up; called once. */
  closed(error: Error | undefined): void;
}

/** A byte stream to the broker. */
export interface Transport {
  /** Writes bytes. @returns false when it still needs the memory they are in */
  write(bytes: Uint8Array): boolean;
  /** Bytes written that the system has not taken yet. */
  readonly pendingBytes: number;
  /** Stops reading; a chunk that is being handed on still comes whole. */
  pause(): void;
  resume(): void;
  /** Closes after what was written. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Opens a transport. The default opens a TCP, TLS or Unix socket, or a WebSocket. */
export type OpenTransport = (events: TransportEvents) => Transport;
