import type { SensorSchema } from "@bollard/schema";
import { layoutOf } from "./layout.js";
import { MessageEncoder, type PayloadEncoder } from "./message-encoder.js";
import type { CompileOptions } from "./message-options.js";

/**
 * Makes an encoder alone, for a node that never decodes: `compileSchema` without its other half. It
 * takes a while and is worth keeping.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 */
export function compileEncoder(schema: SensorSchema, options: CompileOptions = {}): PayloadEncoder {
  return new MessageEncoder({ schema, layout: layoutOf(schema) }, options);
}
