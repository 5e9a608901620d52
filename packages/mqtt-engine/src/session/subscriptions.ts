import { MqttError } from "../error.js";
import {
  encodeSubscribe,
  encodeUnsubscribe,
  type SubscribeOptions,
} from "../packet/encode-packet.js";
import { type ProtocolVersion, type QoS, SUBACK, UNSUBACK } from "../packet/packet-type.js";
import type { PacketWriter } from "../packet/packet-writer.js";
import { reasonText } from "../reason-text.js";
import { Fifo } from "./fifo.js";

/** Called once for a subscribe or unsubscribe: with why it failed, or with the QoS granted. */
export type SubscribeDone = (error: MqttError | undefined, grantedQoS: QoS) => void;

interface Request {
  readonly filter: string;
  /** Undefined for an unsubscribe. */
  readonly options: SubscribeOptions | undefined;
  readonly done: SubscribeDone;
  sentAt: number;
}

/**
 * Our subscriptions: those asked for, those that wait for their SUBACK, and those that stand, which
 * are asked for again when the broker has forgotten the session.
 */
export class Subscriptions {
  readonly #maxQueued: number;
  readonly #onLost: (error: MqttError) => void;
  readonly #standing = new Map<string, SubscribeOptions>();
  readonly #unsent = new Fifo<Request>();
  readonly #sent = new Map<number, Request>();

  /** @param onLost - told when the broker refuses a subscription that stood before */
  constructor(maxQueued: number, onLost: (error: MqttError) => void) {
    this.#maxQueued = maxQueued;
    this.#onLost = onLost;
  }

  has(packetId: number): boolean {
    return this.#sent.has(packetId);
  }

  get waiting(): number {
    return this.#unsent.length;
  }

  /** When the first unanswered one was sent, in the clock's ms; infinite when there is none. */
  get oldestSentAt(): number {
    for (const request of this.#sent.values()) return request.sentAt;
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Asks for a subscription, or with `options` undefined for its end; {@link pump} sends it.
   *
   * @throws {@link MqttError} `MQTT_QUEUE_FULL`
   */
  add(filter: string, options: SubscribeOptions | undefined, done: SubscribeDone): void {
    if (this.#unsent.length + this.#sent.size >= this.#maxQueued) {
      throw new MqttError("MQTT_QUEUE_FULL", `${this.#maxQueued} subscribe requests wait`);
    }
    this.#unsent.push({ filter, options, done, sentAt: 0 });
  }

  pump(
    writer: PacketWriter,
    version: ProtocolVersion,
    now: number,
    newPacketId: () => number,
  ): void {
    for (let request = this.#unsent.shift(); request; request = this.#unsent.shift()) {
      const packetId = newPacketId();
      request.sentAt = now;
      try {
        if (request.options) {
          encodeSubscribe(writer, version, packetId, request.filter, request.options);
        } else {
          encodeUnsubscribe(writer, version, packetId, request.filter);
        }
      } catch (error) {
        if (!(error instanceof MqttError)) throw error;
        request.done(error, 0);
        continue;
      }
      this.#sent.set(packetId, request);
    }
  }

  /** The network is up; when the broker has forgotten the session, asks anew for what stood. */
  connected(sessionPresent: boolean): void {
    if (sessionPresent) return;
    const again: Request[] = [];
    for (const [filter, options] of this.#standing) {
      const done: SubscribeDone = (error) => {
        if (error) this.#onLost(error);
      };
      again.push({ filter, options, done, sentAt: 0 });
    }
    this.#unsent.prepend(again);
  }

  /** The network is gone: what was not answered is asked again on the next one. */
  disconnected(): void {
    this.#unsent.prepend([...this.#sent.values()]);
    this.#sent.clear();
  }

  /** SUBACK or UNSUBACK. @returns false for an identifier that waits for no such answer */
  acknowledge(type: number, packetId: number, reasonCodes: readonly number[]): boolean {
    const request = this.#sent.get(packetId);
    if (!request || type !== (request.options ? SUBACK : UNSUBACK)) return false;
    this.#sent.delete(packetId);
    const reasonCode = reasonCodes[0] ?? 0;
    if (reasonCode >= 128) {
      this.#standing.delete(request.filter);
      request.done(refusal(request, reasonCode), 0);
      return true;
    }
    if (request.options) this.#standing.set(request.filter, request.options);
    else this.#standing.delete(request.filter);
    request.done(undefined, Math.min(reasonCode, 2) as QoS);
    return true;
  }

  /** Fails everything that waits. */
  failAll(error: MqttError): void {
    const all = [...this.#sent.values(), ...this.#unsent.drain()];
    this.#sent.clear();
    for (const request of all) request.done(error, 0);
  }
}

function refusal(request: Request, reasonCode: number): MqttError {
  const what = request.options ? "subscribe to" : "unsubscribe from";
  return new MqttError(
    "MQTT_SUBSCRIBE_REFUSED",
    `the broker refused to ${what} ${request.filter}: ${reasonText(reasonCode)}`,
    { reasonCode },
  );
}
