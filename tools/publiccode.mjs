// `npm run -s publiccode -- --url <address of the repository> --contact <name>`: publiccode.yml for catalogues of
// public software, such as the EU OSS Catalogue, which look for it at the root of a repository. On the
// standard output. What is in it comes from the packages; it is checked against what version 0.4 of the
// standard makes mandatory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bootstrap, root } from "./bootstrap.mjs";

await bootstrap();
const { stringify } = await import("yaml");

const usage = "npm run -s publiccode -- --url https://… --contact <name> [--released YYYY-MM-DD]";
const { values } = parseArgs({
  options: {
    url: { type: "string" },
    contact: { type: "string" },
    released: { type: "string" },
  },
});
const { url, contact, released } = values;
if (!url || !/^https?:\/\//.test(url) || !contact) fail(`Address and contact are needed: ${usage}`);
if (released !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(released)) {
  fail(`--released is a day, such as 2026-09-01: ${usage}`);
}

const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"));
const languages = ["en", "da", "de", "fr", "nl"];
const document = {
  publiccodeYmlVersion: "0.4",
  name: "Bollard",
  url,
  softwareVersion: version,
  ...(released !== undefined && { releaseDate: released }),
  platforms: ["linux"],
  categories: ["iot", "data-collection"],
  developmentStatus: version.startsWith("0.") ? "beta" : "stable",
  softwareType: "standalone/iot",
  intendedAudience: { scope: ["environment", "local-authorities", "transportation"] },
  description: {
    en: {
      shortDescription:
        "Street sensors that any platform can take in: device SDK, bridge, load tests, MIM evidence.",
      longDescription:
        "Cities want street sensors that any platform can take in: no lock-in, citizens' rights kept, small towns served as well as big ones. Bollard makes a sensor compliant with the Minimal Interoperability Mechanisms of OASC from one file, a sensor schema. From it come compact payloads, decoders for LoRaWAN servers and OS2iot, NGSI-LD entities of the Smart Data Models, SenML and catalogue entries. A bridge for a Raspberry Pi takes readings in and keeps them on its disk until the city's platform has them.",
      features: [
        "Compact payloads from TypeScript and from generated C99 without malloc",
        "Decoders for LoRaWAN servers and OS2iot",
        "A bridge with a durable spool: MQTT, NGSI-LD, SensorThings, Home Assistant",
        "Load tests of MQTT brokers with thousands of simulated nodes",
        "Evidence for the Minimal Interoperability Mechanisms, row by row",
      ],
    },
  },
  legal: { license: "Apache-2.0" },
  maintenance: { type: "community", contacts: [{ name: contact }] },
  // Of the plan for towns; the rest is in English.
  localisation: { localisationReady: true, availableLanguages: languages },
};

const { shortDescription, longDescription, features } = document.description.en;
const mistakes = [
  ...(shortDescription.length > 150 ? ["shortDescription has more than 150 characters"] : []),
  ...(longDescription.length < 150 ? ["longDescription has fewer than 150 characters"] : []),
  ...(longDescription.length > 10_000 ? ["longDescription has more than 10,000 characters"] : []),
  ...(features.some((feature) => feature.length > 100) ? ["a feature is longer than 100"] : []),
];
if (mistakes.length > 0) fail(mistakes.join("; "));
process.stdout.write(stringify(document));

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
