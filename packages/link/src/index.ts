export { COMMAND_STATUS, type CommandStatus } from "./bodies/command.js";
export { type Hello, type NodeSchema, PROTOCOL_VERSION } from "./bodies/hello.js";
export { isLinkError, LinkError, type LinkErrorCode } from "./error.js";
export { LinkHost, type LinkHostOptions, type WallTime } from "./host/link-host.js";
export type { LinkHostEvent, LinkHostStats } from "./host/link-host-event.js";
export { LinkSession, type SessionLink } from "./host/link-session.js";
export {
  LinkSessions,
  type LinkSessionsOptions,
  type RestoredSession,
} from "./host/link-sessions.js";
export { UptimeClock, type UptimeReading } from "./host/uptime-clock.js";
export { type KeepPollingOptions, keepPolling, type Polled } from "./keep-polling.js";
export { LinkNode, type OfferOptions } from "./node/link-node.js";
export type { LinkNodeEvent, LinkNodeStats } from "./node/link-node-event.js";
export type { LinkNodeOptions } from "./node/link-node-options.js";
