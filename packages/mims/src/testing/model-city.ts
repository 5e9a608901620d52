import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const context = [
  "https://raw.githubusercontent.com/smart-data-models/dataModel.Environment/master/context.jsonld",
  "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld",
];

/** What a city's API may do wrong, one thing at a time. */
export interface Mischief {
  /** Changes an entity before it is served. */
  readonly entity?: (entity: Record<string, unknown>) => Record<string, unknown>;
  /** Entities in place of the usual ones. */
  readonly entities?: readonly Record<string, unknown>[];
  /** Filters are read past. */
  readonly ignores?: readonly ("attrs" | "bbox" | "time" | "mistake" | "etag" | "limits")[];
  /** Answers for these paths, such as `/v1/openapi.json`; undefined: 404. */
  readonly answers?: Readonly<Record<string, { status?: number; type?: string; body?: unknown }>>;
  readonly token?: string;
  /** Nothing is on record. */
  readonly keepsNoLog?: boolean;
  /** Whoever reads may change. */
  readonly letsReadersWrite?: boolean;
}

/** What was refused in any city. */
const refused: string[] = [];

/** An entity as a bridge serves it. */
export function airAt(name: string, longitude: number): Record<string, unknown> {
  const observedAt = "2026-09-01T10:00:00.000Z";
  return {
    id: `urn:ngsi-ld:AirQualityObserved:${name}`,
    type: "AirQualityObserved",
    location: { type: "GeoProperty", value: { type: "Point", coordinates: [longitude, 42.7] } },
    dateObserved: { type: "Property", value: observedAt },
    pm25: { type: "Property", value: 12.3, unitCode: "GQ", observedAt },
    "@context": context,
  };
}

/** What concerns persons there: people are counted, from five on. */
export const processing = {
  "@context": { dpv: "https://w3id.org/dpv#", dct: "http://purl.org/dc/terms/" },
  "@type": "dpv:Process",
  "dpv:hasProcess": [
    {
      "@type": "dpv:Process",
      "dpv:hasPersonalData": { "dct:identifier": "crowd/people" },
      "dpv:hasProcessing": [{ "@id": "dpv:Collect" }, { "@id": "dpv:MakeAvailable" }],
      "dpv:hasTechnicalOrganisationalMeasure": [
        { "dct:description": "Left out where it is below 5" },
      ],
    },
  ],
};

/** What is made there: one value, which decides. */
export const algorithms = [
  {
    ...{ id: "street-air/alarm", version: "1", purpose: "To close a road", inputs: ["pm25"] },
    method: { kind: "formula", text: "pm25 - 100" },
    ...{ decides: true, limits: "Not in fog" },
  },
];

/** What a reading takes there. */
export const resources = {
  ...{ messages: 10, readings: 10, payloadBytes: 110, jsonBytes: 900 },
  perReading: { payloadBytes: 11, jsonBytes: 90, messages: 1 },
  lorawan: [{ dataRate: 5, spreadingFactor: 7, airtimeS: 0.0617, transmitMJ: 5.9 }],
};

/** A small city: the read API of a bridge in a few lines, so that each of its virtues can be taken away. */
export class ModelCity {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(mischief: Mischief = {}): Promise<ModelCity> {
    const server = createServer((request, response) => {
      serve(request, response, mischief);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ModelCity(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** @returns true: it was answered */
function serve(request: IncomingMessage, response: ServerResponse, mischief: Mischief): true {
  const url = asBridge(new URL(request.url ?? "/", "http://city"));
  const { ignores = [], answers = {}, token } = mischief;
  const isAllowed = token === undefined || request.headers.authorization === `Bearer ${token}`;
  const send = (status: number, body: unknown, type = "application/ld+json"): true => {
    response.statusCode = status;
    response.setHeader("content-type", type);
    if (!ignores.includes("etag")) response.setHeader("etag", '"1"');
    if (!ignores.includes("limits")) response.setHeader("ratelimit-limit", "600");
    response.end(typeof body === "string" ? body : JSON.stringify(body));
    return true;
  };
  if (url.pathname.startsWith("/api/v1/registry/") && request.method === "PATCH") {
    return send(mischief.letsReadersWrite ? 404 : 403, {});
  }
  if (request.method === "DELETE") {
    if (!mischief.keepsNoLog) refused.push(url.pathname);
    return send(401, {});
  }
  if (url.pathname === "/api/v1/log") return send(200, { rows: refused });
  if (!isAllowed) {
    response.setHeader("www-authenticate", "Bearer");
    return send(401, { title: "A token is needed" }, "application/problem+json");
  }
  const planted = answers[url.pathname];
  if (planted) return send(planted.status ?? 200, planted.body ?? "", planted.type);
  const change = mischief.entity ?? ((entity) => entity);
  const usual = [airAt("oak-street-1", 23.3), airAt("elm-street-2", 23.4)];
  const entities = (mischief.entities ?? usual.map((entity) => change(entity))) as Record<
    string,
    unknown
  >[];
  if (url.searchParams.has("nonsense") && !ignores.includes("mistake")) {
    return send(400, { title: "There is no nonsense", status: 400 }, "application/problem+json");
  }
  if (request.headers["if-none-match"] === '"1"' && !ignores.includes("etag")) {
    response.statusCode = 304;
    response.end();
    return true;
  }
  switch (url.pathname) {
    case "/ngsi-ld/v1/types":
      return send(200, {
        id: "urn:ngsi-ld:EntityTypeList:1",
        type: "EntityTypeList",
        typeList: ["AirQualityObserved"],
      });
    case "/v1/types":
      return send(200, [{ type: "AirQualityObserved", "@context": context, attributes: [] }]);
    case "/v1/entities":
      return sendEntities(url, request.headers.accept ?? "", entities, ignores, send);
    case "/v1/history":
      return send(
        200,
        (url.searchParams.get("to") ?? "").startsWith("2001") && !ignores.includes("time")
          ? []
          : entities.filter(({ id }) => id === url.searchParams.get("id")),
      );
    case "/v1/openapi.json":
      return send(200, { openapi: "3.1.0", info: {}, paths: { "/v1/entities": {} } });
    case "/v1/processing":
      return send(200, processing);
    case "/v1/algorithms":
      return send(200, algorithms);
    case "/v1/resources":
      return send(200, resources, "application/json");
    case "/api/v1/registry":
      return send(200, { nodes: [{ id: "0004a30b001c0530", name: "oak-street-1" }] });
    case "/v1.1":
      return send(200, {
        value: ["Things", "Locations", "Datastreams", "Sensors", "Observations"].map((name) => ({
          name,
        })),
      });
    case "/v1.1/Things":
      return send(200, { value: [{ Locations: [{}] }] });
  }
  const id = decodeURIComponent(url.pathname.replace("/v1/entities/", ""));
  const found = entities.find((one) => one.id === id);
  return send(found ? 200 : 404, found ?? { title: "There is none" });
}

/** A question in NGSI-LD's own words (ETSI GS CIM 009, clause 6) as one to a bridge. */
function asBridge(url: URL): URL {
  const path = /^\/ngsi-ld\/v1\/(entities.*|temporal\/entities\/(.+))$/.exec(url.pathname);
  if (!path) return url;
  const { searchParams } = url;
  if (path[2] !== undefined) {
    const id = path[2];
    return new URL(`/v1/history?id=${id}&to=${searchParams.get("endTimeAt")}`, url);
  }
  const bridge = new URL(`/v1/${path[1]}`, url);
  bridge.search = url.search;
  const [ring] = JSON.parse(searchParams.get("coordinates") ?? "[]") as [number, number][][];
  if (ring && searchParams.get("georel") === "within") {
    const [west, south] = ring[0] ?? [0, 0];
    const [east, north] = ring[2] ?? [0, 0];
    bridge.searchParams.set("bbox", [west, south, east, north].join(","));
  }
  if (searchParams.get("limit") === "none") bridge.searchParams.set("nonsense", "1");
  return bridge;
}

function sendEntities(
  { searchParams }: URL,
  accept: string,
  entities: readonly Record<string, unknown>[],
  ignores: NonNullable<Mischief["ignores"]>,
  send: (status: number, body: unknown, type?: string) => true,
): true {
  const attribute = searchParams.get("attrs");
  const box = searchParams.get("bbox")?.split(",").map(Number);
  const found = entities.filter((entity) => {
    if (attribute && !ignores.includes("attrs") && !(attribute in entity)) return false;
    if (!box || ignores.includes("bbox")) return true;
    const { value } = entity.location as { value: { coordinates: [number, number] } };
    const [west = 0, south = 0, east = 0, north = 0] = box;
    const [longitude, latitude] = value.coordinates;
    return longitude >= west && longitude <= east && latitude >= south && latitude <= north;
  });
  if (searchParams.get("format") === "geojson" || /geo\+json/.test(accept)) {
    const features = found.map(({ id, location }) => ({
      type: "Feature",
      id,
      geometry: Object(location).value ?? null,
      properties: {},
    }));
    return send(200, { type: "FeatureCollection", features }, "application/geo+json");
  }
  if (/csv/.test(accept)) return send(200, "id,type\r\n", "text/csv");
  return send(200, found);
}
