import type { Buffer } from "node:buffer";
import { MqttError } from "../error.js";
import {
  type AckPacket,
  type ConnackPacket,
  decodePacket,
  type IncomingPacket,
  type PublishPacket,
} from "../packet/decode-packet.js";
import {
  type ConnectFields,
  encodeConnect,
  encodeDisconnect,
  encodeEmpty,
  type PublishFields,
  type SubscribeOptions,
} from "../packet/encode-packet.js";
import { PacketParser } from "../packet/packet-parser.js";
import {
  AUTH,
  CONNACK,
  DISCONNECT,
  PACKET_NAMES,
  PINGREQ,
  PINGRESP,
  type ProtocolVersion,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
  UNSUBACK,
} from "../packet/packet-type.js";
import type { PacketWriter } from "../packet/packet-writer.js";
import type { MqttProperties } from "../packet/properties.js";
import { connectReasonText, reasonText } from "../reason-text.js";
import { checkFilter, checkTopic } from "./check-topic.js";
import { type IncomingPublish, IncomingPublishes } from "./incoming-publishes.js";
import { KeepAlive } from "./keep-alive.js";
import {
  OutgoingPublishes,
  type PublishDone,
  type SendContext,
  send,
} from "./outgoing-publishes.js";
import { type SubscribeDone, Subscriptions } from "./subscriptions.js";
import { TopicAliases } from "./topic-aliases.js";

/** What a session is made of; see `ConnectOptions` for the meaning and default of each. */
export interface SessionOptions {
  readonly protocolVersion: ProtocolVersion;
  readonly connect: ConnectFields;
  readonly maxPacketBytes: number;
  readonly maxInFlight: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  readonly maxTopicAliases: number;
  readonly ackTimeoutMs: number;
  readonly pingTimeoutMs: number;
}

/** Told what happens in a session, during the call that made it happen. */
export interface SessionHandler {
  /** CONNACK has come and says yes. */
  connected(packet: ConnackPacket): void;
  /**
   * A message has come in.
   *
   * @param topic - with a topic alias resolved
   * @param packet - its payload is valid only during the call
   * @param entry - to acknowledge it by; undefined with QoS 0
   */
  message(topic: string, packet: PublishPacket, entry: IncomingPublish | undefined): void;
  /** Something went wrong that no caller waits for. */
  problem(error: MqttError): void;
}

/** What a session has counted since it was made. */
export interface SessionCounts {
  /** Publishes written to the network, each once. */
  sent: number;
  /** Messages that came in, those sent again by the broker included. */
  received: number;
  /** Publishes not taken because a queue was full. */
  refused: number;
  /** Acknowledgements from the broker for identifiers that were not in use. */
  unknownAcks: number;
}

/**
 * One client's side of an MQTT session over successive network connections, without socket, clock
 * or timer: bytes go in by {@link receive}, bytes come out into a {@link PacketWriter}, and `now` is
 * handed in, in ms of any monotonic clock.
 */
export class ClientSession {
  readonly #options: SessionOptions;
  readonly #handler: SessionHandler;
  readonly #parser: PacketParser;
  readonly #keepAlive = new KeepAlive();
  readonly #outgoing: OutgoingPublishes;
  readonly #incoming: IncomingPublishes;
  readonly #subscriptions: Subscriptions;
  readonly #context: { -readonly [K in keyof SendContext]: SendContext[K] };
  readonly counts: SessionCounts = { sent: 0, received: 0, refused: 0, unknownAcks: 0 };

  #connected = false;
  #closing = false;
  #clientId: string;
  #lastPacketId = 0;
  #writer: PacketWriter | undefined;
  #now = 0;
  #incomingAliases: Map<number, string> | undefined;

  constructor(options: SessionOptions, handler: SessionHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#clientId = options.connect.clientId;
    this.#parser = new PacketParser(options.maxPacketBytes);
    this.#outgoing = new OutgoingPublishes(options);
    this.#incoming = new IncomingPublishes(options.protocolVersion);
    this.#subscriptions = new Subscriptions(options.maxQueued, (error) => handler.problem(error));
    this.#context = {
      version: options.protocolVersion,
      aliases: undefined,
      maxPacketBytes: Number.POSITIVE_INFINITY,
      maximumQoS: 2,
      retainAvailable: true,
      newPacketId: () => this.#newPacketId(),
    };
  }

  /** True from CONNACK until the network connection ends. */
  get connected(): boolean {
    return this.#connected;
  }

  /** The client identifier, also when the broker gave it. */
  get clientId(): string {
    return this.#clientId;
  }

  get outgoing(): OutgoingPublishes {
    return this.#outgoing;
  }

  get incoming(): IncomingPublishes {
    return this.#incoming;
  }

  /** True when nothing of ours waits for the broker. */
  get idle(): boolean {
    return this.#outgoing.inFlight === 0 && this.#outgoing.waiting === 0;
  }

  /** When {@link poll} is next needed, in the clock's ms; infinite when there is nothing to watch. */
  get deadline(): number {
    if (!this.#connected) return Number.POSITIVE_INFINITY;
    const oldest = Math.min(this.#outgoing.oldestSentAt, this.#subscriptions.oldestSentAt);
    return Math.min(this.#keepAlive.deadline, oldest + this.#options.ackTimeoutMs);
  }

  /** A network connection is open: writes CONNECT, with `renewed` in place of what it was made with. */
  open(writer: PacketWriter, renewed: Partial<ConnectFields> = {}): void {
    this.#parser.reset();
    this.#incomingAliases = undefined;
    this.#closing = false;
    const fields = { ...this.#options.connect, ...renewed, clientId: this.#clientId };
    encodeConnect(writer, this.#options.protocolVersion, fields);
  }

  /** The network connection is gone; what is not done waits for the next {@link open}. */
  lost(): void {
    this.#connected = false;
    this.#outgoing.disconnected();
    this.#subscriptions.disconnected();
  }

  /** Fails everything that is not done, for good. */
  failAll(error: MqttError): void {
    this.#outgoing.failAll(error);
    this.#subscriptions.failAll(error);
  }

  /**
   * Takes bytes from the broker, cut anywhere.
   *
   * @throws {@link MqttError} after which the network connection has to be closed
   */
  receive(chunk: Buffer, start: number, end: number, writer: PacketWriter, now: number): void {
    this.#writer = writer;
    this.#now = now;
    if (this.#connected) this.#keepAlive.received(now);
    this.#parser.push(chunk, start, end, this.#onPacket);
    if (this.#connected) this.pump(writer, now);
  }

  /** Says that the broker is not to be heard because we have stopped reading. */
  holdKeepAlive(now: number): void {
    this.#keepAlive.received(now);
  }

  /**
   * Does what is due at `now`: pings, and watches for answers that do not come.
   *
   * @throws {@link MqttError} `MQTT_TIMEOUT`, after which the network connection has to be closed
   */
  poll(writer: PacketWriter, now: number): void {
    if (!this.#connected) return;
    const oldest = Math.min(this.#outgoing.oldestSentAt, this.#subscriptions.oldestSentAt);
    if (now >= oldest + this.#options.ackTimeoutMs) {
      throw new MqttError(
        "MQTT_TIMEOUT",
        `the broker has not acknowledged a packet within ${this.#options.ackTimeoutMs} ms`,
      );
    }
    if (this.#keepAlive.poll(now)) encodeEmpty(writer, PINGREQ);
  }

  /**
   * Publishes: QoS 0 at once, QoS 1 and 2 as the broker's Receive Maximum allows.
   *
   * @param done - not called with QoS 0
   * @throws {@link MqttError} `MQTT_NOT_CONNECTED`, `MQTT_QUEUE_FULL`, `MQTT_INVALID_ARGUMENT`,
   *   `MQTT_PUBLISH_REFUSED`, `MQTT_PACKET_TOO_LARGE`
   */
  publish(
    writer: PacketWriter,
    topic: string,
    payload: Uint8Array,
    qos: QoS,
    retain: boolean,
    properties: MqttProperties,
    done: PublishDone | undefined,
    now: number,
  ): void {
    checkTopic(topic);
    if (qos === 0) {
      if (!this.#connected || this.#closing) {
        throw new MqttError("MQTT_NOT_CONNECTED", "a QoS 0 publish without a connection");
      }
      const fields: PublishFields = {
        topic,
        payload,
        qos,
        retain,
        dup: false,
        packetId: 0,
        properties,
      };
      const refused = send(writer, this.#context, fields);
      if (refused) throw refused;
      this.counts.sent++;
      this.#keepAlive.sent(now);
      return;
    }
    try {
      this.#outgoing.add(topic, payload, qos, retain, properties, done);
    } catch (error) {
      this.counts.refused++;
      throw error;
    }
    if (this.#connected) this.pump(writer, now);
  }

  /**
   * Subscribes, or with `options` undefined unsubscribes.
   *
   * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT`, `MQTT_QUEUE_FULL`
   */
  subscribe(
    writer: PacketWriter,
    filter: string,
    options: SubscribeOptions | undefined,
    done: SubscribeDone,
    now: number,
  ): void {
    checkFilter(filter);
    this.#subscriptions.add(filter, options, done);
    if (this.#connected) this.pump(writer, now);
  }

  /** Writes what waits and may go now. */
  pump(writer: PacketWriter, now: number): void {
    if (this.#closing) return;
    const start = writer.length;
    if (this.#subscriptions.waiting > 0) {
      this.#subscriptions.pump(writer, this.#options.protocolVersion, now, () =>
        this.#newPacketId(),
      );
    }
    if (this.#outgoing.waiting > 0) {
      this.counts.sent += this.#outgoing.pump(writer, this.#context, now);
    }
    if (writer.length > start) this.#keepAlive.sent(now);
  }

  /** The application has this message safe: acknowledges it to the broker, in order of receipt. */
  acknowledge(entry: IncomingPublish, writer: PacketWriter, now: number): void {
    const start = writer.length;
    this.#incoming.acknowledge(entry, writer);
    if (writer.length > start) this.#keepAlive.sent(now);
  }

  /** Writes DISCONNECT; nothing is sent after it. */
  disconnect(writer: PacketWriter, reasonCode = 0): void {
    if (this.#closing) return;
    this.#closing = true;
    encodeDisconnect(writer, this.#options.protocolVersion, reasonCode);
  }

  readonly #onPacket = (
    firstByte: number,
    buffer: Buffer,
    start: number,
    end: number,
    packetBytes: number,
  ): boolean => {
    const version = this.#options.protocolVersion;
    if (!this.#connected) {
      this.#handshake(decodePacket(version, firstByte, buffer, start, end, packetBytes));
      return true;
    }
    if (firstByte === PUBACK << 4 && packetBytes === 4) {
      // Most of what a publisher receives: read without making an object of it.
      const packetId = ((buffer[start] as number) << 8) | (buffer[start + 1] as number);
      if (!this.#outgoing.acknowledge(packetId, 0, false)) this.counts.unknownAcks++;
      return true;
    }
    this.#dispatch(decodePacket(version, firstByte, buffer, start, end, packetBytes));
    return !this.#closing;
  };

  #handshake(packet: IncomingPacket): void {
    if (packet.type !== CONNACK) {
      throw new MqttError("MQTT_PROTOCOL_ERROR", `${PACKET_NAMES[packet.type]} before CONNACK`);
    }
    const { reasonCode, properties } = packet;
    const options = this.#options;
    if (reasonCode !== 0) {
      const why = connectReasonText(options.protocolVersion, reasonCode);
      const more = properties.reasonString ? ` (${properties.reasonString})` : "";
      throw new MqttError("MQTT_CONNECT_REFUSED", `the broker refused: ${why}${more}`, {
        reasonCode,
      });
    }
    if (packet.sessionPresent && options.connect.cleanSession) {
      throw new MqttError("MQTT_PROTOCOL_ERROR", "a session present after a clean start");
    }
    this.#clientId = properties.assignedClientIdentifier ?? this.#clientId;
    const keepAliveS = properties.serverKeepAlive ?? options.connect.keepAliveS;
    this.#keepAlive.start(this.#now, keepAliveS * 1000, options.pingTimeoutMs);
    const aliases = Math.min(properties.topicAliasMaximum ?? 0, options.maxTopicAliases);
    this.#context.aliases = aliases > 0 ? new TopicAliases(aliases) : undefined;
    this.#context.maxPacketBytes = properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    this.#context.maximumQoS = properties.maximumQoS ?? 2;
    this.#context.retainAvailable = properties.retainAvailable ?? true;
    this.#connected = true;
    this.#incoming.connected(packet.sessionPresent);
    const quota = Math.min(properties.receiveMaximum ?? 0xffff, options.maxInFlight);
    this.#outgoing.connected(packet.sessionPresent, quota);
    this.#subscriptions.connected(packet.sessionPresent);
    this.#handler.connected(packet);
  }

  #dispatch(packet: IncomingPacket): void {
    switch (packet.type) {
      case PUBLISH:
        this.#receivePublish(packet);
        return;
      case PUBACK:
      case PUBREC:
      case PUBREL:
      case PUBCOMP:
        this.#receiveAck(packet);
        return;
      case SUBACK:
      case UNSUBACK:
        if (!this.#subscriptions.acknowledge(packet.type, packet.packetId, packet.reasonCodes)) {
          this.counts.unknownAcks++;
        }
        return;
      case PINGRESP:
        return;
      case DISCONNECT:
        throw new MqttError(
          "MQTT_SERVER_DISCONNECTED",
          `the broker disconnected: ${reasonText(packet.reasonCode)}`,
          { reasonCode: packet.reasonCode },
        );
      case CONNACK:
      case AUTH:
        throw new MqttError("MQTT_PROTOCOL_ERROR", `${PACKET_NAMES[packet.type]} after CONNACK`);
    }
  }

  #receivePublish(packet: PublishPacket): void {
    const topic = this.#resolveTopic(packet);
    this.counts.received++;
    if (packet.qos === 0) {
      this.#handler.message(topic, packet, undefined);
      return;
    }
    const writer = this.#writer as PacketWriter;
    const entry = this.#incoming.receive(packet.packetId, packet.qos, writer);
    if (entry) this.#handler.message(topic, packet, entry);
  }

  #resolveTopic(packet: PublishPacket): string {
    const alias = packet.properties.topicAlias;
    if (alias === undefined) return packet.topic;
    if (alias > this.#options.maxTopicAliases) {
      throw new MqttError("MQTT_PROTOCOL_ERROR", `topic alias ${alias}`, { reasonCode: 148 });
    }
    this.#incomingAliases ??= new Map();
    if (packet.topic !== "") {
      this.#incomingAliases.set(alias, packet.topic);
      return packet.topic;
    }
    const topic = this.#incomingAliases.get(alias);
    if (topic === undefined) {
      throw new MqttError("MQTT_PROTOCOL_ERROR", `topic alias ${alias} was never given`, {
        reasonCode: 130,
      });
    }
    return topic;
  }

  #receiveAck(packet: AckPacket): void {
    const writer = this.#writer as PacketWriter;
    const { packetId, reasonCode } = packet;
    let known = true;
    if (packet.type === PUBACK) known = this.#outgoing.acknowledge(packetId, reasonCode, false);
    else if (packet.type === PUBCOMP) known = this.#outgoing.acknowledge(packetId, 0, true);
    else if (packet.type === PUBREL) this.#incoming.release(packetId, writer);
    else known = this.#outgoing.release(packetId, reasonCode, writer, this.#now);
    if (!known) this.counts.unknownAcks++;
  }

  #newPacketId(): number {
    do {
      this.#lastPacketId = this.#lastPacketId === 0xffff ? 1 : this.#lastPacketId + 1;
    } while (this.#outgoing.has(this.#lastPacketId) || this.#subscriptions.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
