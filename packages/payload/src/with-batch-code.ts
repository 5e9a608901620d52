import type { SensorSchema } from "@bollard/schema";
import { isMadeFor, makeAppendRow, makeTakeRow } from "./batch-code.js";
import { batchCodeSlot } from "./batch-code-slot.js";
import type { BatchOptions } from "./batch-encoder.js";
import { compileSchema as compileLooping } from "./codec.js";
import { decodePayload as decodeLooping } from "./decode-payload.js";
import { BatchEncoder as LoopingBatchEncoder } from "./looping-batch-encoder.js";
import type { DecodedPayload, DecodeOptions } from "./message-decoder.js";
import type { CompileOptions } from "./message-options.js";
import type { PayloadCodec } from "./prepared-codec.js";
import { makeUnpackRow } from "./unpack-code.js";

/** From here on rows go by code made for their layout. */
function fillSlot(): void {
  batchCodeSlot.code ??= { isMadeFor, makeAppendRow, makeTakeRow, makeUnpackRow };
}

/**
 * Makes the codec of a schema. It takes a while and is worth keeping.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 */
export function compileSchema(schema: SensorSchema, options?: CompileOptions): PayloadCodec {
  fillSlot();
  return compileLooping(schema, options);
}

/**
 * Decodes a payload: a single reading or a batch. Any bytes give readings or a PayloadError.
 *
 * @param bytes - just the payload, as it came
 * @throws {@link PayloadError} with the offset of what is wrong
 * @see docs/payload-format.md
 */
export function decodePayload(
  schema: SensorSchema,
  bytes: Uint8Array,
  options?: DecodeOptions,
): DecodedPayload {
  fillSlot();
  return decodeLooping(schema, bytes, options);
}

/**
 * Writes a batch row by row into the caller's bytes, and allocates nothing on the way.
 *
 * `append` says no where a row does not fit any more; the batch is then as it was, to be closed and
 * sent: fill 51 bytes, send, go on. What is appended is never held back anywhere else.
 *
 * @see docs/payload-format.md, section 7
 */
export class BatchEncoder extends LoopingBatchEncoder {
  /** @param schema - one that `checkSchema` finds nothing wrong with */
  constructor(schema: SensorSchema, options?: BatchOptions) {
    fillSlot();
    super(schema, options);
  }
}
