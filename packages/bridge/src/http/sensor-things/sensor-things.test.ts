import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bridge } from "../../bridge.js";
import { DescribedApi } from "../../testing/described-api.js";
import { silent } from "../../testing/street.js";
import { START_S, streetAir, streetPayload } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";

const READINGS = 12;
const isoOf = (number: number) => new Date((START_S + 60 * number) * 1000).toISOString();
const PM25 = "Datastreams('oak-street-12:street-air:pm25')";

let dataDir: string;
let street: TestBroker;
let bridge: Bridge;
let api: DescribedApi;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-sta-"));
  street = await TestBroker.open();
  bridge = new Bridge({
    config: {
      dataDir,
      sources: { mqtt: [{ name: "street", url: street.url }] },
      nodes: {
        list: {
          "a1-b2": { name: "oak-street-12", position: [23.32, 42.69] },
          "c3-d4": { name: "elm-street-3" },
        },
      },
      spool: { commitDelayMs: 10 },
      http: { port: 0 },
    },
    schemas: [streetAir],
    log: silent,
  });
  const { url } = await bridge.start();
  const node = await connectAsync(street.url);
  // The sixth comes last, as after an outage.
  const order = [...Array(READINGS).keys()].filter((number) => number !== 5);
  for (const number of [...order, 5]) {
    for (const id of ["a1-b2", "c3-d4"]) {
      const payload = Buffer.from(streetPayload(number));
      await node.publishAsync(`bollard/${id}/up`, payload, { qos: 1 });
    }
  }
  await node.endAsync();
  for (let durable = 0; durable < 2 * READINGS; ) {
    const spool = await (await fetch(`${url}/api/v1/spool`)).json();
    ({ durable } = spool as { durable: number });
  }
  api = await DescribedApi.open(url);
});
afterAll(async () => {
  await bridge.close();
  await street.close();
  rmSync(dataDir, { recursive: true });
});

/** `?` and what follows is encoded. */
async function get(path: string) {
  const [resource = "", query] = path.split("?");
  const parts = (query?.split("&") ?? []).map((part) => {
    const at = part.indexOf("=");
    return `${part.slice(0, at)}=${encodeURIComponent(part.slice(at + 1))}`;
  });
  return await api.get(`/v1.1/${resource}${parts.length > 0 ? `?${parts.join("&")}` : ""}`);
}

/** Times of all observations, page by page. */
async function everyTime(path: string): Promise<string[]> {
  const times: string[] = [];
  let next: string | undefined = path;
  let { json } = await get(path);
  while (next !== undefined) {
    times.push(...json.value.map((one: { phenomenonTime: string }) => one.phenomenonTime));
    next = json["@iot.nextLink"];
    if (next !== undefined)
      ({ json } = await api.get(new URL(next).pathname + new URL(next).search));
  }
  return times;
}

describe("SensorThings", () => {
  test("has a Thing for each node, with links that lead on", async () => {
    const { json } = await get("Things('oak-street-12')");
    expect(json).toMatchObject({
      "@iot.id": "oak-street-12",
      name: "oak-street-12",
      description: "Street air station",
      properties: { schemas: ["street-air"] },
    });
    const { pathname } = new URL(json["Locations@iot.navigationLink"]);
    expect((await api.get(pathname)).json.value).toMatchObject([
      { location: { type: "Point", coordinates: [23.32, 42.69] } },
    ]);
    expect((await get("Things('elm-street-3')/Locations")).json.value).toEqual([]);
    expect((await get("Things?$count=true&$top=1")).json).toMatchObject({ "@iot.count": 2 });
    expect((await get("Things?$filter=name eq 'oak-street-12'")).json.value).toHaveLength(1);
    expect((await get("Things?$orderby=name desc&$select=name")).json.value).toMatchObject([
      { name: "oak-street-12" },
      { name: "elm-street-3" },
    ]);
  });

  test("expands what is linked, the newest observation too", async () => {
    const { json } = await get(
      "Things?$filter=name eq 'oak-street-12'&$expand=Datastreams($expand=ObservedProperty,Sensor,Observations($top=1;$orderby=phenomenonTime desc)),Locations",
    );
    const [thing] = json.value;
    expect(thing.Locations).toHaveLength(1);
    expect(thing.Datastreams[0]).toMatchObject({
      "@iot.id": "oak-street-12:street-air:pm25",
      observationType: "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
      unitOfMeasurement: { name: "ug/m3", symbol: "µg/m³" },
      ObservedProperty: {
        name: "PM2.5",
        definition: "https://smartdatamodels.org/dataModel.Environment/pm25",
      },
      Sensor: { "@iot.id": "street-air" },
      Observations: [{ phenomenonTime: isoOf(11), result: 1.1 }],
    });
    const deep = await get(`${PM25}?$expand=Thing/Locations,Observations($top=2)`);
    expect(deep.json.Thing.Locations[0].name).toBe("oak-street-12");
    expect(deep.json.Observations).toHaveLength(2);
    const next = new URL(deep.json["Observations@iot.nextLink"]);
    expect((await api.get(next.pathname + next.search)).json.value[0]).toMatchObject({
      phenomenonTime: isoOf(2),
    });
  });

  test("pages over observations as they arrived, each once, also by $skip", async () => {
    const arrived = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 5].map(isoOf);
    expect(await everyTime(`${PM25}/Observations?$top=5`)).toEqual(arrived);
    expect(await everyTime(`${PM25}/Observations?$skip=9&$top=2`)).toEqual(arrived.slice(9));
    expect(await everyTime("Observations?$top=7")).toHaveLength(4 * READINGS);
    expect(await everyTime("FeaturesOfInterest('oak-street-12')/Observations")).toHaveLength(
      2 * READINGS,
    );
  });

  test("puts them in the order of their times, what came late in its place", async () => {
    const inOrder = [...Array(READINGS).keys()].map(isoOf);
    expect(await everyTime(`${PM25}/Observations?$orderby=phenomenonTime asc&$top=5`)).toEqual(
      inOrder,
    );
    expect(await everyTime(`${PM25}/Observations?$orderby=phenomenonTime desc&$top=5`)).toEqual(
      [...inOrder].reverse(),
    );
    const newest = await get(`${PM25}/Observations?$orderby=phenomenonTime desc&$top=1`);
    expect(newest.json.value).toMatchObject([{ phenomenonTime: isoOf(11), result: 1.1 }]);
    const [{ "@iot.id": id }] = newest.json.value;
    expect((await get(`Observations('${id}')`)).json).toMatchObject({ result: 1.1 });
    expect((await get(`Observations('${id}')/Datastream`)).json).toMatchObject({
      "@iot.id": "oak-street-12:street-air:pm25",
    });
    const second = await get(`${PM25}/Observations?$orderby=phenomenonTime desc&$top=1&$skip=1`);
    expect(second.json.value).toMatchObject([{ phenomenonTime: isoOf(10) }]);
  });

  test("filters by time and by result", async () => {
    const path = `${PM25}/Observations?$filter=`;
    const between = `phenomenonTime ge ${isoOf(3)} and phenomenonTime lt ${isoOf(6)}`;
    expect(await everyTime(`${path}${between}`)).toEqual([3, 4, 5].map(isoOf));
    expect(await everyTime(`${path}(resultTime gt ${isoOf(10)})`)).toEqual([isoOf(11)]);
    expect(await everyTime(`${path}result eq 0.4`)).toEqual([isoOf(4)]);
    const counted = await get(`${path}${between}&$count=true&$top=0`);
    expect(counted.json).toMatchObject({ "@iot.count": 3, value: [] });
  });

  test("names what is wrong with a request, and where", async () => {
    const detail = async (path: string) => {
      const { status, json } = await get(path);
      return [status, json.detail];
    };
    const path = `${PM25}/Observations?$filter=`;
    expect(await detail(`${path}phenomenonTime ge yesterday`)).toEqual([
      400,
      '"yesterday" in column 19 of $filter: a time is such as 2026-09-01T00:00:00Z, with Z or an offset',
    ]);
    expect(await detail(`${path}phenomenonTime ge 2026-09-01T00:00:00`)).toEqual([
      400,
      expect.stringContaining("with Z or an offset"),
    ]);
    expect(await detail(`${path}result gt 1 or result lt 0`)).toEqual([
      400,
      '"or" in column 13 of $filter: only "and" joins comparisons here',
    ]);
    expect(await detail(`${path}phenomenonTime within 1`)).toEqual([
      400,
      expect.stringContaining("eq, ne, gt, ge, lt or le"),
    ]);
    expect(await detail(`${path}result gt`)).toEqual([400, "$filter ends where a value should be"]);
    expect(await detail(`${path}name eq 'a`)).toEqual([400, expect.stringContaining("quote")]);
    expect(await detail("Things?$top=many")).toEqual([400, "$top takes a whole number from 0 on"]);
    expect(await detail("Things?$expand=Observations")).toEqual([
      400,
      '$expand has "Observations"; Things have Locations, Datastreams',
    ]);
    expect(await detail("Things?$pick=name")).toEqual([400, expect.stringMatching(/^There is no/)]);
    expect(await detail("Things('nobody')")).toEqual([
      404,
      "There is no such thing as Things('nobody')",
    ]);
    expect(await detail(`Things?$expand=${"Datastreams/Thing,".repeat(200)}Locations`)).toEqual([
      400,
      "$expand has more than 2000 characters",
    ]);
    const root = await api.get("/v1.1/Things('%27')");
    expect(root.status).toBe(404);
    const lost = await api.get("/v1.1/Things('oak-street-12')/Owner").catch((error) => error);
    expect(String(lost)).toContain("no path is described");
  });
});
