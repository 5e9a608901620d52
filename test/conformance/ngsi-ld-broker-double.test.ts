import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BrokerDouble } from "@bollard/ngsi-ld/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** The broker double must refuse what ETSI's suite means to be refused, and take what it means to be taken. */
const root = new URL("data/etsi-ngsi-ld/entities/", import.meta.url);
const refusals: Record<string, Record<string, string[]>> = JSON.parse(
  readFileSync(new URL("ngsi-ld-etsi-refusals.json", import.meta.url), "utf8"),
);
const refused = new Set(Object.values(refusals).flatMap((group) => Object.keys(group)));

/** Fetched in ETSI's suite from its own web server. */
const suiteContext =
  "https://raw.githubusercontent.com/marek-mraz/ngsi-ld-test-suite/main/resources/jsonld-contexts/ngsi-ld-test-suite-compound.jsonld";
const otherContexts = [
  "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
  "https://fiware.github.io/data-models/context.jsonld",
  "https://easy-global-market.github.io/ngsild-api-data-models/ngsildTestSuite/ngsildTestSuiteV1.8-compound.jsonld",
];
const coreContexts = ["1.3", "1.6", "1.9"].map(
  (version) => `https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v${version}.jsonld`,
);

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes("fragmentEntities"))
  .map((entry) => relative(root.pathname, join(entry.parentPath, entry.name)))
  .toSorted();

/** Accepted by the strict profile, but an NGSI-LD broker has more to say. */
const otherAnswers: Readonly<Record<string, number>> = {
  "building-unretrievable-context.jsonld": 503,
};

describe("the broker double", () => {
  let broker: BrokerDouble;
  beforeAll(async () => {
    broker = await BrokerDouble.open({
      contexts: [suiteContext, ...otherContexts, ...coreContexts],
    });
  });
  afterAll(() => broker.close());

  test.each(files)("answers as it should to %s", async (file) => {
    const body = readFileSync(new URL(file, root), "utf8");
    const isLinked = file.endsWith(".json") && !body.includes('"@context"');
    const link = `<${suiteContext}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;
    // Files share ids, so each goes to a tenant of its own.
    const tenant = { "NGSILD-Tenant": file.replace(/[^a-z0-9]/gi, "_") };
    const answer = await fetch(`${broker.url}/ngsi-ld/v1/entities`, {
      method: "POST",
      headers: isLinked
        ? { ...tenant, "Content-Type": "application/json", Link: link }
        : { ...tenant, "Content-Type": "application/ld+json" },
      body,
    });
    expect(answer.status).toBe(otherAnswers[file] ?? (refused.has(file) ? 400 : 201));
  });
});
