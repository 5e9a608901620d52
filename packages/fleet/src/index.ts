export type { DriverName } from "./driver/open-driver.js";
export type { ArrivalCounts } from "./engine/arrival-log.js";
export {
  type ConnectLoadOptions,
  type ConnectLoadResult,
  runConnectLoad,
} from "./engine/connect-load.js";
export type { ConnectResult } from "./engine/fleet-connections.js";
export type {
  FleetRunResult,
  LoadProgress,
  MessageCounts,
  StreetResult,
} from "./engine/fleet-run.js";
export type { Credentials, FleetTarget } from "./engine/fleet-target.js";
export type { LatencySummary } from "./engine/latency.js";
export type { LatencySummaries } from "./engine/latency-tally.js";
export {
  type PublishLoadOptions,
  type PublishResult,
  runPublishLoad,
} from "./engine/publish-load.js";
export {
  runSubscribeLoad,
  type SubscribeLoadOptions,
  type SubscribeProgress,
  type SubscribeResult,
} from "./engine/subscribe-load.js";
export type { ToolUsage } from "./engine/tool-usage.js";
export { FleetError, type FleetErrorCode, isFleetError } from "./error.js";
export { judge, type Verdict } from "./report/judge.js";
