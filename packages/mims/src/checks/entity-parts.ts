import type { Entity } from "@bollard/ngsi-ld";

/** A measured number of an entity. */
export interface NumericProperty {
  readonly name: string;
  readonly value: number;
  readonly unitCode?: string;
  readonly observedAt?: string;
}

/** The properties whose value is a number. */
export function numericProperties(entity: Entity): readonly NumericProperty[] {
  return Object.entries(entity).flatMap(([name, attribute]) => {
    const { type, value, unitCode, observedAt } = Object(attribute) as {
      readonly type?: unknown;
      readonly value?: unknown;
      readonly unitCode?: string;
      readonly observedAt?: string;
    };
    if (type !== "Property" || typeof value !== "number") return [];
    return [
      {
        name,
        value,
        ...(unitCode !== undefined && { unitCode }),
        ...(observedAt !== undefined && { observedAt }),
      },
    ];
  });
}

/** Longitude and latitude of an entity that stands at a point. */
export function pointOf(entity: Entity): readonly [number, number] | undefined {
  const { value } = Object(entity.location) as {
    readonly value?: { readonly type?: string; readonly coordinates?: readonly number[] };
  };
  const [longitude, latitude] = value?.type === "Point" ? (value.coordinates ?? []) : [];
  return longitude === undefined || latitude === undefined ? undefined : [longitude, latitude];
}
