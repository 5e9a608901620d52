import { formatSenmlJson } from "@bollard/senml";
import type { DeliveredReading } from "../../delivery.js";

/**
 * One reading as SenML-JSON: a record for each value, and a last one named `key` that names the
 * reading for ever, so that a receiver can tell one that comes twice.
 *
 * `[{"bn":"oak-street-12/","bt":1789000000,"n":"pm25","u":"ug/m3","v":8.4},…,{"n":"key","vs":"3-70"}]`
 *
 * @param name - the node's name
 * @see RFC 8428, section 5
 */
export function toSenmlMessage(name: string, reading: DeliveredReading): string {
  const key = { name: `${name}/key`, stringValue: reading.key, time: reading.timeS };
  return formatSenmlJson([...reading.records, key]);
}
