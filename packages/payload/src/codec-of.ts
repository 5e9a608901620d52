import type { SensorSchema } from "@bollard/schema";
import { compileSchema } from "./codec.js";
import type { PayloadCodec } from "./prepared-codec.js";

const codecs = new WeakMap<SensorSchema, PayloadCodec>();

/** The codec of a schema, compiled once for as long as the schema object lives. */
export function codecOf(schema: SensorSchema): PayloadCodec {
  const known = codecs.get(schema);
  if (known !== undefined) return known;
  const made = compileSchema(schema);
  codecs.set(schema, made);
  return made;
}
