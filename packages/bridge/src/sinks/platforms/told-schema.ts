import type { PlatformSchema } from "@bollard/platforms";
import type { KnownSchema } from "../../schema-set.js";

/** What platforms are told of a schema: the fields that leave, and the commands. */
export function toldSchema({ schema, output }: KnownSchema): PlatformSchema {
  const { name, title, commands } = schema;
  return { name, ...(title !== undefined && { title }), fields: output.fields, commands };
}
