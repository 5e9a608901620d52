export type { ReconnectOptions } from "./connection/backoff.js";
export type { MqttClock } from "./connection/clock.js";
export { connect, openConnection } from "./connection/connect.js";
export type {
  ConnectedEvent,
  ConnectOptions,
  DisconnectedEvent,
  MqttMessage,
  RenewedOptions,
} from "./connection/connect-options.js";
export type { MqttConnection, MqttStats, PublishOptions } from "./connection/mqtt-connection.js";
export type { WebSocketOptions } from "./connection/open-web-socket.js";
export type { OpenTransport, Transport, TransportEvents } from "./connection/transport.js";
export { isMqttError, MqttError, type MqttErrorCode, type MqttErrorDetail } from "./error.js";
export type { SubscribeOptions, Will } from "./packet/encode-packet.js";
export type { ProtocolVersion, QoS } from "./packet/packet-type.js";
export type { MqttProperties } from "./packet/properties.js";
export { reasonText } from "./reason-text.js";
export type { PublishDone } from "./session/outgoing-publishes.js";
export { Swarm, type SwarmStats } from "./swarm/swarm.js";
export type { SwarmConnection, SwarmState } from "./swarm/swarm-connection.js";
export type {
  SwarmClient,
  SwarmEvents,
  SwarmMessage,
  SwarmOptions,
} from "./swarm/swarm-options.js";
export {
  encodeTopic,
  type PublishOutcome,
  type SwarmPublish,
  type WritePayload,
} from "./swarm/swarm-writer.js";
