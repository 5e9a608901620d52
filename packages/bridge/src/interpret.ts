import type { DeliveredReading, Interpreted, SetAsideReason } from "./delivery.js";
import type { Entry } from "./entry.js";
import type { ReadingTimes } from "./reading-time.js";
import type { RegisteredNode, Registry } from "./registry/registry.js";
import { type ExpiringField, expiredFields } from "./rules/expiry.js";
import { applyRules, type Values } from "./rules/rule.js";
import { ofLayout, ofNode, type SchemaReferences } from "./schema-references.js";
import type { KnownSchema } from "./schema-set.js";
import type { ForeignMapping } from "./sources/foreign/foreign-mapping.js";

/** What an entry is interpreted by. */
export interface InterpretOptions {
  readonly registry: Registry;
  readonly references: SchemaReferences;
  /** How foreign messages are read, by the source's name. Default: none are. */
  readonly mappings?: ReadonlyMap<string, ForeignMapping>;
  readonly times: ReadingTimes;
}

const NONE: readonly ExpiringField[] = [];
/** In place of bytes that hold more than may leave. */
const WITHHELD = new Uint8Array(0);

/**
 * Decodes an entry and applies the rules: what it gives depends on nothing but the entry, the
 * registry and the schemas, so a replay gives it again, but for fields whose time is over by then.
 *
 * Whatever the payload is, it does not throw: what cannot be delivered is set aside with the reason.
 */
export function interpret(position: number, entry: Entry, options: InterpretOptions): Interpreted {
  const setAside = (reason: SetAsideReason, detail: string): Interpreted => ({
    kind: "set-aside",
    position,
    reason,
    detail,
  });
  const node = options.registry.find(entry.node, options.times.arrivalS(entry));
  if (!node) return setAside("unknown-node", entry.node);
  try {
    const reference = options.references.of(entry);
    const schema = options.references.find(reference, node.schemas);
    if (!schema) {
      const isKnown = options.references.find(reference) !== undefined;
      return setAside("unknown-schema", isKnown ? ofNode(reference, entry.node) : reference);
    }
    if (entry.layout !== undefined && entry.layout !== schema.fingerprint) {
      return setAside("unknown-schema", ofLayout(reference, entry.layout));
    }
    const { privacy } = schema;
    const expired =
      privacy.expiring.length === 0 ? NONE : expiredFields(privacy, options.times.ageS(entry));
    if (expired.some(({ isOptional }) => !isOptional)) {
      return setAside("expired", schema.schema.name);
    }
    const mapping = options.mappings?.get(entry.source.name);
    const decoded =
      entry.source.kind === "foreign"
        ? mapping && decodeForeign(entry, schema, mapping, options.times)
        : decodePayload(entry, schema, options.times);
    if (!decoded) {
      return setAside("unmapped", mappingReference(entry.source.name, mapping?.fingerprint));
    }
    const readings = toReadings(entry, node, schema, without(expired, decoded));
    const payloadBytes = entry.payload.length;
    const leaving = schema.privacy.isRestricted ? { ...entry, payload: WITHHELD } : entry;
    return {
      kind: "delivery",
      position,
      entry: leaving,
      payloadBytes,
      reference,
      node,
      schema,
      readings,
    };
  } catch (error) {
    return setAside("undecodable", error instanceof Error ? error.message : String(error));
  }
}

/** What the bytes of an entry hold, before the rules. */
interface DecodedEntry {
  readonly isBatch: boolean;
  readonly rows: readonly { readonly timeS: number; readonly values: Values }[];
}

function decodePayload(entry: Entry, schema: KnownSchema, times: ReadingTimes): DecodedEntry {
  const arrival = Math.floor(times.arrivalS(entry));
  const { form, readings } = schema.codec.decode(entry.payload, { arrival });
  const observed = times.observedS(entry, schema, readings);
  return {
    isBatch: form === "batch",
    rows: readings.map(({ values }, row) => ({ timeS: observed[row] ?? 0, values })),
  };
}

/** Undefined where the message does not fit: another mapping may read it one day. */
function decodeForeign(
  entry: Entry,
  schema: KnownSchema,
  mapping: ForeignMapping,
  times: ReadingTimes,
): DecodedEntry | undefined {
  const arrivalS = times.arrivalS(entry);
  try {
    const readings = mapping.readings(mapping.rows(entry.payload, arrivalS), schema);
    const rows = readings.map(({ timeS, values }) => ({ timeS: timeS ?? arrivalS, values }));
    return { isBatch: rows.length > 1, rows };
  } catch {
    return undefined;
  }
}

/** Names a mapping as it was when a message did not fit it. */
function mappingReference(name: string, fingerprint = "none"): string {
  return `${name}#${fingerprint}`;
}

/** Whether what did not fit the mapping of this reference may fit now, since it is another. */
export function isMendedMapping(
  reference: string,
  mappings: ReadonlyMap<string, ForeignMapping>,
): boolean {
  const [name = ""] = reference.split("#");
  const mapping = mappings.get(name);
  return mapping !== undefined && mappingReference(name, mapping.fingerprint) !== reference;
}

function without(expired: readonly ExpiringField[], decoded: DecodedEntry): DecodedEntry {
  if (expired.length === 0) return decoded;
  const missing = Object.fromEntries(expired.map(({ name }) => [name, null]));
  const rows = decoded.rows.map((row) => ({ ...row, values: { ...row.values, ...missing } }));
  return { ...decoded, rows };
}

function toReadings(
  entry: Entry,
  node: RegisteredNode,
  schema: KnownSchema,
  { isBatch, rows }: DecodedEntry,
): DeliveredReading[] {
  const key = `${entry.boot}-${entry.sequence}`;
  const { timeStepS } = schema.privacy;
  return rows.map((row, index): DeliveredReading => {
    const values = applyRules(schema.rules, row.values, { node, schema, timeS: row.timeS });
    const timeS = timeStepS > 0 ? Math.floor(row.timeS / timeStepS) * timeStepS : row.timeS;
    return { key: isBatch ? `${key}-${index}` : key, timeS, values };
  });
}
