export type {
  BrokerTls,
  ClientCredentials,
  ContextBrokerOptions,
} from "./broker/broker-options.js";
export { type BrokerStats, ContextBroker } from "./broker/context-broker.js";
export type { Delivery } from "./broker/delivery.js";
export type { Refusal } from "./broker/problem-details.js";
export { type TemporalEntity, toTemporal } from "./broker/to-temporal.js";
export {
  type ContextOptions,
  contextsFor,
  coreContext,
  type PinnedContext,
  pinnedContext,
  pinnedContexts,
  servedContexts,
} from "./contexts.js";
export type {
  Attribute,
  Entity,
  GeoProperty,
  JsonValue,
  LdContext,
  Point,
  Property,
  Relationship,
} from "./entity.js";
export { entityId, lintEntityName } from "./entity-id.js";
export { EntitySeries } from "./entity-series.js";
export { type EntityKind, EntityStencils, type RecordValues } from "./entity-stencils.js";
export { isNgsiLdError, NgsiLdError, type NgsiLdErrorCode } from "./error.js";
export { EntityGates, type EntityGatesOptions, type GateStats } from "./gates/entity-gates.js";
export type { GateName, GateProblem, GateResult } from "./gates/gate-result.js";
export { type Model, modelNames, modelOf } from "./models.js";
export { type ConciseEntity, toConcise } from "./to-concise.js";
export {
  type DeviceDescription,
  type DeviceModelDescription,
  type MeasuredProperty,
  toDevice,
  toDeviceModel,
} from "./to-device.js";
export { type EntityMapping, type Location, toEntity } from "./to-entity.js";
export { type EntityFeature, toGeoJson } from "./to-geo-json.js";
export { type KeyValues, toKeyValues } from "./to-key-values.js";
export { toProperty } from "./to-property.js";
export { unitCode } from "./unit-codes.js";
