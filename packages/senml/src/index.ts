export { canConvertUnit, convertUnit } from "./convert-unit.js";
export { allUnits, displayUnit, lookUpUnit, type SenmlUnit } from "./look-up-unit.js";
export type { ResolvedRecord } from "./record.js";
export type { SenmlUnitName } from "./units.js";
