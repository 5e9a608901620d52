import { type Entity, toConcise, toGeoJson, toKeyValues } from "@bollard/ngsi-ld";
import { formatSenmlJson, type ResolvedRecord } from "@bollard/senml";
import Negotiator from "negotiator";
import { csvRow } from "../../details/csv-row.js";
import { placeOf } from "../../entity-filter.js";
import type { ReadPace } from "./read-pace.js";
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

/** How one item of a page is written, and what stands around them. */
export interface PageWriter<Item> {
  readonly before: string;
  readonly one: (item: Item) => string;
  readonly between: string;
  readonly after: string;
}

/** Writes the items of a page, a slice at a time. */
export async function writePage<Item>(
  items: readonly Item[],
  { before, one, between, after }: PageWriter<Item>,
  pace: ReadPace,
): Promise<string> {
  const texts: string[] = [];
  for (const item of items) {
    if (pace.isSpent) await pace.turn();
    texts.push(one(item));
  }
  return before + texts.join(between) + after;
}

/** Entities as a JSON-LD array. */
export function jsonLdWriter(form: AttributeForm): PageWriter<Entity> {
  const one = (entity: Entity) => writeEntity(entity, form);
  return { before: "[", one, between: ",", after: "]" };
}

/** Entities as one GeoJSON FeatureCollection. @see RFC 7946 */
export function geoJsonWriter(form: AttributeForm): PageWriter<Entity> {
  const formed = form === "keyValues" ? undefined : formOf[form];
  return {
    before: '{"type":"FeatureCollection","features":[',
    one: (entity) => JSON.stringify(toGeoJson(entity, formed)),
    between: ",",
    after: "]}",
  };
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
export function csvWriter(attributes: readonly string[]): PageWriter<Entity> {
  return {
    before: csvRow(["id", "type", "observedAt", "longitude", "latitude", ...attributes]),
    one: (entity) => {
      const [longitude, latitude] = placeOf(entity) ?? [];
      const values = attributes.map((name) => cellOf(entity[name]));
      return csvRow([entity.id, entity.type, newestOf(entity), longitude, latitude, ...values]);
    },
    between: "",
    after: "",
  };
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
