import type { ResolvedRecord } from "@bollard/senml";
import type { JsonValue, Property } from "./entity.js";
import { NgsiLdError } from "./error.js";
import { observedAt } from "./observed-at.js";
import { unitCode } from "./unit-codes.js";

/**
 * Turns one resolved SenML record into an NGSI-LD Property.
 *
 * `{ name: "…:temperature", unit: "Cel", value: 21.5, time: 1320067464 }` becomes
 * `{ type: "Property", value: 21.5, unitCode: "CEL", observedAt: "2011-10-31T13:24:24.000Z" }`.
 *
 * @param record - `time` in seconds since the Unix epoch, absolute; without one there is no
 * `observedAt`
 * @returns `unitCode` from UN/CEFACT Recommendation 20; `observedAt` in UTC to the millisecond;
 * bytes as base64url text, as SenML has them
 * @throws NgsiLdError `NGSI_LD_UNKNOWN_UNIT` for a unit that has no UN/CEFACT code here,
 * `NGSI_LD_NO_VALUE`, `NGSI_LD_BAD_TIME`
 * @see ETSI GS CIM 009, clause 4.5.2; RFC 8428, section 12.1 for the SenML units
 */
export function toProperty(record: ResolvedRecord): Property {
  const value = measuredValue(record);
  const property: { -readonly [K in keyof Property]: Property[K] } = { type: "Property", value };
  if (record.unit !== undefined && typeof value === "number") {
    const code = unitCode(record.unit);
    if (code === undefined) {
      throw new NgsiLdError(
        "NGSI_LD_UNKNOWN_UNIT",
        record.name,
        `the unit "${record.unit}" has no code in UN/CEFACT Recommendation 20`,
      );
    }
    property.unitCode = code;
  }
  if (record.time !== undefined) property.observedAt = observedAt(record.time, record.name);
  return property;
}

/**
 * What a record says: its value, string, boolean, data (base64url) or, with none of them, its sum.
 *
 * @throws NgsiLdError `NGSI_LD_NO_VALUE` where there is none, or a number JSON cannot hold
 */
export function measuredValue(record: ResolvedRecord): JsonValue {
  const value =
    record.value ??
    record.stringValue ??
    record.booleanValue ??
    (record.dataValue && Buffer.from(record.dataValue).toString("base64url")) ??
    record.sum;
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) {
    throw new NgsiLdError("NGSI_LD_NO_VALUE", record.name, "the record has no value");
  }
  // -0 has no place in JSON.
  return value === 0 ? 0 : value;
}
