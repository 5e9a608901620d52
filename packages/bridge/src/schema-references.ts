import { readHeader } from "@bollard/payload";
import type { Entry } from "./entry.js";
import type { KnownSchema, SchemaSet } from "./schema-set.js";

/** Which schema stands behind each LoRaWAN port of one source: a schema's name, or its id. */
type PortSchemas = Readonly<Record<string, string | number>>;

/** Which schemas the sources name, by the source's name. */
export interface NamedSchemas {
  /** Behind the ports of a LoRaWAN source. */
  readonly ports: ReadonlyMap<string, PortSchemas>;
  /** Of the mapping of foreign messages. */
  readonly mapped: ReadonlyMap<string, string>;
}

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
  #names: NamedSchemas;

  constructor(schemas: SchemaSet, names: Partial<NamedSchemas> = {}) {
    this.#schemas = schemas;
    this.#names = { ports: new Map(), mapped: new Map(), ...names };
  }

  /** Takes other names in place of those given. */
  replace(names: NamedSchemas): void {
    this.#names = names;
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

  /**
   * Undefined while it leads nowhere. A port that is not listed stands for the schema of that id.
   *
   * @param spoken - names of the schemas that the node speaks, and no other; default: any
   */
  find(reference: string, spoken?: ReadonlySet<string>): KnownSchema | undefined {
    if (reference === NONE && spoken) return this.#schemas.onlyOf(spoken);
    const found = this.#lookUp(reference);
    return found && spoken?.has(found.schema.name) === false ? undefined : found;
  }

  /**
   * The schema that an entry is read by, also where its node does not speak it by the registry;
   * undefined where nobody can tell.
   *
   * @param spoken - names of the schemas that the node speaks
   */
  schemaOf(entry: Entry, spoken?: ReadonlySet<string>): KnownSchema | undefined {
    try {
      const reference = this.of(entry);
      return this.find(reference) ?? this.find(reference, spoken);
    } catch {
      return undefined;
    }
  }

  /** Whether there is a schema of which some must not come to the disk. */
  get isAnyStripped(): boolean {
    return this.#schemas.isAnyStripped;
  }

  /**
   * Whether what an entry was set aside for is known by now.
   *
   * @param detail - a reference, or one made by `ofLayout` or `ofNode`
   * @param spokenBy - names of the schemas that a node speaks
   */
  isKnown(detail: string, spokenBy: (node: string) => ReadonlySet<string> | undefined): boolean {
    const { reference, layout, node } = partsOfDetail(detail);
    const schema = this.find(reference, node === undefined ? undefined : spokenBy(node));
    return schema !== undefined && (layout === undefined || layout === schema.fingerprint);
  }

  #lookUp(reference: string): KnownSchema | undefined {
    if (reference === NONE) return this.#schemas.only;
    if (!reference.includes(" ")) return this.#schemas.lookUp(reference);
    const [, mapping] = /^mapping (.*)$/.exec(reference) ?? [];
    if (mapping !== undefined) return this.#schemas.lookUp(this.#names.mapped.get(mapping) ?? "");
    const [, port, source] = /^port (\d+) of (.*)$/.exec(reference) ?? [];
    if (port === undefined || source === undefined) return this.#schemas.lookUp(reference);
    return this.#schemas.lookUp(String(this.#names.ports.get(source)?.[port] ?? port));
  }
}

/** What is missing for a message of another layout than its schema has. */
export function ofLayout(reference: string, layout: string): string {
  return `${reference}/${layout}`;
}

/** What is missing for a message of a schema that its node does not speak, by the registry. */
export function ofNode(reference: string, node: string): string {
  return `${reference}@${node}`;
}

/** Takes apart what `ofLayout` and `ofNode` made. */
export function partsOfDetail(detail: string): {
  readonly reference: string;
  readonly layout?: string;
  readonly node?: string;
} {
  const [, reference = detail, mark, rest = ""] = /^([^/@]*)([/@])(.*)$/s.exec(detail) ?? [];
  if (mark === undefined) return { reference };
  return mark === "/" ? { reference, layout: rest } : { reference, node: rest };
}
