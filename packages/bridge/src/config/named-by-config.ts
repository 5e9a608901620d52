import type { NamedSchemas } from "../schema-references.js";
import { ForeignMapping } from "../sources/foreign/foreign-mapping.js";
import type { ResolvedConfig } from "./config.js";

/** How foreign messages are read, by the source's name. */
export function mappingsOf({ sources }: ResolvedConfig): Map<string, ForeignMapping> {
  return new Map(sources.foreign.map((foreign) => [foreign.name, new ForeignMapping(foreign)]));
}

/** Which schemas the sources name, where a payload does not. */
export function namesOf({ sources }: ResolvedConfig): NamedSchemas {
  return {
    ports: new Map(sources.lorawan.map(({ name, ports }) => [name, ports])),
    mapped: new Map(sources.foreign.map(({ name, schema }) => [name, String(schema)])),
  };
}
