import type { BoundingBox, EntityFilter } from "../../entity-filter.js";

/** The query of a read, as it came, its lengths and its `limit` checked. */
export interface ReadQuery {
  readonly id?: string;
  readonly type?: string;
  readonly node?: string;
  readonly attrs?: string;
  readonly bbox?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly after?: string;
  readonly format?: string;
  readonly options?: string;
}

/** A query that cannot be carried out; the message names the parameter and what it takes. */
export class BadQuery extends Error {
  readonly statusCode = 400;
}

const list = { type: "string", minLength: 1, maxLength: 4000 };
const moment = { type: "string", minLength: 1, maxLength: 40, format: "date-time" };

/** The JSON Schema of the filters, for the request's check and for its description alike. */
export const filterParameters = {
  id: { ...list, description: "Ids of entities, separated by commas." },
  type: { ...list, description: "Types of entities, separated by commas." },
  node: { ...list, description: "Names of nodes, separated by commas." },
  attrs: {
    ...list,
    description:
      "Names of attributes, separated by commas: only entities that have one of them, and of their attributes only these.",
  },
  bbox: {
    ...list,
    description:
      "West, south, east, north in WGS 84 degrees, separated by commas; what lies in it. A west greater than the east crosses the date line.",
    examples: ["23.2,42.6,23.4,42.8"],
  },
  from: { ...moment, description: "Observed at that time or later." },
  to: { ...moment, description: "Observed at that time or earlier." },
} as const;

/** The JSON Schema of paging and form. */
export const pageParameters = {
  limit: {
    type: "integer",
    minimum: 1,
    maximum: 1000,
    default: 100,
    description: "Most items in an answer.",
  },
  after: {
    type: "string",
    minLength: 1,
    maxLength: 300,
    description: "The `Next-Cursor` of an earlier answer: go on behind it.",
  },
  format: {
    type: "string",
    enum: ["jsonld", "geojson", "csv", "senml"],
    description: "The form of the answer; goes before `Accept`.",
  },
  options: {
    type: "string",
    enum: ["normalized", "keyValues", "simplified", "concise"],
    description:
      "How the attributes of JSON-LD and GeoJSON are written. Default: normalized, and keyValues in GeoJSON.",
  },
} as const;

/** The filter of a query. @throws {@link BadQuery} */
export function parseFilter(query: Partial<ReadQuery>): EntityFilter {
  const { id, type, node, attrs, bbox, from, to } = query;
  const fromS = from === undefined ? Number.NEGATIVE_INFINITY : secondsOf(from);
  const toS = to === undefined ? Number.POSITIVE_INFINITY : secondsOf(to);
  if (fromS > toS) throw new BadQuery("from is later than to");
  return {
    ids: setOf(id),
    types: setOf(type),
    nodes: setOf(node),
    attrs: setOf(attrs),
    bbox: bbox === undefined ? undefined : parseBoundingBox(bbox),
    fromS,
    toS,
  };
}

function setOf(text: string | undefined): ReadonlySet<string> | undefined {
  return text === undefined ? undefined : new Set(text.split(",").map((part) => part.trim()));
}

function secondsOf(time: string): number {
  return Date.parse(time) / 1000;
}

function parseBoundingBox(text: string): BoundingBox {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [west = 0, south = 0, east = 0, north = 0] = parts;
  const isRight =
    parts.length === 4 &&
    Math.abs(west) <= 180 &&
    Math.abs(east) <= 180 &&
    south >= -90 &&
    north <= 90 &&
    south <= north;
  if (isRight) return [west, south, east, north];
  throw new BadQuery(
    "bbox takes west,south,east,north in degrees, longitude first, such as 23.2,42.6,23.4,42.8",
  );
}
