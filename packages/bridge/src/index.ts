export {
  type ExportCounts,
  type ExportFormat,
  exportEntries,
  exportFormats,
  newExportCounts,
} from "./archive/export-entries.js";
export { type ReplayToSinkOptions, replayToSink } from "./archive/replay-to-sink.js";
export {
  type ArchivedEntry,
  type ArchiveRange,
  SpoolArchive,
  type SpoolArchiveOptions,
} from "./archive/spool-archive.js";
export { Bridge } from "./bridge.js";
export type { BridgeOptions } from "./bridge-options.js";
export { type BridgeClock, type ClockQuality, systemClock } from "./clock.js";
export type { CommandResult, CommandStatus } from "./commands/command-desk.js";
export type {
  BridgeConfig,
  Calibration,
  FieldPrivacyConfig,
  Filled,
  HttpConfig,
  LogLevel,
  MqttEndConfig,
  MqttSinkConfig,
  MqttSourceConfig,
  NodeConfig,
  RegistryConfig,
  ResolvedConfig,
  SchemaPrivacyConfig,
  SerialSourceConfig,
  SpoolConfig,
  ViewConfig,
} from "./config/config.js";
export type { Environment } from "./config/env-overrides.js";
export { exampleConfig } from "./config/example-config.js";
export { type LoadedConfig, loadConfigFile, readConfigFile } from "./config/read-config.js";
export { configJsonSchema, nodeListJsonSchema, resolveConfig } from "./config/resolve-config.js";
export type { EndChanges } from "./end-set.js";
export { BridgeError, type BridgeErrorCode, isBridgeError } from "./error.js";
export type { Control } from "./http/api.js";
export type {
  AlarmView,
  BridgeStatus,
  ControlView,
  DeliveryStatus,
  EndStatus,
  FieldHistory,
  FieldView,
  NodeView,
  SinkStatus,
  TrendPoint,
} from "./page/api-types.js";
export type {
  CommandAskView,
  CommandFieldView,
  CommandFormView,
  CommandResultView,
  CursorView,
  LinkedNodeView,
  LinkView,
  LogLineView,
  LogView,
  OpenLinkView,
  SpoolView,
  WaitingView,
} from "./page/detail-types.js";
export type { ReloadReport } from "./reload.js";
export { type OpenPort, openSerialPort, type SerialStream } from "./sources/serial/open-port.js";
