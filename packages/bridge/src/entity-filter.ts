import type { Entity } from "@bollard/ngsi-ld";

/** West, south, east, north in WGS 84 degrees; west is greater than east across the date line. */
export type BoundingBox = readonly [west: number, south: number, east: number, north: number];

/** Which entities are wanted; what is undefined asks for nothing. */
export interface EntityFilter {
  readonly ids: ReadonlySet<string> | undefined;
  readonly types: ReadonlySet<string> | undefined;
  /** The owner's names of nodes. */
  readonly nodes: ReadonlySet<string> | undefined;
  /** Only entities that have one of these, and of their attributes only these. */
  readonly attrs: ReadonlySet<string> | undefined;
  readonly bbox: BoundingBox | undefined;
  /** When it was observed, Unix seconds, both included. */
  readonly fromS: number;
  readonly toS: number;
}

/** Asks for nothing, so every entity is wanted. */
export const everything: EntityFilter = {
  ids: undefined,
  types: undefined,
  nodes: undefined,
  attrs: undefined,
  bbox: undefined,
  fromS: Number.NEGATIVE_INFINITY,
  toS: Number.POSITIVE_INFINITY,
};

/** What every entity has, whatever attributes are asked for. */
const ALWAYS: ReadonlySet<string> = new Set(["id", "type", "@context", "location"]);

/** The entity with the attributes that are asked for; undefined where it is not wanted. */
export function wantedOf(entity: Entity, filter: EntityFilter): Entity | undefined {
  const { ids, types, attrs, bbox } = filter;
  if (ids && !ids.has(entity.id)) return undefined;
  if (types && !types.has(entity.type)) return undefined;
  if (bbox && !isIn(bbox, placeOf(entity))) return undefined;
  if (!attrs) return entity;
  const names = Object.keys(entity).filter((name) => attrs.has(name) || ALWAYS.has(name));
  if (!names.some((name) => attrs.has(name))) return undefined;
  return Object.fromEntries(names.map((name) => [name, entity[name]])) as unknown as Entity;
}

/** Those of a schema's types whose entities of the node may be wanted. */
export function wantedTypes(
  { types, ids }: EntityFilter,
  all: Iterable<string>,
  name: string,
): readonly string[] {
  return [...all].filter(
    (type) => (!types || types.has(type)) && (!ids || ids.has(`urn:ngsi-ld:${type}:${name}`)),
  );
}

/** Whether a reading of the node observed then may be wanted at all. */
export function mayBeWanted(filter: EntityFilter, name: string, timeS: number): boolean {
  const { nodes, fromS, toS } = filter;
  return timeS >= fromS && timeS <= toS && (!nodes || nodes.has(name));
}

/** Longitude and latitude of an entity's location; undefined where it has none. */
export function placeOf({ location }: Entity): readonly [number, number] | undefined {
  if (typeof location !== "object" || location === null || !("value" in location)) return undefined;
  const [longitude, latitude] = (location.value as { coordinates: readonly number[] }).coordinates;
  return longitude === undefined || latitude === undefined ? undefined : [longitude, latitude];
}

export function isIn(
  [west, south, east, north]: BoundingBox,
  place: readonly [number, number] | undefined,
): boolean {
  if (!place) return false;
  const [longitude, latitude] = place;
  const isBetween =
    west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return isBetween && latitude >= south && latitude <= north;
}
