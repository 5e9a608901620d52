import { encodeAck } from "../packet/encode-packet.js";
import { type ProtocolVersion, PUBACK, PUBCOMP, PUBREC } from "../packet/packet-type.js";
import type { PacketWriter } from "../packet/packet-writer.js";
import { Fifo } from "./fifo.js";

/** One PUBLISH with QoS 1 or 2 that came in, as its receiver acknowledges it. */
export interface IncomingPublish {
  readonly packetId: number;
  readonly qos: 1 | 2;
  /** Which network connection its acknowledgement belongs to. */
  network: number;
  /** Which session it belongs to: a session that ended takes no acknowledgement. */
  readonly session: number;
  acknowledged: boolean;
}

/**
 * What came in with QoS 1 and 2 and is not acknowledged, in order of receipt. The application
 * acknowledges in any order; PUBACK and PUBREC go out in order of receipt.
 *
 * @see MQTT 3.1.1 and 5.0, sections 4.3.2, 4.3.3 and 4.6
 */
export class IncomingPublishes {
  readonly #version: ProtocolVersion;
  readonly #unacknowledged = new Fifo<IncomingPublish>();
  /** QoS 2 by packet identifier, from PUBLISH until PUBREL; it outlives the network connection. */
  readonly #exactlyOnce = new Map<number, IncomingPublish>();
  #network = 0;
  #session = 0;
  #stale = 0;

  constructor(version: ProtocolVersion) {
    this.#version = version;
  }

  /** Messages that wait for their acknowledgement, or for an earlier message's. */
  get unacknowledged(): number {
    return this.#unacknowledged.length;
  }

  /** Acknowledgements that came after their network connection was gone: the broker sends again. */
  get stale(): number {
    return this.#stale;
  }

  /** A new network connection: the broker sends again what it has no acknowledgement for. */
  connected(sessionPresent: boolean): void {
    this.#network++;
    this.#unacknowledged.drain();
    if (!sessionPresent) {
      this.#session++;
      this.#exactlyOnce.clear();
    }
  }

  /**
   * Takes note of a PUBLISH.
   *
   * @returns the entry to acknowledge it by, or undefined for one that the application has already
   */
  receive(packetId: number, qos: 1 | 2, writer: PacketWriter): IncomingPublish | undefined {
    const known = qos === 2 ? this.#exactlyOnce.get(packetId) : undefined;
    if (known) {
      known.network = this.#network;
      this.#unacknowledged.push(known);
      this.#flush(writer);
      return undefined;
    }
    const entry: IncomingPublish = {
      packetId,
      qos,
      network: this.#network,
      session: this.#session,
      acknowledged: false,
    };
    this.#unacknowledged.push(entry);
    if (qos === 2) this.#exactlyOnce.set(packetId, entry);
    return entry;
  }

  /** The application has the message safe. A second call does nothing. */
  acknowledge(entry: IncomingPublish, writer: PacketWriter): void {
    if (entry.acknowledged) return;
    entry.acknowledged = true;
    if (entry.network !== this.#network || entry.session !== this.#session) this.#stale++;
    else this.#flush(writer);
  }

  /** PUBREL: the broker lets go of the identifier, and so do we. */
  release(packetId: number, writer: PacketWriter): void {
    const known = this.#exactlyOnce.delete(packetId);
    encodeAck(writer, PUBCOMP, packetId, known || this.#version === 4 ? 0 : 146);
  }

  #flush(writer: PacketWriter): void {
    for (;;) {
      const first = this.#unacknowledged.peek();
      if (!first?.acknowledged) return;
      this.#unacknowledged.shift();
      encodeAck(writer, first.qos === 1 ? PUBACK : PUBREC, first.packetId);
    }
  }
}
