// What a small device needs: the same as the main door, without the code that makes code.
export { BatchEncoder, type BatchOptions } from "./batch-encoder.js";
export { compileSchema, type PayloadCodec } from "./codec.js";
export { decodePayload } from "./decode-payload.js";
export { encodePayload } from "./encode-payload.js";
export { isPayloadError, PayloadError, type PayloadErrorCode } from "./error.js";
export type { DecodedPayload, DecodeOptions } from "./message-decoder.js";
export { compileEncoder, type EncodeOptions, type PayloadEncoder } from "./message-encoder.js";
export type { CompileOptions, MessageOptions } from "./message-options.js";
export type { MessageKey, Reading } from "./reading.js";
export { toRecords } from "./to-records.js";
