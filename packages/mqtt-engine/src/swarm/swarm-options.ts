import type { ConnectionOptions } from "node:tls";
import type { WebSocketOptions } from "../connection/open-web-socket.js";
import type { OpenTransport } from "../connection/transport.js";
import type { MqttError } from "../error.js";
import type { Will } from "../packet/encode-packet.js";
import type { ProtocolVersion, QoS } from "../packet/packet-type.js";
import type { MqttProperties } from "../packet/properties.js";
import type { SwarmConnection } from "./swarm-connection.js";

/** What tells one connection of a swarm from the others. */
export interface SwarmClient {
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: Uint8Array | string | undefined;
  readonly will?: Will | undefined;
  /** The address to connect from, such as `127.0.0.2`: each has ports of its own. */
  readonly localAddress?: string | undefined;
  /** Options of `tls.connect` beside the swarm's, such as a certificate of its own. */
  readonly tls?: ConnectionOptions | undefined;
}

/** A message that came in. Its bytes are valid only during the call. */
export interface SwarmMessage {
  /** Holds topic and payload. */
  readonly buffer: Uint8Array;
  readonly topicStart: number;
  readonly topicEnd: number;
  /** MQTT 5: its properties, unread, lie from here to `payloadStart`. */
  readonly propertiesStart: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
}

/** What a swarm tells. Calls must not throw. */
export interface SwarmEvents {
  /** The broker has taken the connection. */
  connected(connection: SwarmConnection, sessionPresent: boolean): void;
  /**
   * It is over, or never came up. What it had in flight was told to `unacknowledged` before.
   *
   * @param error - undefined where we closed it
   */
  disconnected(connection: SwarmConnection, error: MqttError | undefined): void;
  /** The broker has acknowledged a publish: PUBACK, or for QoS 2 PUBCOMP. */
  acknowledged(
    connection: SwarmConnection,
    tag: number,
    dueMs: number,
    sentMs: number,
    reasonCode: number,
  ): void;
  /** A publish was in flight when its connection ended. */
  unacknowledged(connection: SwarmConnection, tag: number): void;
  /** Acknowledged at once, when the call has returned. */
  message(connection: SwarmConnection, message: SwarmMessage): void;
  /** The broker has answered a SUBSCRIBE; 128 and more is a refusal. */
  subscribed(connection: SwarmConnection, reasonCode: number): void;
  /** One that said `busy` takes publishes again. */
  ready(connection: SwarmConnection): void;
}

/** How a swarm connects. */
export interface SwarmOptions {
  /** Default: localhost. */
  readonly host?: string;
  /** Default: 1883; with TLS 8883; WebSocket 80 or 443. */
  readonly port?: number;
  readonly tls?: ConnectionOptions;
  readonly webSocket?: WebSocketOptions;
  /** 4 is MQTT 3.1.1, 5 is MQTT 5. Default: 4. */
  readonly protocolVersion?: ProtocolVersion;
  /** Default: true. */
  readonly cleanSession?: boolean;
  /** Seconds; 0 turns it off. Default: 60. */
  readonly keepAliveS?: number;
  /** More properties for CONNECT; MQTT 5. */
  readonly properties?: MqttProperties;
  /**
   * Most connections under way at a time. A broker's accept queue holds about a hundred; what
   * overflows it waits a second for the next try. Default: 50.
   */
  readonly maxConnecting?: number;
  /** From the start of an attempt to CONNACK, ms. Default: 10000. */
  readonly connectTimeoutMs?: number;
  /** Most unacknowledged publishes of one connection; the broker may ask for fewer. Default: 20. */
  readonly maxInFlight?: number;
  /** MQTT 5: topics go by number after their first use, where the broker takes it. Default: false. */
  readonly topicAliases?: boolean;
  /** Bytes the system has not taken from a connection before it is busy. Default: 16384. */
  readonly maxPendingBytes?: number;
  /** Largest packet taken. Default: 1 MiB. */
  readonly maxPacketBytes?: number;
  readonly events: SwarmEvents;
  /** For tests. Default: sockets of `host` and `port`. */
  readonly openTransport?: (client: SwarmClient) => OpenTransport;
  /** Monotonic milliseconds. Default: `performance.now`. */
  readonly now?: () => number;
}
