export type { BatchOptions } from "./batch-encoder.js";
export { commandSchema } from "./command-schema.js";
export { compileEncoder } from "./compile-encoder.js";
export { encodePayload } from "./encode-payload.js";
export { isPayloadError, PayloadError, type PayloadErrorCode, type PayloadPlace } from "./error.js";
export {
  type ExplainedPayload,
  explainPayload,
  type PayloadBits,
  type PayloadPart,
} from "./explain-payload.js";
export { type PayloadHeader, readHeader } from "./header.js";
export {
  type FieldLayout,
  type Layout,
  layoutOf,
  type PreparedSchema,
  type Slot,
} from "./layout.js";
export { learnProfile } from "./learn-profile.js";
export {
  eu868DataRates,
  LORAWAN_OVERHEAD_BYTES,
  type LorawanDataRate,
  lorawanAirtime,
  type SpreadingFactor,
} from "./lorawan-airtime.js";
export { measureJson } from "./measure-json.js";
export type { DecodedPayload, DecodeOptions } from "./message-decoder.js";
export type { EncodeOptions, PayloadEncoder } from "./message-encoder.js";
export type { CompileOptions, MessageOptions } from "./message-options.js";
export { prepareSchema } from "./prepare-schema.js";
export type { PayloadCodec } from "./prepared-codec.js";
export type { FieldValue, MessageKey, Position, Reading } from "./reading.js";
export { type RecordForm, type RecordValue, recordForms } from "./record-forms.js";
export { completeTime } from "./row-time.js";
export { type CayenneLoss, type CayenneLpp, toCayenneLpp } from "./to-cayenne-lpp.js";
export { type RecordOptions, toRecords } from "./to-records.js";
export { BatchEncoder, compileSchema, decodePayload } from "./with-batch-code.js";
