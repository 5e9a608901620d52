import type { ResolvedRecord } from "@bollard/senml";
import { contextsFor } from "./contexts.js";
import type {
  Entity,
  GeoProperty,
  JsonValue,
  LdContext,
  Property,
  Relationship,
} from "./entity.js";
import { NgsiLdError } from "./error.js";
import { toModelUnit } from "./model-unit.js";
import { type Model, modelOf } from "./models.js";
import { observedAt } from "./observed-at.js";
import { measuredValue } from "./to-property.js";
import { unitCode } from "./unit-codes.js";

/** WGS 84, degrees; altitude in metres above the ellipsoid. */
export interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
}

/** How one reading's records become one entity. */
export interface EntityMapping {
  /** From `entityId(type, name)`. */
  readonly id: string;
  /** A Smart Data Model, such as `AirQualityObserved`, or a type of your own context. */
  readonly type: string;
  /** Record name, without `baseName`, to property name. Records that are not here are left out. */
  readonly properties: Readonly<Record<string, string>>;
  /** Taken off the front of each record's name before it is looked up. Default: nothing. */
  readonly baseName?: string;
  /**
   * Where the thing stands. A moving one's records override it: those in `lat` and `lon`, and one in
   * `m` whose name ends in `/altitude`.
   */
  readonly location?: Location;
  /** Id of the Device that measured, or ids. */
  readonly refDevice?: string | readonly string[];
  /** Other links by name, such as `refParkingSite`. */
  readonly relationships?: Readonly<Record<string, string | readonly string[]>>;
  /** Properties that do not change from reading to reading, such as `category` or `name`. */
  readonly constants?: Readonly<Record<string, JsonValue>>;
  /** Seconds the reading sums up, for models that have `dateObservedFrom`. Default: none, an instant. */
  readonly periodS?: number;
  /** The `@context`. Default: `contextsFor(type)`. */
  readonly context?: LdContext;
}

/** A type with a context of its own and no table here. */
export const unknownModel: Model = { subject: "", instants: ["dateObserved"] };

/**
 * Turns the records of one reading into one normalized NGSI-LD entity.
 *
 * Each value is in the unit its model asks for (55.3 `%RH` becomes 0.553 with `unitCode` `C62`), with
 * `unitCode` where UN/CEFACT has one, and `observedAt` in UTC. `location` is longitude first. Where a
 * property comes twice the newer record counts. A record without a value is left out.
 *
 * @throws NgsiLdError `NGSI_LD_NO_VALUE` for a number JSON cannot hold, `NGSI_LD_BAD_TIME` where no mapped record has an absolute time,
 * `NGSI_LD_UNIT_MISMATCH` where a unit cannot become the model's, `NGSI_LD_BAD_LOCATION`,
 * `NGSI_LD_UNKNOWN_MODEL` for a type without a shipped context when `context` is absent
 * @see ETSI GS CIM 009, clause 4.5.1
 */
export function toEntity(records: readonly ResolvedRecord[], mapping: EntityMapping): Entity {
  const model = modelOf(mapping.type) ?? unknownModel;
  const baseName = mapping.baseName ?? "";
  const properties: Record<string, Property> = {};
  const times: Record<string, number> = {};
  const place: Place = {};
  let newest = Number.NEGATIVE_INFINITY;

  for (const record of records) {
    if (record.unit === "lat" || record.unit === "lon") place[record.unit] = record;
    else if (record.name.endsWith("/altitude")) place.alt = record;
    const name = record.name.startsWith(baseName)
      ? record.name.slice(baseName.length)
      : record.name;
    if (!Object.hasOwn(mapping.properties, name) || !hasValue(record)) continue;
    const property = mapping.properties[name] as string;
    const time = record.time ?? Number.NaN;
    if ((times[property] ?? Number.NEGATIVE_INFINITY) > time) continue;
    properties[property] = toModelProperty(record, property, model);
    times[property] = time;
    newest = Math.max(newest, Number.isNaN(time) ? newest : time);
  }

  const entity: Record<string, Entity[string]> = { id: mapping.id, type: mapping.type };
  const location = locationOf(place, mapping);
  if (location) entity.location = location;
  addTimes(entity, model, newest, mapping);
  for (const name in mapping.constants) {
    entity[name] = { type: "Property", value: mapping.constants[name] as JsonValue };
  }
  addRelationships(entity, model, mapping);
  Object.assign(entity, properties);
  entity["@context"] = mapping.context ?? contextsFor(mapping.type);
  return entity as Entity;
}

function hasValue(record: ResolvedRecord): boolean {
  return (
    record.value !== undefined ||
    record.stringValue !== undefined ||
    record.booleanValue !== undefined ||
    record.dataValue !== undefined ||
    record.sum !== undefined
  );
}

function toModelProperty(record: ResolvedRecord, name: string, model: Model): Property {
  const { unit } = record;
  const value = modelValue(model, name, unit, record.name)(measuredValue(record));
  const property: { -readonly [K in keyof Property]: Property[K] } = { type: "Property", value };
  if (typeof value === "number" && unit !== undefined) {
    const code = unitCode(model.units?.[name] ?? unit);
    if (code !== undefined) property.unitCode = code;
  }
  if (record.time !== undefined) property.observedAt = observedAt(record.time, record.name);
  return property;
}

/**
 * How a measured value is said in a model: in the model's unit, or by the model's word.
 *
 * @param place - the record's name, for the error
 */
export function modelValue(
  model: Model,
  property: string,
  unit: string | undefined,
  place: string,
): (value: JsonValue) => JsonValue {
  const words = model.booleans?.[property];
  const wanted = model.units?.[property];
  const isSigned = unit === "deg" && model.signedDegrees?.includes(property);
  return (value) => {
    if (typeof value === "boolean") return words?.[value ? 1 : 0] ?? value;
    if (typeof value !== "number" || unit === undefined) return value;
    if (wanted !== undefined && wanted !== unit) return converted(value, unit, wanted, place);
    return isSigned && value > 180 ? Number((value - 360).toPrecision(12)) : value;
  };
}

function converted(value: number, from: string, to: string, place: string): number {
  const result = toModelUnit(value, from, to);
  if (result !== undefined) return result;
  throw new NgsiLdError("NGSI_LD_UNIT_MISMATCH", place, `"${from}" cannot become "${to}"`);
}

/** The records of a position field, as they come: `…/latitude`, `…/longitude`, `…/altitude`. */
type Place = Partial<Record<"lat" | "lon" | "alt", ResolvedRecord>>;

function locationOf(place: Place, mapping: EntityMapping): GeoProperty | undefined {
  const { lat, lon, alt } = place;
  if (lat?.value !== undefined && lon?.value !== undefined) {
    const ground = { latitude: lat.value, longitude: lon.value };
    const isWithAltitude = alt?.value !== undefined && alt.unit === "m";
    const location = isWithAltitude ? { ...ground, altitude: alt.value } : ground;
    const point = pointOf(location, mapping.id);
    const time = lon.time ?? lat.time;
    return time === undefined ? point : { ...point, observedAt: observedAt(time, lon.name) };
  }
  return mapping.location && pointOf(mapping.location, mapping.id);
}

function pointOf(location: Location, place: string): GeoProperty {
  const { latitude, longitude, altitude } = location;
  const inRange = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (!inRange || (altitude !== undefined && !Number.isFinite(altitude))) {
    throw new NgsiLdError(
      "NGSI_LD_BAD_LOCATION",
      place,
      `latitude ${latitude}, longitude ${longitude} is no place in WGS 84 degrees`,
    );
  }
  // Adding 0 turns -0, which JSON does not have, into 0.
  const coordinates = [longitude + 0, latitude + 0];
  if (altitude !== undefined) coordinates.push(altitude + 0);
  return { type: "GeoProperty", value: { type: "Point", coordinates } };
}

function addTimes(
  entity: Record<string, Entity[string]>,
  model: Model,
  newest: number,
  mapping: EntityMapping,
): void {
  const period = model.period === "required" || (model.period && mapping.periodS !== undefined);
  if (model.instants.length === 0 && !period) return;
  const end = observedAt(newest, mapping.id);
  for (const name of model.instants) entity[name] = { type: "Property", value: end };
  if (!period) return;
  const start = observedAt(newest - (mapping.periodS ?? 0), mapping.id);
  entity.dateObservedFrom = { type: "Property", value: start };
  entity.dateObservedTo = { type: "Property", value: end };
}

function addRelationships(
  entity: Record<string, Entity[string]>,
  model: Model,
  mapping: EntityMapping,
): void {
  const form = model.refDevice ?? "one";
  if (mapping.refDevice !== undefined && form !== "none") {
    const ids = [mapping.refDevice].flat();
    const [only] = ids;
    const object = form === "one" && ids.length === 1 && only !== undefined ? only : ids;
    entity.refDevice = { type: "Relationship", object } satisfies Relationship;
  }
  for (const name in mapping.relationships) {
    const object = mapping.relationships[name] as string | readonly string[];
    entity[name] = { type: "Relationship", object };
  }
}
