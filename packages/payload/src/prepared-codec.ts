import type { PreparedSchema } from "./layout.js";
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

/** @see PayloadCodec */
export class PreparedCodec extends MessageEncoder implements PayloadCodec {
  readonly #decoder: MessageDecoder;

  constructor(prepared: PreparedSchema, options: CompileOptions) {
    super(prepared, options);
    this.#decoder = new MessageDecoder(prepared.schema, prepared.layout, options.generate ?? true);
  }

  decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPayload {
    return this.#decoder.decode(bytes, options);
  }
}
