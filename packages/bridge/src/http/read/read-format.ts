import { type Entity, toConcise, toGeoJson, toKeyValues } from "@bollard/ngsi-ld";
import { formatSenmlJson, type ResolvedRecord } from "@bollard/senml";
import Negotiator from "negotiator";
import { csvRow } from "../../details/csv-row.js";
import { placeOf } from "../../entity-filter.js";
import { BadQuery } from "./read-query.js";

/** The forms of an answer. */
export type ReadFormat = "jsonld" | "geojson" | "csv" | "senml";

/** How attributes are written. */
export type AttributeForm = "normalized" | "keyValues" | "concise";

/** Media types, the one that is given first. JSON-LD goes under the name of JSON, too. */
export const mediaTypes: Readonly<Record<ReadFormat, readonly string[]>> = {
  jsonld: ["application/ld+json", "application/json"],
  geojson: ["application/geo+json"],
  csv: ["text/csv"],
  senml: ["application/senml+json"],
};

const offered = Object.values(mediaTypes).flat();

/** What the client wants, and under which media type. */
export interface Negotiated {
  readonly format: ReadFormat;
  readonly mediaType: string;
}

/** The form that `?format` names, or else the best of `Accept`; undefined where none will do. */
export function negotiate(format: string | undefined, accept: string): Negotiated | undefined {
  if (format !== undefined) {
    const named = format as ReadFormat;
    return { format: named, mediaType: mediaTypes[named][0] as string };
  }
  const mediaType = new Negotiator({ headers: { accept: accept || "*/*" } }).mediaType(offered);
  const [found] = Object.entries(mediaTypes).filter(([, types]) => types.includes(mediaType ?? ""));
  return found && mediaType ? { format: found[0] as ReadFormat, mediaType } : undefined;
}

/** What `?options` asks for. @throws {@link BadQuery} where the form has no such thing */
export function attributeForm(format: ReadFormat, options: string | undefined): AttributeForm {
  if (options === undefined) return format === "geojson" ? "keyValues" : "normalized";
  if (format === "csv" || format === "senml") {
    throw new BadQuery(`options is for JSON-LD and GeoJSON; ${format} has one form`);
  }
  return options === "simplified" ? "keyValues" : (options as AttributeForm);
}

const formOf: Readonly<Record<AttributeForm, (entity: Entity) => object>> = {
  normalized: (entity) => entity,
  concise: toConcise,
  keyValues: (entity) => ({ ...toKeyValues(entity), "@context": entity["@context"] }),
};

/** One entity as JSON-LD. */
export function writeEntity(entity: Entity, form: AttributeForm): string {
  return JSON.stringify(formOf[form](entity));
}

/** Entities as a JSON-LD array. */
export function writeEntities(entities: readonly Entity[], form: AttributeForm): string {
  return `[${entities.map((entity) => writeEntity(entity, form)).join(",")}]`;
}

/** Entities as one GeoJSON FeatureCollection. @see RFC 7946 */
export function writeGeoJson(entities: readonly Entity[], form: AttributeForm): string {
  const features = entities.map((entity) =>
    toGeoJson(entity, form === "keyValues" ? undefined : formOf[form]),
  );
  return JSON.stringify({ type: "FeatureCollection", features });
}

/** Records as one SenML pack. @see RFC 8428, section 5 */
export function writeSenml(readings: readonly (readonly ResolvedRecord[])[]): string {
  return formatSenmlJson(readings.flat());
}

/**
 * Entities as CSV: `id`, `type`, `observedAt`, `longitude`, `latitude`, then the attributes; a missing
 * one is empty, a list is separated by spaces.
 *
 * @param attributes - the columns, the same on every page
 * @see RFC 4180
 */
export function writeCsv(entities: readonly Entity[], attributes: readonly string[]): string {
  const rows = entities.map((entity) => {
    const [longitude, latitude] = placeOf(entity) ?? [];
    const values = attributes.map((name) => cellOf(entity[name]));
    const place = [entity.id, entity.type, newestOf(entity), longitude, latitude];
    return csvRow([...place, ...values]);
  });
  const head = csvRow(["id", "type", "observedAt", "longitude", "latitude", ...attributes]);
  return head + rows.join("");
}

type Cell = string | number | boolean | undefined;

function cellOf(attribute: unknown): Cell {
  const value = (attribute as { value?: unknown } | undefined)?.value;
  if (value === undefined || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join(" ") : JSON.stringify(value);
}

function newestOf(entity: Entity): string | undefined {
  let newest: string | undefined;
  for (const attribute of Object.values(entity)) {
    const { observedAt } = attribute as { observedAt?: string };
    if (observedAt !== undefined && (newest === undefined || observedAt > newest)) {
      newest = observedAt;
    }
  }
  return newest;
}
