import type { DeliveredReading } from "../../delivery.js";
import { recordValues } from "../../reading-records.js";
import type { KnownSchema } from "../../schema-set.js";

/**
 * One reading as SenML-JSON: a record for each value, and a last one named `key` that names the
 * reading for ever, so that a receiver can tell one that comes twice.
 *
 * `[{"bn":"oak-street-12/","bt":1789000000,"n":"pm25","u":"ug/m3","v":8.4},…,{"n":"key","vs":"3-70"}]`
 *
 * @param name - the node's name
 * @param values - of the reading's records, where they are known already
 * @see RFC 8428, section 5
 */
export function toSenmlMessage(
  name: string,
  schema: KnownSchema,
  reading: DeliveredReading,
  values = recordValues(schema, reading),
): string {
  return schema.senml.write(`${name}/`, reading.timeS, [...values, reading.key]);
}
