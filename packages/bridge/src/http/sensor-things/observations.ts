import type { FieldValue } from "@bollard/payload";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import type { CityReading } from "../read/read-items.js";
import { type Item, isWithin, type Scope } from "./entity-sets.js";

/** The observations that an entry comes to within a scope, in order: one for each field with a value. */
export function observationsOf(delivery: Delivery, scope: Scope): Item[] {
  const { position, node, schema } = delivery;
  const own = { node: node.name, schema: schema.schema.name };
  if (!isWithin({ ...scope, ...own }, scope)) return [];
  return delivery.readings.flatMap((reading, row) =>
    ofReading({ node, schema, reading }, scope, `${position}.${row}`),
  );
}

/** The observations of one reading. @param place - names it for ever */
export function ofReading(
  { node, schema, reading }: CityReading,
  scope: Scope,
  place: string,
): Item[] {
  const own = { node: node.name, schema: schema.schema.name };
  return schema.output.fields.flatMap(({ name }) => {
    if (scope.field !== undefined && scope.field !== name) return [];
    const result = resultOf(reading.values[name]);
    return result === undefined
      ? []
      : [observation(reading, result, place, { ...own, field: name })];
  });
}

function observation(
  { timeS }: DeliveredReading,
  result: unknown,
  place: string,
  scope: Required<Scope>,
): Item {
  const time = new Date(timeS * 1000).toISOString();
  return {
    set: "Observations",
    id: `${place}:${scope.field}`,
    properties: { phenomenonTime: time, resultTime: time, result },
    scope,
  };
}

/** Undefined for a missing value. */
function resultOf(value: FieldValue | undefined): unknown {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if ("latitude" in value) return { type: "Point", coordinates: [value.longitude, value.latitude] };
  return value;
}
