import type { SensorSchema } from "@bollard/schema";
import { type BatchOptions, PreparedBatchEncoder } from "./batch-encoder.js";
import { layoutOf } from "./layout.js";

/** The same for a schema that is laid out here. */
export class BatchEncoder extends PreparedBatchEncoder {
  /** @param schema - one that `checkSchema` finds nothing wrong with */
  constructor(schema: SensorSchema, options: BatchOptions = {}) {
    super({ schema, layout: layoutOf(schema) }, options);
  }
}
