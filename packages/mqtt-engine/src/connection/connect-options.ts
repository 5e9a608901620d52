import { randomBytes } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import { MqttError } from "../error.js";
import type { ConnectFields, Will } from "../packet/encode-packet.js";
import type { ProtocolVersion, QoS } from "../packet/packet-type.js";
import type { MqttProperties } from "../packet/properties.js";
import { checkTopic } from "../session/check-topic.js";
import type { SessionOptions } from "../session/client-session.js";
import type { ReconnectOptions } from "./backoff.js";
import type { MqttClock } from "./clock.js";
import type { WebSocketOptions } from "./open-web-socket.js";
import type { OpenTransport } from "./transport.js";

/** A message from the broker. */
export interface MqttMessage {
  readonly topic: string;
  /** A copy, the receiver's to keep. */
  readonly payload: Uint8Array;
  readonly qos: QoS;
  /** True: it was retained by the broker. */
  readonly retain: boolean;
  /** True: the broker may have sent it before. */
  readonly dup: boolean;
  /** 1 to 65535; 0 with QoS 0. */
  readonly packetId: number;
  /** Empty in 3.1.1. */
  readonly properties: MqttProperties;
}

/** The connection is up. */
export interface ConnectedEvent {
  /** True: the broker has kept the session, with its subscriptions and unacknowledged messages. */
  readonly sessionPresent: boolean;
  /** True: TLS went on with the session of the connection before. */
  readonly tlsResumed: boolean;
  /** What the broker says about itself in MQTT 5; empty in 3.1.1. */
  readonly properties: MqttProperties;
}

/** The connection is gone, or an attempt to make one has failed. */
export interface DisconnectedEvent {
  readonly error: MqttError;
  /** False: an attempt failed. */
  readonly wasConnected: boolean;
  /** When the next attempt comes, in ms; undefined when none does. */
  readonly retryInMs: number | undefined;
}

/** What may be another at each connection. */
export type RenewedOptions = Pick<ConnectOptions, "username" | "password" | "will" | "tls">;

/** How to reach a broker, and what to do with what comes from it. */
export interface ConnectOptions {
  /** Name or address. Default: `localhost`. */
  readonly host?: string;
  /** 1 to 65535. Default: 1883, with `tls` 8883; with `webSocket` 80, with both 443. */
  readonly port?: number;
  /** A Unix socket, in place of host and port. */
  readonly socketPath?: string;
  /** The local address to connect from. */
  readonly localAddress?: string;
  /** Turns TLS on; the options of `tls.connect`. A later connection resumes the session. */
  readonly tls?: ConnectionOptions;
  /** Turns WebSocket on, with `tls` over TLS. */
  readonly webSocket?: WebSocketOptions;
  /** 4 is MQTT 3.1.1, 5 is MQTT 5. Default: 4. */
  readonly protocolVersion?: ProtocolVersion;
  /** Fixed for a session that is to survive. Default: `bollard-` and 12 random hex digits. */
  readonly clientId?: string;
  /** Clean Session, in MQTT 5 Clean Start, at each connect. Default: true. */
  readonly cleanSession?: boolean;
  /** MQTT 5: how long the broker keeps the session, in s. Default: 0, or for ever without a clean session. */
  readonly sessionExpiryS?: number;
  /** 0 to 65535 s; 0 turns it off. Default: 30. */
  readonly keepAliveS?: number;
  readonly username?: string;
  readonly password?: Uint8Array | string;
  readonly will?: Will;
  /**
   * Called before each attempt to connect; what it gives goes before the options of these names. For
   * tokens and certificates that are renewed. Where it throws, the attempt has failed.
   */
  readonly renew?: () => RenewedOptions;
  /** More MQTT 5 properties for CONNECT. */
  readonly properties?: MqttProperties;
  /**
   * Most messages that wait for their `ack()`, 1 to 65535. An MQTT 5 broker is told; whatever a
   * broker sends, no more is read than that, give or take one chunk. Default: 1000.
   */
  readonly receiveMaximum?: number;
  /** Largest packet taken, in bytes; a larger one ends the connection. Default: 1 MiB. */
  readonly maxPacketBytes?: number;
  /** Most of our QoS 1 and 2 publishes in flight at once, 1 to 60000. Default: 1000. */
  readonly maxInFlight?: number;
  /** Most of our publishes that wait or are in flight. Default: 10000. */
  readonly maxQueued?: number;
  /** Most payload bytes of them. Default: 16 MiB. */
  readonly maxQueuedBytes?: number;
  /** MQTT 5: most topic aliases each way; 0 to 65535. Default: 0. */
  readonly maxTopicAliases?: number;
  /** From the start of an attempt to CONNACK, in ms. Default: 10000. */
  readonly connectTimeoutMs?: number;
  /** From a packet of ours to its acknowledgement, in ms; then the connection is made anew. Default: 60000. */
  readonly ackTimeoutMs?: number;
  /** From PINGREQ to PINGRESP, in ms. Default: 10000. */
  readonly pingTimeoutMs?: number;
  /** Waits between attempts, or false for a connection that is not made anew. Default: 250 ms to 30 s. */
  readonly reconnect?: ReconnectOptions | false;
  /**
   * Takes each message. `ack` is called once it is safe, now or later and in any order: PUBACK
   * (QoS 1) or PUBREC (QoS 2) then goes out, in order of receipt. A message whose network
   * connection ends before its `ack` comes again. With QoS 0 `ack` does nothing. Without
   * `onMessage`, messages are acknowledged and dropped.
   */
  readonly onMessage?: (message: MqttMessage, ack: () => void) => void;
  readonly onConnected?: (event: ConnectedEvent) => void;
  readonly onDisconnected?: (event: DisconnectedEvent) => void;
  /** Told of a standing subscription that the broker refused when it was renewed. */
  readonly onProblem?: (error: MqttError) => void;
  /** For tests. Default: the machine's clock. */
  readonly clock?: MqttClock;
  /** For tests. Default: `Math.random`. */
  readonly random?: () => number;
  /** For tests. Default: a TCP, TLS or Unix socket, or a WebSocket. */
  readonly openTransport?: OpenTransport;
}

/**
 * Fills in the defaults.
 *
 * @throws {@link MqttError} `MQTT_INVALID_ARGUMENT` for an option out of its range
 */
export function sessionOptions(options: ConnectOptions): SessionOptions {
  const protocolVersion = options.protocolVersion ?? 4;
  const cleanSession = options.cleanSession ?? true;
  const receiveMaximum = options.receiveMaximum ?? 1000;
  const maxPacketBytes = options.maxPacketBytes ?? 1_048_576;
  const maxTopicAliases = options.maxTopicAliases ?? 0;
  checkOptions(options);
  if (options.will) checkTopic(options.will.topic);
  const sessionExpiry = options.sessionExpiryS ?? (cleanSession ? 0 : 0xffff_ffff);
  const connect: ConnectFields = {
    clientId: options.clientId ?? `bollard-${randomBytes(6).toString("hex")}`,
    cleanSession,
    keepAliveS: options.keepAliveS ?? 30,
    username: options.username,
    password: options.password,
    will: options.will,
    properties: {
      ...options.properties,
      ...(sessionExpiry > 0 ? { sessionExpiryInterval: sessionExpiry } : {}),
      receiveMaximum,
      maximumPacketSize: maxPacketBytes,
      ...(maxTopicAliases > 0 ? { topicAliasMaximum: maxTopicAliases } : {}),
    },
  };
  return {
    protocolVersion,
    connect,
    maxPacketBytes,
    maxTopicAliases,
    maxInFlight: options.maxInFlight ?? 1000,
    maxQueued: options.maxQueued ?? 10_000,
    maxQueuedBytes: options.maxQueuedBytes ?? 16_777_216,
    ackTimeoutMs: options.ackTimeoutMs ?? 60_000,
    pingTimeoutMs: options.pingTimeoutMs ?? 10_000,
  };
}

/** What a renewal puts into CONNECT; what it leaves out stays as it is. */
export function renewedFields({
  username,
  password,
  will,
}: RenewedOptions): Partial<ConnectFields> {
  if (will) checkTopic(will.topic);
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(will !== undefined && { will }),
  };
}

/** Name, smallest, largest. */
const RANGES: readonly (readonly [keyof ConnectOptions, number, number])[] = [
  ["port", 1, 65_535],
  ["sessionExpiryS", 0, 0xffff_ffff],
  ["keepAliveS", 0, 65_535],
  ["receiveMaximum", 1, 65_535],
  ["maxPacketBytes", 16, 268_435_460],
  ["maxInFlight", 1, 60_000],
  ["maxQueued", 1, Number.MAX_SAFE_INTEGER],
  ["maxQueuedBytes", 1, Number.MAX_SAFE_INTEGER],
  ["maxTopicAliases", 0, 65_535],
  ["connectTimeoutMs", 1, Number.MAX_SAFE_INTEGER],
  ["ackTimeoutMs", 1, Number.MAX_SAFE_INTEGER],
  ["pingTimeoutMs", 1, Number.MAX_SAFE_INTEGER],
];

function checkOptions(options: ConnectOptions): void {
  for (const [name, min, max] of RANGES) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      throw invalid(`${name} is ${String(value)}; a whole number from ${min} to ${max} is needed`);
    }
  }
  const { protocolVersion, password, username } = options;
  if (protocolVersion !== undefined && protocolVersion !== 4 && protocolVersion !== 5) {
    throw invalid("protocolVersion is 4 for MQTT 3.1.1 or 5 for MQTT 5");
  }
  if ((protocolVersion ?? 4) === 4) {
    if (password !== undefined && username === undefined) {
      throw invalid("MQTT 3.1.1 takes a password only with a username");
    }
    if (options.clientId === "" && options.cleanSession === false) {
      throw invalid("an empty clientId takes a clean session");
    }
  }
}

function invalid(message: string): MqttError {
  return new MqttError("MQTT_INVALID_ARGUMENT", message);
}
