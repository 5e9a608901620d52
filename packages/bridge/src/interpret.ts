import { type DecodedPayload, type Reading, toRecords } from "@bollard/payload";
import type { DeliveredReading, Interpreted, SetAsideReason } from "./delivery.js";
import type { Entry } from "./entry.js";
import type { ReadingTimes } from "./reading-time.js";
import type { RegisteredNode, Registry } from "./registry.js";
import { applyRules, type Rule } from "./rules/rule.js";
import type { SchemaReferences } from "./schema-references.js";
import type { KnownSchema } from "./schema-set.js";

/** What an entry is interpreted by. */
export interface InterpretOptions {
  readonly registry: Registry;
  readonly references: SchemaReferences;
  readonly rules: readonly Rule[];
  readonly times: ReadingTimes;
}

/**
 * Decodes an entry and applies the rules: what it gives depends on nothing but the entry, the
 * registry and the schemas, so a replay gives it again.
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
  const node = options.registry.find(entry.node);
  if (!node) return setAside("unknown-node", entry.node);
  try {
    const reference = options.references.of(entry);
    const schema = options.references.find(reference);
    const isOther = entry.layout !== undefined && entry.layout !== schema?.fingerprint;
    if (!schema || isOther) return setAside("unknown-schema", reference);
    const decoded = schema.codec.decode(entry.payload, {
      arrival: Math.floor(options.times.arrivalS(entry)),
    });
    const readings = toReadings(entry, node, schema, decoded, options);
    return { kind: "delivery", position, entry, node, schema, readings };
  } catch (error) {
    return setAside("undecodable", error instanceof Error ? error.message : String(error));
  }
}

function toReadings(
  entry: Entry,
  node: RegisteredNode,
  schema: KnownSchema,
  decoded: DecodedPayload,
  { rules, times }: InterpretOptions,
): DeliveredReading[] {
  const observed = times.observedS(entry, schema, decoded.readings);
  return decoded.readings.map((reading: Reading, row): DeliveredReading => {
    const timeS = observed[row] ?? 0;
    const key = `${entry.boot}-${entry.sequence}`;
    const values = applyRules(rules, reading.values, { node, schema });
    const records = toRecords(
      schema.schema,
      { time: timeS, values },
      { baseName: `${node.name}/`, time: timeS },
    );
    return { key: decoded.form === "batch" ? `${key}-${row}` : key, timeS, values, records };
  });
}
