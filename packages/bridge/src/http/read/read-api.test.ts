import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EntityGates } from "@bollard/ngsi-ld";
import { parseSenmlJson } from "@bollard/senml";
import { Validator } from "@seriousme/openapi-schema-validator";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bridge } from "../../bridge.js";
import type { BridgeConfig, HttpConfig } from "../../config/config.js";
import { isBridgeError } from "../../error.js";
import { DescribedApi } from "../../testing/described-api.js";
import { silent } from "../../testing/street.js";
import { START_S, streetAir, streetPayload } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";

const AIR_OAK = "urn:ngsi-ld:AirQualityObserved:oak-street-12";
const WEATHER_OAK = "urn:ngsi-ld:WeatherObserved:oak-street-12";
const AIR_ELM = "urn:ngsi-ld:AirQualityObserved:elm-street-3";
const isoOf = (number: number) => new Date((START_S + 60 * number) * 1000).toISOString();

let dataDir: string;
let street: TestBroker;
let bridge: Bridge;
let url: string;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-read-"));
  street = await TestBroker.open();
});
afterEach(async () => {
  await bridge?.close();
  await street.close();
  rmSync(dataDir, { recursive: true });
});

function config(http: HttpConfig = {}, more: BridgeConfig = {}): BridgeConfig {
  return {
    dataDir,
    sources: { mqtt: [{ name: "street", url: street.url }] },
    nodes: {
      list: {
        "a1-b2": { name: "oak-street-12", position: [23.32, 42.69] },
        "c3-d4": { name: "elm-street-3", position: [23.4, 42.7] },
      },
    },
    spool: { commitDelayMs: 10 },
    http: { port: 0, ...http },
    ...more,
  };
}

async function start(http: HttpConfig = {}, more: BridgeConfig = {}): Promise<void> {
  bridge = new Bridge({ config: config(http, more), schemas: [streetAir], log: silent });
  url = (await bridge.start()).url;
}

/** Readings 0 to `count - 1` of the node on Oak Street, then as many of the one on Elm Street. */
async function report(count: number): Promise<void> {
  const node = await connectAsync(street.url);
  for (const id of ["a1-b2", "c3-d4"]) {
    for (let number = 0; number < count; number++) {
      const payload = Buffer.from(streetPayload(number));
      await node.publishAsync(`bollard/${id}/up`, payload, { qos: 1 });
    }
  }
  await node.endAsync();
  for (let durable = 0; durable < 2 * count; ) {
    const spool = await (await fetch(`${url}/api/v1/spool`)).json();
    ({ durable } = spool as { durable: number });
  }
}

const idsOf = (entities: readonly { id: string }[]) => entities.map(({ id }) => id);

describe("the read API", () => {
  test("gives the latest state as NGSI-LD that passes the gates", async () => {
    await start();
    await report(2);
    const api = await DescribedApi.open(url);
    const { json, type } = await api.get("/v1/entities");
    expect(type).toBe("application/ld+json");
    expect(idsOf(json)).toEqual([
      AIR_ELM,
      "urn:ngsi-ld:WeatherObserved:elm-street-3",
      AIR_OAK,
      WEATHER_OAK,
    ]);
    const gates = new EntityGates();
    for (const entity of json) expect(await gates.check(entity)).toMatchObject({ ok: true });
    expect(json[2].pm25).toEqual({
      type: "Property",
      value: 0.1,
      unitCode: "GQ",
      observedAt: isoOf(1),
    });
    const { json: one } = await api.get(`/v1/entities/${WEATHER_OAK}?options=keyValues`);
    expect(one).toMatchObject({ id: WEATHER_OAK, temperature: 20, dateObserved: isoOf(1) });
    const { json: concise } = await api.get(`/v1/entities/${WEATHER_OAK}?options=concise`);
    expect(concise.temperature).toEqual({ value: 20, unitCode: "CEL", observedAt: isoOf(1) });
    const missing = await api.get("/v1/entities/urn:ngsi-ld:WeatherObserved:nobody");
    expect(missing.status).toBe(404);
  });

  test("leaves out what the filters do not ask for", async () => {
    await start();
    await report(2);
    const api = await DescribedApi.open(url);
    const ids = async (query: string) => idsOf((await api.get(`/v1/entities?${query}`)).json);
    expect(await ids("type=AirQualityObserved")).toEqual([AIR_ELM, AIR_OAK]);
    expect(await ids(`id=${AIR_OAK},${WEATHER_OAK}`)).toEqual([AIR_OAK, WEATHER_OAK]);
    expect(await ids("node=elm-street-3&attrs=pm25")).toEqual([AIR_ELM]);
    expect(await ids("bbox=23.3,42.6,23.35,42.75&type=AirQualityObserved")).toEqual([AIR_OAK]);
    expect(await ids("bbox=170,42.6,23.35,42.75&type=AirQualityObserved")).toEqual([AIR_OAK]);
    expect(await ids(`from=${isoOf(2)}`)).toEqual([]);
    const { json } = await api.get("/v1/entities?node=oak-street-12&attrs=pm25");
    expect(Object.keys(json[0]).sort()).toEqual(["@context", "id", "location", "pm25", "type"]);
  });

  test("gives the history in pages, each reading once, and goes on where a client left off", async () => {
    await start();
    await report(10);
    const api = await DescribedApi.open(url);
    const seen: string[] = [];
    let next: string | undefined = "?type=AirQualityObserved&limit=3";
    let cursor: string | null = null;
    while (next !== undefined) {
      const { json, headers } = await api.get(`/v1/history${next}`);
      seen.push(
        ...json.map(
          (one: { id: string; pm25: { value: number } }) => `${one.id} ${one.pm25.value}`,
        ),
      );
      cursor = headers.get("next-cursor");
      next = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
    }
    const expected = [AIR_OAK, AIR_ELM].flatMap((id) =>
      Array.from({ length: 10 }, (_, number) => `${id} ${number / 10}`),
    );
    expect(seen).toEqual(expected);
    const later = await api.get(`/v1/history?type=AirQualityObserved&after=${cursor}`);
    expect(later.json).toEqual([]);
    await report(11);
    const fresh = await api.get(
      `/v1/history?type=AirQualityObserved&after=${later.headers.get("next-cursor")}`,
    );
    expect(fresh.json.map((one: { pm25: { value: number } }) => one.pm25.value)).toEqual([1, 1]);
    const hour = await api.get(
      `/v1/history?id=${WEATHER_OAK}&from=${isoOf(3)}&to=${isoOf(5)}&options=keyValues`,
    );
    expect(hour.json.map((one: { dateObserved: string }) => one.dateObserved)).toEqual([
      isoOf(3),
      isoOf(4),
      isoOf(5),
    ]);
  });

  test("pages over what is latest, whatever the size of a page", async () => {
    await start();
    await report(1);
    const api = await DescribedApi.open(url);
    const all = idsOf((await api.get("/v1/entities")).json);
    for (const limit of [1, 2, 3]) {
      const seen: string[] = [];
      let next: string | undefined = `?limit=${limit}`;
      while (next !== undefined) {
        const { json, headers } = await api.get(`/v1/entities${next}`);
        expect(json.length).toBeLessThanOrEqual(limit);
        seen.push(...idsOf(json));
        next = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
      }
      expect(seen).toEqual(all);
    }
  });

  test("speaks GeoJSON, CSV and SenML, by Accept and by name", async () => {
    await start();
    await report(1);
    const api = await DescribedApi.open(url);
    const geo = await api.get("/v1/entities?type=AirQualityObserved&node=oak-street-12", {
      accept: "application/geo+json, application/json;q=0.5",
    });
    expect(geo.json.features[0]).toMatchObject({
      type: "Feature",
      id: AIR_OAK,
      geometry: { type: "Point", coordinates: [23.32, 42.69] },
      properties: { type: "AirQualityObserved", pm25: 0, temperature: 20 },
    });
    const csv = await api.get("/v1/history?format=csv&node=oak-street-12");
    expect(csv.text).toBe(
      [
        "id,type,observedAt,longitude,latitude,pm25,temperature",
        `${AIR_OAK},AirQualityObserved,${isoOf(0)},23.32,42.69,0,20`,
        `${WEATHER_OAK},WeatherObserved,${isoOf(0)},23.32,42.69,,20`,
        "",
      ].join("\r\n"),
    );
    const senml = await api.get("/v1/history?node=elm-street-3&attrs=pm25", {
      accept: "application/senml+json",
    });
    expect(parseSenmlJson(senml.text)).toEqual([
      { name: "elm-street-3/pm25", unit: "ug/m3", value: 0, time: START_S },
    ]);
    expect((await api.get("/v1/entities", { accept: "text/html" })).status).toBe(406);
    expect((await api.get("/v1/entities?format=csv&options=concise")).status).toBe(400);
  });

  test("tells what there is: types with units, nodes with their next update", async () => {
    await start();
    await report(2);
    const api = await DescribedApi.open(url);
    expect((await api.get("/v1")).json).toMatchObject({ nodes: 2, nextUpdate: isoOf(2) });
    expect((await api.get("/v1/types")).json[1]).toMatchObject({
      type: "WeatherObserved",
      attributes: [{ name: "temperature", title: "Air temperature", unitCode: "CEL" }],
    });
    expect((await api.get("/v1/nodes")).json[1]).toEqual({
      node: "oak-street-12",
      ids: [AIR_OAK, WEATHER_OAK],
      schemas: ["street-air"],
      position: [23.32, 42.69],
      observedAt: isoOf(1),
      reportIntervalS: 60,
      nextUpdate: isoOf(2),
    });
  });

  test("says of itself what OpenAPI 3.1 allows", async () => {
    await start();
    const document = await (await fetch(`${url}/v1/openapi.json`)).text();
    expect(await new Validator().validate(JSON.parse(document))).toEqual({ valid: true });
    const api = await DescribedApi.open(url);
    expect((await api.get("/health")).json).toMatchObject({ health: "well" });
  });

  test("answers 304 to a client that has it already", async () => {
    await start();
    await report(1);
    const api = await DescribedApi.open(url);
    const first = await api.get("/v1/entities");
    const etag = first.headers.get("etag") ?? "";
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    expect((await api.get("/v1/entities", { "if-none-match": etag })).status).toBe(304);
    await report(2);
    expect((await api.get("/v1/entities", { "if-none-match": etag })).status).toBe(200);
  });

  test("names what is wrong with a request", async () => {
    await start();
    const api = await DescribedApi.open(url);
    const detail = async (query: string) => {
      const { status, json } = await api.get(`/v1/history?${query}`);
      return [status, json.detail];
    };
    expect(await detail("typ=AirQualityObserved")).toEqual([
      400,
      expect.stringMatching(/^There is no parameter typ; it takes id, type, node, attrs, bbox/),
    ]);
    expect(await detail("bbox=42,23,400,1")).toEqual([
      400,
      expect.stringContaining("longitude first"),
    ]);
    expect(await detail("from=yesterday")).toEqual([
      400,
      'querystring/from must match format "date-time"',
    ]);
    expect(await detail("limit=5000")).toEqual([400, "querystring/limit must be <= 1000"]);
    expect(await detail("after=later")).toEqual([400, expect.stringContaining("Next-Cursor")]);
    expect(await detail(`from=${isoOf(2)}&to=${isoOf(1)}`)).toEqual([400, "from is later than to"]);
  });

  test("refuses who asks too often, with the seconds to wait", async () => {
    await start({ read: { requestsPerMinute: 3 } });
    const api = await DescribedApi.open(url);
    await api.get("/v1");
    const last = await api.get("/v1");
    expect(last.headers.get("ratelimit-remaining")).toBe("0");
    const refused = await api.get("/v1");
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(refused.json).toMatchObject({ title: "Too many requests" });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('bollard_read_requests_total{outcome="limited"} 1');
  });

  test("keeps to the rules of privacy, also for what came before they changed", async () => {
    await start();
    await report(1);
    const api = await DescribedApi.open(url);
    await bridge.reload(
      config({}, { privacy: { "street-air": { fields: { pm25: { drop: "pipeline" } } } } }),
    );
    for (const path of ["/v1/entities", "/v1/history", "/v1/history?format=senml"]) {
      const { text } = await api.get(path);
      expect(text).not.toContain("pm25");
      expect(text).toContain("temperature");
    }
  });
});

describe("access to the read API", () => {
  const token = "a-token-for-the-page-0123";
  const reader = "a-token-for-reading-0123";
  const file = (name: string, text: string) => {
    writeFileSync(join(dataDir, name), `${text}\n`);
    return join(dataDir, name);
  };
  const status = async (path: string, bearer?: string) => {
    const headers: Record<string, string> =
      bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    return (await fetch(url + path, { headers })).status;
  };

  test("is the page's by default", async () => {
    await start({ tokenFile: file("page", token) });
    expect(await status("/v1/entities")).toBe(401);
    expect(await status("/v1/entities", token)).toBe(200);
  });

  test("may be by a token that opens nothing else", async () => {
    const read = { access: "token", tokenFile: file("read", reader) } as const;
    await start({ tokenFile: file("page", token), read });
    expect(await status("/v1/entities")).toBe(401);
    expect(await status("/v1/entities", "another-token-of-a-guesser")).toBe(401);
    expect(await status("/v1/entities", reader)).toBe(200);
    expect(await status("/v1/entities", token)).toBe(200);
    expect(await status("/api/v1/status", reader)).toBe(401);
    expect(await status("/%76%31/entities")).toBe(401);
    for (let guess = 0; guess < 20; guess++) await status("/v1", `guess-${guess}`);
    expect(await status("/v1/entities", reader)).toBe(429);
  });

  test("may be open to all, and to pages of other sites", async () => {
    await start({ tokenFile: file("page", token), read: { access: "open" } });
    const response = await fetch(`${url}/v1/entities`);
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await status("/api/v1/status")).toBe(401);
  });

  test("may be off", async () => {
    await start({ read: { access: "off" } });
    expect(await status("/v1/entities")).toBe(404);
  });

  test("by a token needs one", () => {
    const make = () => new Bridge({ config: config({ read: { access: "token" } }), log: silent });
    const error = catchError(make);
    expect(isBridgeError(error) && [error.code, error.place]).toEqual([
      "BRIDGE_CONFIG_INVALID",
      "http.read.tokenFile",
    ]);
  });
});

function catchError(task: () => unknown): unknown {
  try {
    return task();
  } catch (error) {
    return error;
  }
}
