import { licencesOf, readCatalogue } from "../catalogue/read-catalogue.js";
import { shapeProblems } from "../catalogue/shape-problems.js";
import { type Check, met, notChecked, notMet, some } from "./check.js";

const NONE =
  "no catalogue was given; bollard catalogue export writes one, and --catalogue takes it";
/** Licences that are known by their address. */
const KNOWN_LICENCES = [
  /^https?:\/\/creativecommons\.org\/(licenses|publicdomain)\//,
  /^http:\/\/publications\.europa\.eu\/resource\/authority\/licence\//,
  /^https?:\/\/(www\.)?opendatacommons\.org\/licenses\//,
  /^https?:\/\/opendefinition\.org\/licenses\//,
  /^https:\/\/www\.govdata\.de\/dl-de\//,
];

/** MIM3 RC4: discoverable, described by DCAT-AP. */
export const catalogued: Check = {
  id: "catalogued",
  title: "A catalogue that passes the SHACL shapes of DCAT-AP 3",
  async run({ options: { catalogue } }) {
    const asked = "the catalogue, by the shapes of DCAT-AP 3.0.0";
    if (catalogue === undefined) return notChecked(asked, NONE);
    const triples = await readCatalogue(catalogue);
    const problems = await shapeProblems(triples);
    if (problems.length > 0) return notMet(asked, `${problems.length}: ${some(problems)}`);
    const datasets = licencesOf(triples).length;
    if (datasets === 0) return notMet(asked, "it has no dataset with a distribution");
    return met(asked, `${triples.length} triples, ${datasets} distributions, no violation`);
  },
};

/** MIM3 RC2: terms that are templates. */
export const licensed: Check = {
  id: "licensed",
  title: "Each distribution names a licence that is known by its address",
  async run({ options: { catalogue } }) {
    const asked = "the catalogue's dct:license";
    if (catalogue === undefined) return notChecked(asked, NONE);
    const licences = licencesOf(await readCatalogue(catalogue));
    if (licences.length === 0) return notMet(asked, "there is no distribution");
    const wrong = licences.flatMap(({ distribution, licence }) => {
      if (licence === undefined) return [`${distribution} has none`];
      const isKnown = KNOWN_LICENCES.some((one) => one.test(licence));
      return isKnown ? [] : [`${distribution}: ${licence} is none that is known`];
    });
    if (wrong.length > 0) return notMet(asked, some(wrong));
    return met(asked, some([...new Set(licences.map(({ licence }) => licence ?? ""))]));
  },
};
