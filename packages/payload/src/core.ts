// What a small device needs: the same as the main door, without the code that makes code.
export type { BatchOptions } from "./batch-encoder.js";
export { compileSchema } from "./codec.js";
export { compileEncoder } from "./compile-encoder.js";
export { decodePayload } from "./decode-payload.js";
export { encodePayload } from "./encode-payload.js";
export { isPayloadError, PayloadError, type PayloadErrorCode } from "./error.js";
export { BatchEncoder } from "./looping-batch-encoder.js";
export type { DecodedPayload, DecodeOptions } from "./message-decoder.js";
export type { EncodeOptions, PayloadEncoder } from "./message-encoder.js";
export type { CompileOptions, MessageOptions } from "./message-options.js";
export type { PayloadCodec } from "./prepared-codec.js";
export type { MessageKey, Reading } from "./reading.js";
export { toRecords } from "./to-records.js";
