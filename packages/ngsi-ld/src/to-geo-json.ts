import type { Entity } from "./entity.js";
import { toKeyValues } from "./to-key-values.js";

/** A GeoJSON Feature of one entity. @see RFC 7946, section 3.2 */
export interface EntityFeature {
  readonly type: "Feature";
  readonly id: string;
  /** `location` in WGS 84, longitude first; null for an entity without one. */
  readonly geometry: object | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

/**
 * An entity as a GeoJSON Feature: its id, its `location` as the geometry, and its type and attributes
 * as properties.
 *
 * @param entity - normalized
 * @param form - gives the properties another form, such as `toConcise`. Default: {@link toKeyValues}
 * @see ETSI GS CIM 009, clause 4.5.16
 */
export function toGeoJson(
  entity: Entity,
  form: (entity: Entity) => object = toKeyValues,
): EntityFeature {
  const { id: _id, "@context": _context, ...properties } = form(entity) as Record<string, unknown>;
  const { location } = entity;
  const isPlaced = typeof location === "object" && location !== null && "value" in location;
  const geometry = isPlaced ? (location.value as object) : null;
  return { type: "Feature", id: entity.id, geometry, properties };
}
