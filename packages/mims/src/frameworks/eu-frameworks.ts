/** What answers a part of a framework: a file of this repository, or a check of a running deployment. */
export type Artefact =
  | { readonly file: string; readonly what: string }
  | { readonly check: string; readonly what: string };

/** A part of a framework, and what is there for it. */
export interface FrameworkRow {
  /** Layer, principle, article. */
  readonly part: string;
  readonly artefacts: readonly Artefact[];
}

/** A framework or law of the European Union, as far as a sensor and its bridge have to do with it. */
export interface Framework {
  readonly name: string;
  readonly reference: string;
  readonly rows: readonly FrameworkRow[];
}

const file = (path: string, what: string): Artefact => ({ file: path, what });
const check = (id: string, what: string): Artefact => ({ check: id, what });

/** Frameworks with the parts that are answered here; what is not here is not answered. */
export const euFrameworks: readonly Framework[] = [
  {
    name: "European Interoperability Framework for Smart Cities and Communities (EIF4SCC)",
    reference: "SWD(2022) 710",
    rows: [
      {
        part: "Technical interoperability",
        artefacts: [
          check("machine-readable", "data over HTTP in open forms"),
          check("ogc-interface", "OGC SensorThings"),
          file("docs/bridge-mqtt.md", "MQTT, topics and forms"),
          file("docs/payload-format.md", "the payload, to be implemented from the page alone"),
        ],
      },
      {
        part: "Semantic interoperability",
        artefacts: [
          check("standard-models", "Smart Data Models"),
          check("explicit-units", "UN/CEFACT units and UTC"),
          check("look-up", "every term has a meaning"),
        ],
      },
      {
        part: "Organisational interoperability",
        artefacts: [
          file("docs/running-the-bridge.md", "who runs what, and how it is updated"),
          file("CONTRIBUTING.md", "how others join in"),
        ],
      },
      {
        part: "Legal interoperability",
        artefacts: [
          file("LICENSE", "Apache-2.0"),
          check("licensed", "data under a licence that is known by its address"),
        ],
      },
      {
        part: "Principle: avoidance of lock-in",
        artefacts: [
          check("persistent-ids", "identifiers outlive bridge and broker"),
          check("owned-ids", "nothing of a vendor's in them"),
          file("docs/kits.md", "decoders for other platforms, in other languages"),
        ],
      },
    ],
  },
  {
    name: "European Interoperability Framework (EIF), Interoperable Europe Act",
    reference: "COM(2017) 134; Regulation (EU) 2024/903",
    rows: [
      {
        part: "Reusability of software",
        artefacts: [
          file("tools/publiccode.mjs", "publiccode.yml for catalogues of public software"),
          file("LICENSE", "Apache-2.0"),
        ],
      },
      {
        part: "Reusability of data: DCAT-AP",
        artefacts: [
          check("catalogued", "a catalogue that the SHACL shapes pass"),
          file("packages/mims/shapes/README.md", "those of DCAT-AP 3 and of high-value datasets"),
        ],
      },
    ],
  },
  {
    name: "INSPIRE",
    reference: "Directive 2007/2/EC",
    rows: [
      {
        part: "Download service",
        artefacts: [check("ogc-interface", "SensorThings, a good practice of INSPIRE")],
      },
      {
        part: "Coordinate reference system",
        artefacts: [check("crs-declared", "named in the catalogue")],
      },
      { part: "Persistent identifiers", artefacts: [check("feature-ids", "of features")] },
      {
        part: "Environmental Monitoring Facilities",
        artefacts: [
          file(
            "packages/mims/src/catalogue/to-facilities.ts",
            "a record of each node, by bollard catalogue export",
          ),
        ],
      },
    ],
  },
  {
    name: "ELISE, location interoperability",
    reference: "ISA² action ELISE",
    rows: [{ part: "Open encodings", artefacts: [check("open-geo-format", "GeoJSON, RFC 7946")] }],
  },
  {
    name: "Digital Building Blocks: context broker",
    reference: "ETSI GS CIM 009",
    rows: [
      {
        part: "NGSI-LD",
        artefacts: [
          check("valid-entities", "every entity passes its model and the strict profile"),
          file("docs/bridge-ngsi-ld.md", "the way to a context broker"),
        ],
      },
    ],
  },
  {
    name: "Data Act",
    reference: "Regulation (EU) 2023/2854",
    rows: [
      {
        part: "Articles 3 and 4: product data accessible to the user",
        artefacts: [
          file("docs/bridge-read-api.md", "the read API, on the device itself"),
          check("history", "past states too"),
        ],
      },
      {
        part: "Article 33: interoperability of data",
        artefacts: [check("described", "an API that describes itself")],
      },
    ],
  },
  {
    name: "Cyber Resilience Act",
    reference: "Regulation (EU) 2024/2847",
    rows: [
      {
        part: "Annex I, part II (1): software bill of materials",
        artefacts: [file("tools/sbom.mjs", "CycloneDX from the lockfile: npm run -s sbom")],
      },
      {
        part: "Annex I, part II (5) and (6): vulnerability handling and contact",
        artefacts: [file("SECURITY.md", "how to report, and who answers when")],
      },
      {
        part: "Article 13 (8): support period",
        artefacts: [file("SECURITY.md", "how long a version gets fixes of security")],
      },
      {
        part: "Annex I, part I (2)(d) and (e): access and confidentiality",
        artefacts: [
          check("encrypted", "TLS 1.3"),
          check("login", "tokens"),
          check("audited", "refusals on record"),
        ],
      },
    ],
  },
  {
    name: "General Data Protection Regulation",
    reference: "Regulation (EU) 2016/679",
    rows: [
      {
        part: "Article 5 (1)(c) and 25: minimisation, by design and default",
        artefacts: [
          file("docs/bridge-configuration.md", "rules of privacy: what is marked is held back"),
        ],
      },
      {
        part: "Article 30: record of processing",
        artefacts: [
          check(
            "personal-data",
            "each field that concerns persons, its rule and how long it is kept",
          ),
          file(
            "packages/mims/src/catalogue/read-accounts.ts",
            "the same with its controller, in the W3C Data Privacy Vocabulary: bollard catalogue export",
          ),
        ],
      },
      {
        part: "Articles 15 and 17: access and erasure",
        artefacts: [
          file("packages/cli/src/commands/spool.ts", "export of a node, in open forms"),
          file("packages/bridge/src/http/registry-api.ts", "erasure of a node"),
        ],
      },
    ],
  },
  {
    name: "Artificial Intelligence Act",
    reference: "Regulation (EU) 2024/1689",
    rows: [
      {
        part: "Article 13: transparency, as far as a value is made and not measured",
        artefacts: [
          check("algorithms", "method, version, inputs, purpose, limits, whether it decides"),
        ],
      },
    ],
  },
];

/**
 * The frameworks as a page.
 *
 * @param rowsOf - rows of the compliance table that ask for a check, such as `6.1`
 * @returns Markdown, its links from the folder `docs`
 */
export function formatFrameworks(rowsOf: (check: string) => readonly string[]): string {
  const cell = (artefact: Artefact) =>
    "file" in artefact
      ? `[${artefact.what}](${linkTo(artefact.file)})`
      : `${artefact.what}: [check](mims.md) \`${artefact.check}\`${rowsText(rowsOf(artefact.check))}`;
  const tables = euFrameworks.map(
    ({ name, reference, rows }) => `## ${name}

${reference}.

| part | what answers it |
| --- | --- |
${rows.map(({ part, artefacts }) => `| ${part} | ${artefacts.map(cell).join("; ")} |`).join("\n")}
`,
  );
  return `# European frameworks, and what answers them

Each row links to a file, or names a check that \`bollard mims check\` makes of the running thing with its row
of the [compliance table](mims.md) for MIMs Plus 9.0. What is not here is not answered here. This page is made
from \`packages/mims/src/frameworks/eu-frameworks.ts\`.

${tables.join("\n")}`;
}

function rowsText(rows: readonly string[]): string {
  return rows.length > 0 ? ` (row ${rows.join(", ")})` : "";
}

function linkTo(path: string): string {
  return path.startsWith("docs/") ? path.slice("docs/".length) : `../${path}`;
}
