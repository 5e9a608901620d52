export { crc32 } from "./crc32.js";
export { encodeFrame, maxFrameLength } from "./encode-frame.js";
export { FrameError, type FrameErrorCode, isFrameError } from "./error.js";
export { FrameDecoder, type FrameDecoderOptions, type FrameEvent } from "./frame-decoder.js";
