export {
  BatchEncoder,
  type BatchOptions,
  type CompileOptions,
  compileEncoder,
  compileSchema,
  type DecodedPayload,
  decodePayload,
  encodePayload,
  isPayloadError,
  type MessageKey,
  type PayloadEncoder,
  PayloadError,
  type PayloadErrorCode,
  type Reading,
  toRecords,
} from "@bollard/payload/core";
export {
  defineSchema,
  isSchemaError,
  layoutFingerprint,
  type ReadingOf,
  SchemaError,
  type SchemaInput,
  type SensorSchema,
} from "@bollard/schema";
export { isSdkError, SdkError, type SdkErrorCode } from "./error.js";
