export type { DriverName } from "./driver/open-driver.js";
export type { ArrivalCounts } from "./engine/arrival-log.js";
export type { PhaseResult } from "./engine/conductor.js";
export {
  type ConnectLoadOptions,
  type ConnectLoadResult,
  runConnectLoad,
} from "./engine/connect-load.js";
export type { ConnectResult } from "./engine/fleet-connections.js";
export { FleetControls } from "./engine/fleet-controls.js";
export type {
  FleetRunResult,
  LoadProgress,
  MessageCounts,
  StreetResult,
} from "./engine/fleet-run.js";
export type { Credentials, FleetTarget } from "./engine/fleet-target.js";
export type { LatencySummary } from "./engine/latency.js";
export type { Histograms, LatencySummaries } from "./engine/latency-tally.js";
export {
  type PublishLoadOptions,
  type PublishResult,
  runPublishLoad,
} from "./engine/publish-load.js";
export type { SeriesRow } from "./engine/series.js";
export {
  runSubscribeLoad,
  type SubscribeLoadOptions,
  type SubscribeProgress,
  type SubscribeResult,
} from "./engine/subscribe-load.js";
export type { ToolUsage } from "./engine/tool-usage.js";
export { FleetError, type FleetErrorCode, isFleetError } from "./error.js";
export { type ModelOptions, ModelReadings, type Place } from "./readings/model-readings.js";
export type { MadeReading } from "./readings/node-readings.js";
export { type ComparedFigure, compareRuns } from "./report/compare-runs.js";
export { formatHtml } from "./report/format-html.js";
export { judge, type Verdict } from "./report/judge.js";
export { mergeRuns } from "./report/merge-runs.js";
export { openResults, readResult, writeResults } from "./report/result-files.js";
export { type Assertion, checkAssertions, rateHeldOf } from "./scenario/assertions.js";
export {
  type FindLimitOptions,
  findLimit,
  type LimitFound,
  type LimitStep,
} from "./scenario/find-limit.js";
export type { PlanOptions } from "./scenario/plan-scenario.js";
export {
  type LoadedScenario,
  parseCredentials,
  readScenarioFile,
  scenarioJsonSchema,
} from "./scenario/read-scenario.js";
export {
  type RunManifest,
  type RunScenarioOptions,
  runScenario,
  type ScenarioResult,
} from "./scenario/run-scenario.js";
export type { Scenario } from "./scenario/scenario.js";
export { parseShard, type Shard } from "./scenario/shard.js";
export { FleetServer, type FleetServerOptions } from "./server/fleet-server.js";
