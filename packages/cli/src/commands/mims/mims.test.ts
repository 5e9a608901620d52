import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exampleFile } from "../../testing/examples.js";
import { run } from "../../testing/run.js";

/** As much of a bridge's read API as a catalogue and a look at its ids need. */
const answers: Readonly<Record<string, unknown>> = {
  "/v1/types": [
    { type: "AirQualityObserved", "@context": [], attributes: [{ name: "pm25", title: "PM2.5" }] },
  ],
  "/v1/nodes": [
    {
      ...{ node: "oak-street-1", position: [23.3, 42.7], reportIntervalS: 60, schemas: [] },
      ids: ["urn:ngsi-ld:AirQualityObserved:oak-street-1"],
      observedAt: "2018-10-01T00:00:00.000Z",
    },
  ],
  "/v1/history": Array.from({ length: 50 }, (_, minute) => ({
    id: "urn:ngsi-ld:AirQualityObserved:oak-street-1",
    type: "AirQualityObserved",
    pm25: {
      ...{ type: "Property", value: 10 + (minute % 2), unitCode: "GQ" },
      observedAt: new Date(Date.UTC(2018, 8, 30, 7, minute)).toISOString(),
    },
  })),
  "/v1/algorithms": [{ id: "street-air/alarm" }],
  "/v1/processing": { "dpv:hasProcess": [{ "@id": "#crowd/people" }] },
  "/v1/entities": [
    { id: "urn:ngsi-ld:AirQualityObserved:oak-street-1", type: "AirQualityObserved" },
  ],
};
const publisher = [
  ...["--publisher", "City of Example", "--publisher-uri", "https://city.example"],
  ...["--contact", "data@city.example"],
];

let folder = "";
let server: Server;
let url = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-mims-"));
  server = createServer((request, response) => {
    const answer = answers[(request.url ?? "").split("?")[0] ?? ""];
    response.writeHead(answer ? 200 : 404, { "content-type": "application/ld+json" });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

describe("bollard mims check", () => {
  test("tells each row, writes the table, and ends with 1 where a row is not met", async () => {
    const only = ["--only", "1.1,1.4,0.2"];
    const { code, out, err } = await run(["mims", "check", "--bridge", url, ...only, "-o", folder]);
    expect(code).toBe(1);
    expect(err).toContain("1 rows are not met: 0.2");
    expect(out).toMatch(/^1\.4 {2}met/m);
    expect(out).toContain("1 met, 1 not met, 0 not applicable, 1 not checked");
    expect(readdirSync(folder).sort()).toEqual([
      "compliance.csv",
      "compliance.html",
      "compliance.json",
    ]);
    const again = await run([
      ...["mims", "check", "--bridge", url, "--only", "1.1", "--json"],
      ...["--earlier", join(folder, "compliance.json")],
    ]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out).rows[0]).toMatchObject({ id: "1.1", answer: "M" });
  });

  test("names the option that is wrong, and the address that does not answer", async () => {
    const both = await run(["mims", "check", "--bridge", url, "--api", url]);
    expect(both).toMatchObject({ code: 2 });
    writeFileSync(join(folder, "x.json"), "{}");
    const earlier = ["--earlier", join(folder, "x.json")];
    const odd = await run(["mims", "check", "--bridge", url, ...earlier]);
    expect(odd).toMatchObject({ code: 2 });
    expect(odd.err).toContain("--earlier:");
    const gone = await run(["mims", "check", "--bridge", "http://127.0.0.1:1"]);
    expect(gone).toMatchObject({ code: 1 });
    expect(gone.err).toContain("http://127.0.0.1:1/v1/types");
  });
});

describe("bollard mims indicators", () => {
  test("tells an hour with its coverage and method, and a day that has too little", async () => {
    const call = ["mims", "indicators", "--bridge", url, "--attribute", "pm25"];
    const hour = await run([...call, "--window", "hour"]);
    expect(hour.code).toBe(0);
    expect(hour.out).toMatch(
      /^2018-09-30T07:00 +10\.5 +\(10 to 11\) +1 of 1 places, 83 % measured$/m,
    );
    expect(hour.out).toContain("pm25 in GQ, of 50 readings: arithmetic mean");
    const day = await run([...call, "--json"]);
    expect(JSON.parse(day.out).windows).toMatchObject([{ value: null, placesMeasured: 1 }]);
  });

  test("says where there is nothing, and refuses a time without a zone", async () => {
    const call = ["mims", "indicators", "--bridge", url];
    const none = await run([...call, "--attribute", "no2"]);
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain("there is no no2");
    const odd = await run([...call, "--attribute", "pm25", "--from", "2026-09-01"]);
    expect(odd).toMatchObject({ code: 2 });
    expect(odd.err).toContain("with its zone");
  });
});

describe("bollard mims plan", () => {
  test("asks what was not given, again where the answer is none, and writes Markdown", async () => {
    const asked: string[] = [];
    const replies = ["Thisted", "lorawan", "cloud", "pi", "", "no", "yes"];
    const ask = async (question: string) => {
      asked.push(question);
      return replies[asked.length - 1] ?? "";
    };
    const { code, out } = await run(["mims", "plan", "--language", "da"], { ask });
    expect(code).toBe(0);
    expect(asked).toHaveLength(7);
    expect(out).toContain("# Den korteste vej til MIM'erne for Thisted");
    expect(out).toContain("bollard kit thisted.schema.yaml");
    expect((await run(["mims", "plan", "--run", "moon"])).code).toBe(2);
  });
});

describe("bollard catalogue export", () => {
  test("writes Turtle and JSON-LD that the shapes pass, with the address that people use", async () => {
    const address = ["--address", "https://street.city.example"];
    const { code, out } = await run([
      ...["catalogue", "export", "--bridge", url, "-o", folder],
      ...publisher,
      ...address,
    ]);
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(6);
    const portal = JSON.parse(readFileSync(join(folder, "open-data-dk.json"), "utf8"));
    expect(portal.dataset).toHaveLength(1);
    const record = JSON.parse(readFileSync(join(folder, "processing.jsonld"), "utf8"));
    expect(record["dpv:hasDataController"]).toMatchObject({
      ...{ "@id": "https://city.example", "dpv:hasName": "City of Example" },
    });
    expect(JSON.parse(readFileSync(join(folder, "algorithms.json"), "utf8"))).toHaveLength(1);
    const facilities = JSON.parse(readFileSync(join(folder, "inspire-facilities.json"), "utf8"));
    expect(facilities[0].inspireId).toEqual({
      localId: "oak-street-1",
      namespace: "https://city.example/id/emf/",
    });
    const turtle = readFileSync(join(folder, "catalogue.ttl"), "utf8");
    expect(turtle).toContain("https://street.city.example/v1/entities?type=AirQualityObserved");
    expect(turtle).not.toContain("127.0.0.1");
  });

  test("refuses what is no address or mailbox", async () => {
    const contact = publisher.with(-1, "nobody");
    const call = ["catalogue", "export", "--bridge", url, "-o", folder];
    expect((await run([...call, ...contact])).err).toContain("a mailbox");
    expect((await run([...call, ...publisher, "--licence", "mine"])).err).toContain("an address");
  });
});

describe("bollard catalogue solution", () => {
  const example = exampleFile("street-air/solution.yaml");

  test("writes a page for each catalogue, with the evidence that there is", async () => {
    const evidence = join(folder, "compliance.json");
    const rows = [{ id: "2.1", label: "Models", refs: [], verdict: "met", answer: "M" }];
    writeFileSync(evidence, JSON.stringify({ edition: "9.0", checkedAt: "2026-11-26", rows }));
    const call = ["catalogue", "solution", example, "-o", folder, "--evidence", evidence];
    const { code, out } = await run(call);
    expect(code).toBe(0);
    const pages = ["city-x-city.md", "tech4good.md", "fiware-marketplace.md"];
    expect(out.trim().split("\n")).toEqual(pages.map((page) => `${folder}/${page}`));
    for (const page of pages) {
      const text = readFileSync(join(folder, page), "utf8");
      expect(text).toMatch(/^# Air quality, street by street\n/);
      expect(text).toContain("| 2.1 | Models | M |");
    }
  });

  test.each([
    ["a mistake, with its line", "title: x\nchallenge: 7\n", 1, /solution\.yaml:2:\d+.*challenge/s],
    ["no YAML", "title: [", 1, /solution\.yaml:1/],
  ])("names %s", async (_, text, code, message) => {
    const file = join(folder, "solution.yaml");
    writeFileSync(file, text);
    const outcome = await run(["catalogue", "solution", file, "-o", folder]);
    expect(outcome.err).toMatch(message);
    expect(outcome.code).toBe(code);
  });

  test("names evidence that is none, and a file that is not there", async () => {
    const none = join(folder, "none.json");
    writeFileSync(none, "{}");
    const call = ["catalogue", "solution", example, "-o", folder, "--evidence"];
    expect((await run([...call, none])).err).toContain("is no compliance.json");
    writeFileSync(none, "{");
    expect((await run([...call, none])).err).toContain(`--evidence: ${none}: `);
    expect((await run([...call, join(folder, "gone.json")])).err).toContain("--evidence: ENOENT");
  });
});
