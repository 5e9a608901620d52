import type { SensorSchema } from "@bollard/schema";
import { layoutOf } from "./layout.js";
import type { CompileOptions } from "./message-options.js";
import { type PayloadCodec, PreparedCodec } from "./prepared-codec.js";

/**
 * Makes the codec of a schema. It takes a while and is worth keeping.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 */
export function compileSchema(schema: SensorSchema, options: CompileOptions = {}): PayloadCodec {
  return new PreparedCodec({ schema, layout: layoutOf(schema) }, options);
}
