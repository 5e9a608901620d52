export { canConvertUnit, convertUnit } from "./convert-unit.js";
export { isSenmlError, SenmlError, type SenmlErrorCode } from "./error.js";
export { allUnits, displayUnit, lookUpUnit, type SenmlUnit } from "./look-up-unit.js";
export { isSenmlName, type Pack, type PackRecord } from "./pack.js";
export { type PackOptions, packRecords } from "./pack-records.js";
export { type PackedForm, PackWriter } from "./pack-writer.js";
export type { ResolvedRecord } from "./record.js";
export { type ResolveOptions, resolvePack } from "./resolve-pack.js";
export {
  type CborOptions,
  decodePackCbor,
  decodeSenmlCbor,
  encodePackCbor,
  encodeSenmlCbor,
} from "./senml-cbor.js";
export { formatPackJson, formatSenmlJson, parsePackJson, parseSenmlJson } from "./senml-json.js";
export type { SenmlUnitName } from "./units.js";
