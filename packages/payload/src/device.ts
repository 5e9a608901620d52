// What a small device needs whose schemas come laid out, as `prepareSchema` makes them.
import type { SensorSchema } from "@bollard/schema";
import type { PreparedSchema } from "./layout.js";
import { MessageEncoder, type PayloadEncoder } from "./message-encoder.js";
import type { CompileOptions } from "./message-options.js";
import { type PayloadCodec, PreparedCodec } from "./prepared-codec.js";

export { type BatchOptions, PreparedBatchEncoder as BatchEncoder } from "./batch-encoder.js";
export { isPayloadError, PayloadError, type PayloadErrorCode } from "./error.js";
export type { Layout, PreparedSchema } from "./layout.js";
export type { DecodedPayload, DecodeOptions } from "./message-decoder.js";
export type { EncodeOptions } from "./message-encoder.js";
export type { MessageOptions } from "./message-options.js";
export type { MessageKey, Reading } from "./reading.js";
export { toRecords } from "./to-records.js";
export type { CompileOptions, PayloadCodec, PayloadEncoder, SensorSchema };

/** Makes an encoder of single readings. It is worth keeping. */
export function compileEncoder(
  prepared: PreparedSchema,
  options: CompileOptions = {},
): PayloadEncoder {
  return new MessageEncoder(prepared, options);
}

/** Makes the codec of a schema. It is worth keeping. */
export function compileSchema(
  prepared: PreparedSchema,
  options: CompileOptions = {},
): PayloadCodec {
  return new PreparedCodec(prepared, options);
}
