import { Buffer } from "node:buffer";
import { MqttError } from "../error.js";

/**
 * Takes each whole packet as it was on the wire.
 *
 * @param firstByte - type and flags
 * @param buffer - holds the body from `start` to before `end`, valid only during the call
 * @param packetBytes - the whole packet's length, header included
 * @returns false to take no more of this chunk
 */
export type PacketReceiver = (
  firstByte: number,
  buffer: Buffer,
  start: number,
  end: number,
  packetBytes: number,
) => boolean;

/** Memory taken at once for a packet that has only announced its length. */
const FIRST_PIECE = 16_384;

/**
 * Cuts a byte stream into MQTT packets, whatever pieces it comes in.
 *
 * A packet that lies whole in a chunk is handed on where it lies; only one that a chunk cuts is
 * copied. Memory stays at `maxPacketBytes` whatever arrives, and a length that is only announced
 * allocates at most twice what has come. A stream has no place to go on after a malformed packet,
 * so then {@link push} throws, and throws the same on each later call.
 */
export class PacketParser {
  readonly #maxPacketBytes: number;
  /** The cut packet's bytes so far, or undefined between packets. */
  #pending: Buffer | undefined;
  #have = 0;
  /** The cut packet's whole length, or 0 while its header is not whole. */
  #need = 0;
  #failure: MqttError | undefined;

  /** @param maxPacketBytes - largest packet taken, header included, in bytes */
  constructor(maxPacketBytes: number) {
    this.#maxPacketBytes = maxPacketBytes;
  }

  /** Forgets a packet that was cut, and an error: for a new network connection. */
  reset(): void {
    this.#pending = undefined;
    this.#have = 0;
    this.#need = 0;
    this.#failure = undefined;
  }

  /**
   * Takes `chunk` from `start` to before `end` and hands on each packet that it completes.
   *
   * @throws {@link MqttError} `MQTT_MALFORMED_PACKET` for a Remaining Length of more than four
   *   bytes, `MQTT_PACKET_TOO_LARGE` beyond `maxPacketBytes`, and what `receiver` throws
   */
  push(chunk: Buffer, start: number, end: number, receiver: PacketReceiver): void {
    if (this.#failure) throw this.#failure;
    try {
      const from = this.#pending ? this.#finishPending(chunk, start, end, receiver) : start;
      if (from < end) this.#pushWhole(chunk, from, end, receiver);
    } catch (error) {
      this.#pending = undefined;
      if (error instanceof MqttError) this.#failure = error;
      throw error;
    }
  }

  #pushWhole(chunk: Buffer, start: number, end: number, receiver: PacketReceiver): void {
    let at = start;
    while (at < end) {
      const total = packetLength(chunk, at, end);
      if (total === 0 || total > end - at) {
        if (total > 0) this.#checkTotal(total);
        this.#keep(chunk, at, end, total);
        return;
      }
      this.#checkTotal(total);
      const body = at + headerBytes(total);
      if (!receiver(chunk[at] as number, chunk, body, at + total, total)) return;
      at += total;
    }
  }

  /** Completes the cut packet, if it can, and returns where the next one starts. */
  #finishPending(chunk: Buffer, start: number, end: number, receiver: PacketReceiver): number {
    let at = start;
    while (this.#need === 0) {
      if (at === end) return end;
      this.#append(chunk, at, at + 1);
      at++;
      const total = packetLength(this.#pending as Buffer, 0, this.#have);
      if (total > 0) {
        this.#checkTotal(total);
        this.#need = total;
      }
    }
    const take = Math.min(end - at, this.#need - this.#have);
    this.#append(chunk, at, at + take);
    at += take;
    if (this.#have < this.#need) return at;
    const packet = this.#pending as Buffer;
    const total = this.#need;
    this.#pending = undefined;
    this.#need = 0;
    this.#have = 0;
    return receiver(packet[0] as number, packet, headerBytes(total), total, total) ? at : end;
  }

  #keep(chunk: Buffer, start: number, end: number, total: number): void {
    this.#have = 0;
    this.#need = total;
    this.#pending = Buffer.allocUnsafeSlow(total === 0 ? 8 : Math.min(total, FIRST_PIECE));
    this.#append(chunk, start, end);
  }

  #append(chunk: Buffer, start: number, end: number): void {
    let pending = this.#pending as Buffer;
    const wanted = this.#have + end - start;
    if (wanted > pending.length) {
      const room = Math.max(wanted, Math.min(this.#need, wanted * 2));
      const larger = Buffer.allocUnsafeSlow(room);
      pending.copy(larger, 0, 0, this.#have);
      this.#pending = pending = larger;
    }
    chunk.copy(pending, this.#have, start, end);
    this.#have = wanted;
  }

  #checkTotal(total: number): void {
    if (total > this.#maxPacketBytes) {
      throw new MqttError(
        "MQTT_PACKET_TOO_LARGE",
        `a packet of ${total} bytes, where at most ${this.#maxPacketBytes} are taken`,
        { offset: 1 },
      );
    }
  }
}

/** The whole length of the packet that starts at `at`, or 0 while its header is not whole. */
function packetLength(buffer: Buffer, at: number, end: number): number {
  let remaining = 0;
  for (let index = 0; index < 4; index++) {
    if (at + 1 + index >= end) return 0;
    const byte = buffer[at + 1 + index] as number;
    remaining |= (byte & 0x7f) << (7 * index);
    if (byte < 128) {
      if (byte === 0 && index > 0) throw malformedLength("not in its shortest form");
      return remaining + 2 + index;
    }
  }
  throw malformedLength("of more than four bytes");
}

/** Bytes before the body in a packet of `total` bytes, its length being in its shortest form. */
function headerBytes(total: number): number {
  if (total < 130) return 2;
  if (total < 16_387) return 3;
  return total < 2_097_156 ? 4 : 5;
}

function malformedLength(what: string): MqttError {
  return new MqttError("MQTT_MALFORMED_PACKET", `a Remaining Length ${what}`, { offset: 1 });
}
