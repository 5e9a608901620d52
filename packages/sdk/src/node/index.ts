export { endAtHangUp } from "@bollard/link/serialport";
export { countBoots } from "./count-boots.js";
export { DiskQueue, type DiskQueueOptions, openQueue } from "./disk-queue.js";
export { type FunctionTransportOptions, functionTransport } from "./function-transport.js";
export type { CommandHandler, CommandOf } from "./incoming-commands.js";
export {
  type MqttTransportOptions,
  mqttTransport,
  type PublishingClient,
} from "./mqtt-transport.js";
export {
  type CloseOptions,
  Node,
  type NodeOptions,
  type NodeStats,
  type ReportOptions,
} from "./node.js";
export type { BatchOptions } from "./open-batches.js";
export { type SerialTransportOptions, serialTransport } from "./serial-transport.js";
export type {
  CommandStatus,
  IncomingCommand,
  OpenTransport,
  OutgoingMessage,
  Transport,
  TransportContext,
} from "./transport.js";
