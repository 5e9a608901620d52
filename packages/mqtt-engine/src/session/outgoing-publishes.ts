import { MqttError } from "../error.js";
import { encodeAck, encodePublish, type PublishFields } from "../packet/encode-packet.js";
import { type ProtocolVersion, PUBREL, type QoS } from "../packet/packet-type.js";
import type { PacketWriter } from "../packet/packet-writer.js";
import type { MqttProperties } from "../packet/properties.js";
import { reasonText } from "../reason-text.js";
import { Fifo } from "./fifo.js";
import type { TopicAliases } from "./topic-aliases.js";

/**
 * Called once for a publish: with nothing when it is done (QoS 0: given to the socket, 1: PUBACK,
 * 2: PUBCOMP), or with why it failed.
 */
export type PublishDone = (error?: MqttError) => void;

/** One PUBLISH with QoS 1 or 2 that its sender still answers for. */
interface OutgoingPublish extends PublishFields {
  packetId: number;
  dup: boolean;
  /** True once PUBREC has come: from then on PUBREL is what is sent again. */
  released: boolean;
  sentAt: number;
  readonly done: PublishDone | undefined;
}

/** What a publish needs at the moment it is sent. */
export interface SendContext {
  readonly version: ProtocolVersion;
  readonly aliases: TopicAliases | undefined;
  /** The broker's Maximum Packet Size in bytes. */
  readonly maxPacketBytes: number;
  readonly maximumQoS: number;
  readonly retainAvailable: boolean;
  newPacketId(): number;
}

/** Limits of {@link OutgoingPublishes}. */
export interface OutgoingLimits {
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
}

/**
 * Our QoS 1 and 2 publishes, from `publish` until the broker has taken them: those that wait, and
 * those in flight, at most the broker's Receive Maximum. After a reconnect those in flight go out
 * again first, in their order.
 *
 * @see MQTT 3.1.1 and 5.0, sections 4.3, 4.4 and 4.9
 */
export class OutgoingPublishes {
  readonly #limits: OutgoingLimits;
  readonly #waiting = new Fifo<OutgoingPublish>();
  /** By packet identifier; a Map keeps the order of sending. */
  readonly #inFlight = new Map<number, OutgoingPublish>();
  #quota = 0;
  #bytes = 0;
  #resent = 0;
  #acknowledged = 0;

  constructor(limits: OutgoingLimits) {
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Publishes sent again after a reconnect. */
  get resent(): number {
    return this.#resent;
  }

  /** Publishes that the broker has taken. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  has(packetId: number): boolean {
    return this.#inFlight.has(packetId);
  }

  /** When the one longest in flight was sent, in the clock's ms; infinite when there is none. */
  get oldestSentAt(): number {
    for (const entry of this.#inFlight.values()) {
      if (entry.packetId !== 0 && entry.sentAt >= 0) return entry.sentAt;
    }
    return Number.POSITIVE_INFINITY;
  }

  /**
   * Takes a publish; {@link pump} sends it.
   *
   * @param payload - kept until the broker has it, so it must not be changed before
   * @throws {@link MqttError} `MQTT_QUEUE_FULL`
   */
  add(
    topic: string,
    payload: Uint8Array,
    qos: QoS,
    retain: boolean,
    properties: MqttProperties,
    done: PublishDone | undefined,
  ): void {
    const count = this.#waiting.length + this.#inFlight.size;
    if (count >= this.#limits.maxQueued) {
      throw new MqttError("MQTT_QUEUE_FULL", `${count} publishes are waiting or in flight`);
    }
    if (this.#bytes + payload.length > this.#limits.maxQueuedBytes) {
      throw new MqttError("MQTT_QUEUE_FULL", `${this.#bytes} bytes are waiting or in flight`);
    }
    this.#bytes += payload.length;
    this.#waiting.push({
      topic,
      payload,
      qos,
      retain,
      dup: false,
      packetId: 0,
      properties,
      released: false,
      sentAt: -1,
      done,
    });
  }

  /**
   * Sends what waits, as far as the broker's Receive Maximum allows.
   *
   * @returns how many went out for the first time
   */
  pump(writer: PacketWriter, context: SendContext, now: number): number {
    let fresh = 0;
    while (this.#quota > 0) {
      const entry = this.#waiting.shift();
      if (!entry) break;
      if (entry.packetId === 0) {
        entry.packetId = context.newPacketId();
        this.#inFlight.set(entry.packetId, entry);
        fresh++;
      } else {
        this.#resent++;
      }
      if (entry.released) {
        encodeAck(writer, PUBREL, entry.packetId);
      } else {
        const refused = send(writer, context, entry);
        if (refused) {
          this.#finish(entry, refused);
          continue;
        }
      }
      entry.sentAt = now;
      this.#quota--;
    }
    return fresh;
  }

  /**
   * The network is up: allows `quota` in flight and puts what was in flight before first in line.
   *
   * @param sessionPresent - false: the broker remembers nothing, so they go as new publishes
   */
  connected(sessionPresent: boolean, quota: number): void {
    this.#quota = quota;
    const again: OutgoingPublish[] = [];
    for (const entry of this.#inFlight.values()) {
      if (sessionPresent) {
        entry.dup = true;
        again.push(entry);
      } else if (entry.released) {
        // The broker had taken it on before it lost the session: sending anew would double it.
        this.#finish(entry);
      } else {
        this.#inFlight.delete(entry.packetId);
        entry.packetId = 0;
        entry.dup = false;
        again.push(entry);
      }
    }
    this.#waiting.prepend(again);
  }

  /** The network is gone: nothing is sent until {@link connected}. */
  disconnected(): void {
    this.#quota = 0;
    // What was put first in line and not sent yet is in flight as well, and stays there.
    const waiting = this.#waiting.drain().filter((entry) => entry.packetId === 0);
    this.#waiting.prepend(waiting);
    for (const entry of this.#inFlight.values()) entry.sentAt = -1;
  }

  /** PUBACK, or PUBCOMP with `complete`. @returns false for an identifier that is not in flight */
  acknowledge(packetId: number, reasonCode: number, complete: boolean): boolean {
    const entry = this.#sent(packetId);
    if (!entry || (complete ? !entry.released : entry.qos !== 1)) return false;
    this.#quota++;
    this.#finish(entry, reasonCode >= 128 ? refusal(reasonCode) : undefined);
    return true;
  }

  /** PUBREC: answers PUBREL. @returns false for an identifier that is not in flight */
  release(packetId: number, reasonCode: number, writer: PacketWriter, now: number): boolean {
    const entry = this.#sent(packetId);
    if (entry?.qos !== 2) return false;
    if (reasonCode >= 128) {
      this.#quota++;
      this.#finish(entry, refusal(reasonCode));
      return true;
    }
    entry.released = true;
    entry.sentAt = now;
    encodeAck(writer, PUBREL, packetId);
    return true;
  }

  /** Fails everything that is not done. */
  failAll(error: MqttError): void {
    const all = new Set([...this.#inFlight.values(), ...this.#waiting.drain()]);
    for (const entry of all) this.#finish(entry, error);
  }

  #sent(packetId: number): OutgoingPublish | undefined {
    const entry = this.#inFlight.get(packetId);
    return entry && entry.sentAt >= 0 ? entry : undefined;
  }

  #finish(entry: OutgoingPublish, error?: MqttError): void {
    this.#inFlight.delete(entry.packetId);
    this.#bytes -= entry.payload.length;
    if (!error) this.#acknowledged++;
    entry.done?.(error);
  }
}

function refusal(reasonCode: number): MqttError {
  return new MqttError(
    "MQTT_PUBLISH_REFUSED",
    `the broker refused the publish: ${reasonText(reasonCode)}`,
    { reasonCode },
  );
}

/**
 * Writes one PUBLISH within what the broker takes.
 *
 * @returns why it was not written, or undefined
 */
export function send(
  writer: PacketWriter,
  context: SendContext,
  fields: PublishFields,
): MqttError | undefined {
  if (fields.qos > context.maximumQoS) {
    return new MqttError(
      "MQTT_PUBLISH_REFUSED",
      `the broker takes at most QoS ${context.maximumQoS}`,
      { reasonCode: 155 },
    );
  }
  if (fields.retain && !context.retainAvailable) {
    return new MqttError("MQTT_PUBLISH_REFUSED", "the broker takes no retained messages", {
      reasonCode: 154,
    });
  }
  const start = writer.length;
  const alias = context.aliases?.assign(fields.topic) ?? 0;
  const aliasKnown = alias > 0 && context.aliases?.isKnown(alias) === true;
  try {
    encodePublish(writer, context.version, fields, alias, aliasKnown);
  } catch (error) {
    if (error instanceof MqttError) return error;
    throw error;
  }
  const bytes = writer.length - start;
  if (bytes > context.maxPacketBytes) {
    writer.rewind(start);
    return new MqttError(
      "MQTT_PACKET_TOO_LARGE",
      `a packet of ${bytes} bytes, where the broker takes at most ${context.maxPacketBytes}`,
    );
  }
  if (alias > 0) context.aliases?.sent(alias);
  return undefined;
}
