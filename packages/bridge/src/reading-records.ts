import { type RecordValue, toRecords } from "@bollard/payload";
import type { ResolvedRecord } from "@bollard/senml";
import type { DeliveredReading } from "./delivery.js";
import type { RegisteredNode } from "./registry/registry.js";
import type { KnownSchema } from "./schema-set.js";

/** A reading as SenML records, their names beginning with `<node's name>/`. */
export function readingRecords(
  node: Pick<RegisteredNode, "name">,
  schema: KnownSchema,
  { timeS, values }: DeliveredReading,
): readonly ResolvedRecord[] {
  const options = { baseName: `${node.name}/`, time: timeS };
  return toRecords(schema.output, { time: timeS, values }, options);
}

/** The value of each of the schema's records; undefined for one that is not there. */
export function recordValues(
  { records }: KnownSchema,
  { values }: DeliveredReading,
): (RecordValue | undefined)[] {
  return records.map(({ read }) => read(values));
}
