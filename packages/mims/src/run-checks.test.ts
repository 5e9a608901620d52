import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { SensorSchema } from "@bollard/schema";
import { Aedes } from "aedes";
import { afterEach, describe, expect, test } from "vitest";
import { formatTurtle } from "./catalogue/format-turtle.js";
import { type CataloguePublisher, toCatalogue } from "./catalogue/to-catalogue.js";
import type { Check, Finding, Verdict } from "./checks/check.js";
import { Deployment, type DeploymentOptions } from "./deployment/deployment.js";
import { formatCsv } from "./report/format-csv.js";
import { formatHtml } from "./report/format-html.js";
import { type ComplianceRow, checkMims, requirementsOf } from "./run-checks.js";
import {
  airAt,
  algorithms,
  type Mischief,
  ModelCity,
  processing,
  resources,
} from "./testing/model-city.js";

const NOW = "2026-09-01T10:05:00.000Z";
const publisher: CataloguePublisher = {
  publisher: "City of Example",
  publisherUri: "https://city.example",
  contact: "data@city.example",
  licence: "https://creativecommons.org/licenses/by/4.0/",
};
const catalogueOf = (more: Partial<CataloguePublisher> = {}) =>
  toCatalogue(
    {
      address: "https://street.city.example/",
      datasets: [{ type: "AirQualityObserved", contexts: [], attributes: ["pm25"] }],
      box: [23.3, 42.7, 23.4, 42.7],
      reportIntervalS: 60,
      madeAt: NOW,
    },
    { ...publisher, ...more },
  );
const manifest = {
  ...{ scenario: {}, seed: 1, versions: { fleet: "0.1.0" }, startedAt: NOW, simulated: true },
};
const ids = ["oak-street-1", "elm-street-2"].map(
  (name) => `urn:ngsi-ld:AirQualityObserved:${name}`,
);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const everyCheck = new Map(
  (["9.0", "2024", "v5"] as const).flatMap((edition) =>
    requirementsOf(edition).flatMap(({ checks }) =>
      checks.map((check): readonly [string, Check] => [check.id, check]),
    ),
  ),
);

/** What one check sees of a city, with everything given that it could want. */
async function see(
  id: string,
  mischief: Mischief = {},
  options: DeploymentOptions = {},
): Promise<Finding> {
  const city = await ModelCity.open({ token: "reader", ...mischief });
  closing.push(() => city.close());
  const deployment = new Deployment({
    ...{ bridge: city.url, token: "reader", earlierIds: ids, manifest, patienceMs: 300 },
    catalogue: await formatTurtle(catalogueOf()),
    ...options,
  });
  const check = everyCheck.get(id);
  if (!check) throw new Error(`no row asks for ${id}`);
  return check.run(deployment);
}

const pm25: SensorSchema["fields"][number] = {
  ...{ kind: "quantity", name: "pm25", unit: "ug/m3", min: 0, max: 10, resolution: 0.1 },
  ...{ optional: false, concernsPersons: false, outOfRange: "clamp" },
  maps: [{ model: "AirQualityObserved", property: "pm25" }],
};
/** A schema of what that city measures; one of its fields says something about persons. */
const crowd: SensorSchema = {
  ...{ name: "crowd", version: 1, id: 1, mobility: "fixed", derived: [], commands: [] },
  time: { mode: "absolute", milliseconds: false },
  fields: [
    pm25,
    {
      ...pm25,
      ...{ name: "noise", concernsPersons: true },
      maps: [{ model: "AirQualityObserved", property: "pm10" }],
    },
  ],
};
const MEASURES = "dpv:hasTechnicalOrganisationalMeasure";

/** A city whose record says this of the people that it counts. */
function recordWith(change: object): Mischief {
  const process = { ...processing["dpv:hasProcess"][0], ...change };
  const body = { ...processing, "dpv:hasProcess": [process] };
  return { answers: { "/v1/processing": { body } } };
}

/** A city whose register says this of its one value that is made. */
function registerWith(change: object): Mischief {
  return { answers: { "/v1/algorithms": { body: [{ ...algorithms[0], ...change }] } } };
}

/** Cities that do one thing wrong, by the check that has to see it, and the words it says. */
const violations: readonly (readonly [
  check: string,
  says: string,
  mischief: Mischief,
  options?: DeploymentOptions,
])[] = [
  [
    "machine-readable",
    "text/html",
    { answers: { "/v1/entities": { type: "text/html", body: [airAt("a", 1)] } } },
  ],
  ["described", "status 404", { answers: { "/v1/openapi.json": { status: 404 } } }],
  ["described", "no OpenAPI 3", { answers: { "/v1/openapi.json": { body: { swagger: "2.0" } } } }],
  [
    "described",
    "no path of entities",
    {
      answers: {
        "/v1/openapi.json": { body: { openapi: "3.1.0", info: {}, paths: { "/cats": {} } } },
      },
    },
  ],
  ["filters", "the other side of the Earth", { ignores: ["bbox"] }],
  ["filters", "a day of 2001", { ignores: ["time"] }],
  [
    "filters",
    "which has none",
    { ignores: ["attrs"], entities: [airAt("a", 1), { ...airAt("b", 1), pm25: undefined }] },
  ],
  ["http-manners", "a wrong question is answered with 200", { ignores: ["mistake"] }],
  ["http-manners", "no ETag", { ignores: ["etag"] }],
  ["http-manners", "no RateLimit", { ignores: ["limits"] }],
  ["persistent-ids", "of several entities", { entities: [airAt("a", 1), airAt("a", 2)] }],
  ["persistent-ids", "no IRIs", { entities: [{ ...airAt("a", 1), id: "7" }] }],
  [
    "persistent-ids",
    "not there any more",
    {},
    { earlierIds: [...ids, "urn:ngsi-ld:AirQualityObserved:gone"] },
  ],
  ["look-up", "has no @context", { entity: ({ "@context": _, ...entity }) => entity }],
  [
    "look-up",
    "nonsense",
    { entity: (entity) => ({ ...entity, nonsense: { type: "Property", value: 1 } }) },
  ],
  [
    "mapped-ids",
    "no device of it",
    { answers: { "/api/v1/registry": { body: { nodes: [{ id: "1", name: "x" }] } } } },
  ],
  ["owned-ids", "is a row number", { entities: [airAt("17", 1)] }],
  ["owned-ids", "holds an IP address", { entities: [airAt("192.168.0.7", 1)] }],
  [
    "standard-models",
    "no Smart Data Models",
    { entity: (entity) => ({ ...entity, type: "MyThing" }) },
  ],
  [
    "explicit-units",
    "has no unitCode",
    { entity: (entity) => ({ ...entity, pm25: { type: "Property", value: 1, observedAt: NOW } }) },
  ],
  [
    "explicit-units",
    "has no observedAt",
    { entity: (entity) => ({ ...entity, pm25: { type: "Property", value: 1, unitCode: "GQ" } }) },
  ],
  [
    "explicit-units",
    "is not in UTC",
    {
      entity: (entity) => ({
        ...entity,
        pm25: {
          type: "Property",
          value: 1,
          unitCode: "GQ",
          observedAt: "2026-09-01T12:00:00+02:00",
        },
      }),
    },
  ],
  [
    "profiled-extensions",
    "nonsense",
    { entity: (entity) => ({ ...entity, nonsense: { type: "Property", value: 1 } }) },
  ],
  [
    "valid-entities",
    "1 fail",
    {
      entities: [
        airAt("a", 1),
        { ...airAt("b", 1), dateObserved: { type: "Property", value: "yesterday" } },
      ],
    },
  ],
  [
    "catalogued",
    "Less than 1 values",
    {},
    { catalogue: "@prefix dcat: <http://www.w3.org/ns/dcat#>. <urn:c> a dcat:Catalog ." },
  ],
  [
    "licensed",
    "is none that is known",
    {},
    { catalogue: JSON.stringify(catalogueOf({ licence: "https://city.example/our-terms" })) },
  ],
  ["licensed", "no distribution", {}, { catalogue: "" }],
  ["encrypted", "is not encrypted", {}],
  ["login", "without a token: status 200", { token: undefined as never }],
  ["login", "with the token: status 401", {}, { token: "another" }],
  ["audited", "the log does not have it", { keepsNoLog: true }, { operatorToken: "op" }],
  ["roles", "let through", { letsReadersWrite: true }],
  ["ogc-interface", "status 404", { answers: { "/v1.1": { status: 404 } } }],
  [
    "ogc-interface",
    "it has no Locations",
    { answers: { "/v1.1": { body: { value: [{ name: "Things" }] } } } },
  ],
  [
    "open-geo-format",
    "is at 42.7, 200",
    {
      entity: (entity) => ({
        ...entity,
        location: { type: "GeoProperty", value: { type: "Point", coordinates: [42.7, 200] } },
      }),
    },
  ],
  [
    "crs-declared",
    "no dataset names",
    {},
    { catalogue: "@prefix dcat: <http://www.w3.org/ns/dcat#>. <urn:d> a dcat:Dataset ." },
  ],
  ["personal-data", "status 404", { answers: { "/v1/processing": { status: 404 } } }],
  ["personal-data", "no record of processing", { answers: { "/v1/processing": { body: {} } } }],
  ["personal-data", "crowd/people has no rule", recordWith({ [MEASURES]: [] })],
  [
    "personal-data",
    "for no purpose",
    recordWith({ [MEASURES]: [{ "dct:description": "Leaves as it is, for its purpose" }] }),
  ],
  [
    "personal-data",
    "said to go nowhere",
    {
      ...recordWith({ "dpv:hasProcessing": [{ "@id": "dpv:Erase" }] }),
      entity: (entity) => ({ ...entity, people: { type: "Property", value: 7 } }),
    },
  ],
  [
    "personal-data",
    "crowd/noise is not on record",
    { entity: (entity) => ({ ...entity, pm10: { type: "Property", value: 7 } }) },
    { schemas: [crowd] },
  ],
  [
    "as-declared",
    "is in CEL, and crowd/pm25 in GQ",
    {
      entity: (entity) => ({
        ...entity,
        pm25: { type: "Property", value: 5, unitCode: "CEL", observedAt: NOW },
      }),
    },
    { schemas: [crowd] },
  ],
  ["as-declared", "is 12.3, and crowd/pm25 goes from 0 to 10", {}, { schemas: [crowd] }],
  ["as-declared", "no entity has an attribute", {}, { schemas: [{ ...crowd, fields: [] }] }],
  ["algorithms", "is no list", { answers: { "/v1/algorithms": { body: {} } } }],
  ["algorithms", "lacks purpose", registerWith({ purpose: "" })],
  ["algorithms", "lacks version, inputs", registerWith({ version: undefined, inputs: [] })],
  ["algorithms", "lacks method", registerWith({ method: {} })],
  ["algorithms", "whether it decides", registerWith({ decides: undefined })],
  ["algorithms", "limits, though it decides", registerWith({ limits: undefined })],
  ["resources", "is no JSON", { answers: { "/v1/resources": { body: "much" } } }],
  [
    "resources",
    "no bytes and messages",
    { answers: { "/v1/resources": { body: { ...resources, perReading: {} } } } },
  ],
  [
    "resources",
    "no airtime and energy",
    { answers: { "/v1/resources": { body: { ...resources, lorawan: [] } } } },
  ],
  ["simulated-marked", "no data provider says so", { entities: [airAt("simulated-air-1", 1)] }],
  [
    "run-recorded",
    "it lacks seed",
    {},
    { manifest: { scenario: {}, versions: {}, startedAt: NOW, simulated: true } },
  ],
  ["run-recorded", "does not say", {}, { manifest: { ...manifest, simulated: false } }],
];

describe("checkMims", () => {
  test("a city without a fault meets each row that it can be asked about over plain HTTP", async () => {
    const city = await ModelCity.open({ token: "reader" });
    closing.push(() => city.close());
    const { rows, entityIds } = await checkMims(
      {
        ...{
          bridge: city.url,
          token: "reader",
          operatorToken: "reader",
          earlierIds: ids,
          manifest,
        },
        catalogue: JSON.stringify(catalogueOf()),
      },
      "9.0",
      NOW,
    );
    const by = (verdict: Verdict) =>
      rows.filter((row) => row.verdict === verdict).map(({ id }) => id);
    expect(by("not met")).toEqual(["6.1"]);
    expect(by("not checked")).toEqual(["0.4", "3.3", "6.4"]);
    expect(by("not applicable")).toEqual(["2.3", "8.1"]);
    expect(rows.find(({ id }) => id === "1.1")).toMatchObject({ answer: "M" });
    expect(rows.find(({ id }) => id === "6.2")).toMatchObject({ answer: "E" });
    expect(entityIds).toEqual(ids);
  });

  test("asks a context broker in NGSI-LD's own words, and sees its faults too", async () => {
    const look = async (mischief: Mischief = {}) => {
      const city = await ModelCity.open(mischief);
      closing.push(() => city.close());
      const api = `${city.url}/ngsi-ld/v1`;
      const { rows } = await checkMims({ api, earlierIds: ids }, "9.0", NOW, [
        "0",
        "1",
        "2",
        "7.2",
      ]);
      return new Map(rows.map(({ id, verdict }) => [id, verdict]));
    };
    expect(Object.fromEntries(await look())).toEqual({
      ...{ "0.1": "met", "0.2": "not met", "0.3": "met", "0.4": "not checked", "0.5": "met" },
      ...{ "1.1": "met", "1.2": "met", "1.3": "not checked", "1.4": "met" },
      ...{ "2.1": "met", "2.2": "met", "2.3": "not applicable", "2.4": "met", "7.2": "met" },
    });
    expect((await look({ ignores: ["bbox"] })).get("0.3")).toBe("not met");
    expect((await look({ ignores: ["time"] })).get("0.3")).toBe("not met");
  });

  test.each(violations.map(([check, says, ...rest]) => [check, says, rest] as const))(
    "%s is not met where %s",
    async (check, says, [mischief, options]) => {
      const planted = await see(check, mischief, options);
      expect(planted.verdict).toBe("not met");
      expect(planted.seen).toContain(says);
    },
  );

  test("every check has a planted violation", () => {
    const planted = new Set([...violations.map(([check]) => check), ...elsewhere]);
    expect([...everyCheck.keys()].filter((id) => !planted.has(id))).toEqual([]);
  });

  test("a feature under another id than its entity's is seen", async () => {
    const features = [{ type: "Feature", id: "7", geometry: null }];
    const city = await ModelCity.open();
    closing.push(() => city.close());
    const { featureIds } = await import("./checks/geospatial.js");
    const deployment = new Deployment({ bridge: city.url });
    await deployment.entities();
    const get = deployment.get.bind(deployment);
    deployment.get = async (path, accept) => {
      const answer = await get(path, accept);
      const isGeo = path.includes("geojson");
      return isGeo
        ? { ...answer, text: JSON.stringify({ type: "FeatureCollection", features }) }
        : answer;
    };
    expect(await featureIds.run(deployment)).toMatchObject({
      verdict: "not met",
      seen: "ids of no entity: 7",
    });
  });

  test("a city gives account of what concerns persons, of what is made, and of what it takes", async () => {
    const city = await ModelCity.open();
    closing.push(() => city.close());
    const look = async (options: DeploymentOptions) => {
      const { rows } = await checkMims(options, "v5", NOW, ["4", "5", "10"]);
      return Object.fromEntries(rows.map(({ id, verdict }) => [id, verdict]));
    };
    expect(await look({ bridge: city.url })).toEqual({
      ...{ "4.1": "met", "4.2": "not checked", "5.1": "met", "10.1": "met" },
    });
    const api = `${city.url}/ngsi-ld/v1`;
    expect(await look({ api })).toMatchObject({ "4.1": "not checked", "5.1": "not checked" });
    // With the schemas it can be seen at any API.
    expect(await look({ api, schemas: [crowd] })).toMatchObject({ "4.1": "met" });
    const entity = (one: object) => ({ ...one, pm10: { type: "Property", value: 7 } });
    const other = await ModelCity.open({ entity });
    closing.push(() => other.close());
    const leaking = { api: `${other.url}/ngsi-ld/v1`, schemas: [crowd] };
    expect(await look(leaking)).toMatchObject({ "4.1": "not met" });
  });

  test("a past that cannot be asked for is seen", async () => {
    const answers = { "/v1/history": { status: 501 } };
    const city = await ModelCity.open({ answers });
    closing.push(() => city.close());
    const { rows } = await checkMims({ bridge: city.url }, "v5", NOW, ["1.2"]);
    expect(rows[0]).toMatchObject({ verdict: "not met", answer: "N" });
  });

  test("a broker that publishes is heard, and one that keeps silent is not met", async () => {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(
      () => new Promise<void>((resolve) => broker.close(() => resolve())),
      () => new Promise((resolve) => server.close(resolve)),
    );
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await see("changes-told", {}, { broker: url })).toMatchObject({
      verdict: "not met",
      seen: "nothing was published",
    });
    const timer = setInterval(() => {
      broker.publish(
        { cmd: "publish", topic: "city/a", payload: "1", qos: 0, dup: false, retain: false },
        () => {},
      );
    }, 20);
    const heard = await see("changes-told", {}, { broker: url, patienceMs: 5000 });
    clearInterval(timer);
    expect(heard).toMatchObject({ verdict: "met" });
    await expect(see("changes-told", {}, { broker: "mqtt://127.0.0.1:1" })).rejects.toThrow();
  });

  test("TLS 1.3 with a certificate that can be trusted is met, one that cannot is not", async () => {
    const key = readFileSync(new URL("./testing/city.key.pem", import.meta.url));
    const cert = readFileSync(new URL("./testing/city.cert.pem", import.meta.url), "utf8");
    const server = createTlsServer({ key, cert, minVersion: "TLSv1.2" }, (socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const { encrypted } = await import("./checks/securing.js");
    const look = (ca?: string) =>
      encrypted.run(new Deployment({ bridge: `https://localhost:${port}`, ...(ca && { ca }) }));
    expect(await look(cert)).toMatchObject({ verdict: "met" });
    const distrusted = await look();
    expect(distrusted.verdict).toBe("not met");
    expect(distrusted.seen).toMatch(/self-signed|unable to verify/i);
  });

  test("what does not answer at all is an error with its address; a wrong option too", async () => {
    const none = checkMims({ bridge: "http://127.0.0.1:1" }, "9.0", NOW);
    await expect(none).rejects.toThrow(/http:\/\/127\.0\.0\.1:1\/v1\/types: .*MIMS_UNREACHABLE/);
    await expect(checkMims({ bridge: "here" }, "9.0", NOW)).rejects.toThrow("MIMS_BAD_OPTION");
    const city = await ModelCity.open();
    closing.push(() => city.close());
    const options = { bridge: city.url, catalogue: "<urn:c> nonsense" };
    const { rows } = await checkMims(options, "9.0", NOW, ["3.1"]);
    expect(rows[0]).toMatchObject({ verdict: "not checked", answer: "" });
    expect(rows[0]?.evidence[0]?.seen).toContain("MIMS_BAD_FILE");
  });
});

/** Checks whose violation is planted in a test of its own. */
const elsewhere = ["feature-ids", "history", "changes-told"];

describe("the compliance table", () => {
  test("is CSV and HTML, and nothing in it is taken for a formula or for markup", async () => {
    const city = await ModelCity.open({
      entity: (entity) => ({ ...entity, type: "<script>" }),
      answers: {},
    });
    closing.push(() => city.close());
    const compliance = await checkMims({ bridge: city.url }, "9.0", NOW);
    const csv = formatCsv(compliance);
    expect(csv.split("\r\n")).toHaveLength(compliance.rows.length + 2);
    const html = formatHtml(compliance);
    expect(html).not.toContain("<script>");
    expect(html).toContain("MIMs Plus 9.0 (2026)");
    const odd = {
      ...compliance,
      rows: [{ ...(compliance.rows[0] as ComplianceRow), label: '=SUM("A1")' }],
    };
    expect(formatCsv(odd as never)).toContain(`"'=SUM(""A1"")"`);
  });

  test("has a check, or says whose it is, in each row of each edition", () => {
    for (const edition of ["9.0", "2024", "v5"] as const) {
      const rows = requirementsOf(edition);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      for (const { checks, why = "" } of rows) {
        if (checks.length === 0) expect(why).toMatch(/^(the operator's|nobody's): /);
      }
    }
    expect(requirementsOf("9.0")).toHaveLength(28);
  });
});

describe("a catalogue", () => {
  test("passes the shapes for high-value datasets where it says that it has some, and only there", async () => {
    const { readCatalogue } = await import("./catalogue/read-catalogue.js");
    const { shapeProblems } = await import("./catalogue/shape-problems.js");
    const high = catalogueOf({ hvdCategory: "environment" });
    const triples = await readCatalogue(await formatTurtle(high));
    expect(await shapeProblems(triples)).toEqual([]);
    expect(await shapeProblems(triples, "hvd")).toEqual([]);
    const plain = await readCatalogue(await formatTurtle(catalogueOf()));
    expect((await shapeProblems(plain, "hvd")).length).toBeGreaterThan(0);
  });

  test("passes the shapes of DCAT-AP 3 in Turtle and JSON-LD, and a broken one does not", async () => {
    const { readCatalogue } = await import("./catalogue/read-catalogue.js");
    const { shapeProblems } = await import("./catalogue/shape-problems.js");
    const turtle = await readCatalogue(await formatTurtle(catalogueOf()));
    expect(await shapeProblems(turtle)).toEqual([]);
    const jsonLd = await readCatalogue(JSON.stringify(catalogueOf()));
    expect(jsonLd.length).toBe(turtle.length);
    const untitled = turtle.filter(({ predicate }) => !predicate.value.endsWith("/title"));
    expect((await shapeProblems(untitled)).length).toBeGreaterThan(2);
    await expect(readCatalogue('{"@context":"https://c.example/c.jsonld"}')).rejects.toThrow(
      "would have to be fetched",
    );
  });
});
