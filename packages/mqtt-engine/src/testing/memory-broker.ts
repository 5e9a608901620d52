import { Buffer } from "node:buffer";
import { type Packet, parser } from "mqtt-packet";
import type { Transport, TransportEvents } from "../connection/transport.js";
import type { ProtocolVersion } from "../packet/packet-type.js";
import { type OraclePacket, oracleGenerate } from "./oracle.js";

/**
 * The broker's end of connections without a network, written with another implementation's packets.
 * A test says what it answers; what the client sends is kept in `received`.
 */
export class MemoryBroker {
  readonly version: ProtocolVersion;
  /** What the client has sent on all connections, `length` and the like left out. */
  readonly received: OraclePacket[] = [];
  /** Answers CONNECT by itself; undefined to leave it to the test. */
  connack: object | undefined = { sessionPresent: false };
  /** Connections opened so far. */
  opened = 0;
  paused = false;
  /** Bytes that the transport says are still waiting. */
  pendingBytes = 0;
  #events: TransportEvents | undefined;
  #waiters: { readonly cmd: string; readonly resolve: (packet: OraclePacket) => void }[] = [];

  constructor(version: ProtocolVersion = 4) {
    this.version = version;
  }

  /** Hand this to `connect`. */
  readonly openTransport = (events: TransportEvents): Transport => {
    const reader = parser({ protocolVersion: this.version } as never);
    reader.on("packet", (packet: Packet) => this.#take(packet as OraclePacket));
    reader.on("error", (error) => {
      throw error;
    });
    this.opened++;
    this.paused = false;
    this.#events = events;
    queueMicrotask(() => events.opened(false));
    const broker = this;
    return {
      write(bytes) {
        reader.parse(Buffer.from(bytes));
        return true;
      },
      get pendingBytes() {
        return broker.pendingBytes;
      },
      pause() {
        broker.paused = true;
      },
      resume() {
        broker.paused = false;
      },
      end: () => this.drop(),
      destroy: () => this.#end(events, undefined),
    };
  };

  /** Sends a packet to the client. */
  send(packet: object): void {
    this.sendBytes(oracleGenerate(packet, this.version));
  }

  sendBytes(bytes: Uint8Array): void {
    const chunk = Buffer.from(bytes);
    this.#events?.data(chunk, 0, chunk.length);
    // The buffer is the transport's again: what was not copied is gone.
    chunk.fill(0xee);
  }

  /** Ends the network connection. */
  drop(error?: Error): void {
    const events = this.#events;
    if (events) queueMicrotask(() => this.#end(events, error));
  }

  /** Says that what waited to be written is written. */
  drain(): void {
    this.pendingBytes = 0;
    this.#events?.drained();
  }

  /** The next packet of this kind that the client sends from now on. */
  next(cmd: string): Promise<OraclePacket> {
    return new Promise((resolve) => {
      this.#waiters.push({ cmd, resolve });
    });
  }

  /** Names, and packet identifiers where there are any, of what was received; forgets them. */
  log(): string[] {
    return this.received.splice(0).map((packet) => {
      const dup = packet.dup === true ? " dup" : "";
      return packet.messageId ? `${packet.cmd} ${packet.messageId}${dup}` : packet.cmd;
    });
  }

  #end(events: TransportEvents, error: Error | undefined): void {
    if (this.#events !== events) return;
    this.#events = undefined;
    events.closed(error);
  }

  #take(packet: OraclePacket): void {
    this.received.push(packet);
    if (packet.cmd === "connect" && this.connack) {
      const answer = { cmd: "connack", returnCode: 0, reasonCode: 0, ...this.connack };
      queueMicrotask(() => this.send(answer));
    }
    const index = this.#waiters.findIndex(({ cmd }) => cmd === packet.cmd);
    if (index >= 0) this.#waiters.splice(index, 1)[0]?.resolve(packet);
  }
}

/** Waits until what was put off to the end of the turn is done. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
