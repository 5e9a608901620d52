import type { SensorSchema } from "@bollard/schema";
import { layoutOf } from "./layout.js";
import { type DecodedPayload, type DecodeOptions, MessageDecoder } from "./message-decoder.js";
import { MessageEncoder, type PayloadEncoder } from "./message-encoder.js";
import type { CompileOptions } from "./message-options.js";

/** Encodes and decodes the readings of one schema. */
export interface PayloadCodec extends PayloadEncoder {
  /**
   * Decodes a single reading or a batch. Any bytes give readings or a PayloadError.
   *
   * @throws PayloadError with the offset of what is wrong
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPayload;
}

/**
 * Makes the codec of a schema. It takes a while and is worth keeping.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 */
export function compileSchema(schema: SensorSchema, options: CompileOptions = {}): PayloadCodec {
  return new Codec(schema, options.generate ?? true);
}

class Codec extends MessageEncoder implements PayloadCodec {
  readonly #decoder: MessageDecoder;

  constructor(schema: SensorSchema, generate: boolean) {
    super(schema, layoutOf(schema), generate);
    this.#decoder = new MessageDecoder(schema, this.layout, generate);
  }

  decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPayload {
    return this.#decoder.decode(bytes, options);
  }
}
