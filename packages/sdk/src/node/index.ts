export { endAtHangUp } from "@bollard/link/serialport";
export { countBoots } from "./count-boots.js";
export { type FunctionTransportOptions, functionTransport } from "./function-transport.js";
export {
  type MqttTransportOptions,
  mqttTransport,
  type PublishingClient,
} from "./mqtt-transport.js";
export { Node, type NodeOptions, type NodeStats, type ReportOptions } from "./node.js";
export { type SerialTransportOptions, serialTransport } from "./serial-transport.js";
export type {
  OpenTransport,
  OutgoingMessage,
  Transport,
  TransportContext,
} from "./transport.js";
