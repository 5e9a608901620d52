import { readHeader } from "@bollard/payload";
import type { Entry } from "./entry.js";
import type { KnownSchema, SchemaSet } from "./schema-set.js";

/** Which schema stands behind each LoRaWAN port of one source: a schema's name, or its id. */
export type PortSchemas = Readonly<Record<string, string | number>>;

/** Which schema each mapping of foreign messages is of, by the source's name. */
export type MappedSchemas = ReadonlyMap<string, string>;

/** What a payload without a schema id is read by, where nothing beside it says so either. */
const NONE = "none";

/**
 * Finds the schema of an entry: by the id in its payload, or else by what came beside the payload.
 *
 * A *reference* names the schema in words that stay true while the configuration changes, such as
 * `17`, `street-air`, `port 3 of ttn` or `mapping zigbee`; so what was set aside is found again once it leads somewhere.
 */
export class SchemaReferences {
  readonly #schemas: SchemaSet;
  readonly #ports: ReadonlyMap<string, PortSchemas>;
  readonly #mapped: MappedSchemas;

  /** @param ports - by the name of the LoRaWAN source */
  constructor(
    schemas: SchemaSet,
    ports: ReadonlyMap<string, PortSchemas> = new Map(),
    mapped: MappedSchemas = new Map(),
  ) {
    this.#schemas = schemas;
    this.#ports = ports;
    this.#mapped = mapped;
  }

  /**
   * What names the schema of this entry.
   *
   * @throws PayloadError where the payload has no header
   */
  of({ payload, binding, source }: Entry): string {
    if (source.kind === "foreign") return `mapping ${source.name}`;
    const { schemaId } = readHeader(payload);
    if (schemaId !== undefined) return String(schemaId);
    if (typeof binding === "number") return `port ${binding} of ${source.name}`;
    return binding ?? NONE;
  }

  /** Undefined while it leads nowhere. A port that is not listed stands for the schema of that id. */
  find(reference: string): KnownSchema | undefined {
    if (reference === NONE) return this.#schemas.only;
    const [, mapping] = /^mapping (.*)$/.exec(reference) ?? [];
    if (mapping !== undefined) return this.#schemas.lookUp(this.#mapped.get(mapping) ?? "");
    const [, port, source] = /^port (\d+) of (.*)$/.exec(reference) ?? [];
    if (port === undefined || source === undefined) return this.#schemas.lookUp(reference);
    return this.#schemas.lookUp(String(this.#ports.get(source)?.[port] ?? port));
  }
}
