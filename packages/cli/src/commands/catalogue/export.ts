import {
  type CataloguePublisher,
  formatTurtle,
  type HvdCategory,
  hvdCategories,
  readAccounts,
  readBridge,
  readCatalogue,
  shapeProblems,
  toCatalogue,
  toFacilities,
  toOpenDataDk,
} from "@bollard/mims";
import { Command, InvalidArgumentError, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { writeFiles } from "../generate/write-files.js";

interface Options {
  readonly bridge: string;
  readonly output: string;
  readonly address?: string;
  readonly publisher: string;
  readonly publisherUri: string;
  readonly contact: string;
  readonly licence: string;
  readonly language: string;
  readonly title?: string;
  readonly spatial?: string;
  readonly hvd?: HvdCategory;
}

const examples = `
A dataset for each type of entity, each form a distribution, and the read API as their service. What is
written passes the published SHACL shapes of DCAT-AP 3, with --hvd those of its profile too, or nothing is
written.

Example:
  $ bollard catalogue export --bridge http://127.0.0.1:8080 -o catalogue --address https://street.city.example \\
      --publisher "City of Example" --publisher-uri https://city.example --contact data@city.example

What comes out:
  catalogue.ttl, catalogue.jsonld  for a data portal to harvest
  open-data-dk.json                the same as OpenData.dk reads it (Project Open Data v1.1)
  inspire-facilities.json          the nodes as Environmental Monitoring Facilities of INSPIRE, where they
                                   observe air, water or waste
  algorithms.json                  for a register of algorithms, where values are made and not measured
  processing.jsonld                record of processing (GDPR, article 30) in the W3C Data Privacy Vocabulary,
                                   where something concerns persons; the publisher is the controller`;

/** `bollard catalogue export`. */
export function catalogueExportCommand(io: CliIo): Command {
  return new Command("export")
    .description(
      "what a running bridge offers: DCAT-AP 3 for a data portal, and what registers ask for",
    )
    .requiredOption("--bridge <url>", "the bridge that is asked", toUrl)
    .requiredOption("-o, --output <folder>", "where the files go; made where it is missing")
    .option("--address <url>", "the one that people reach it at; default: that of --bridge", toUrl)
    .requiredOption("--publisher <name>", "who publishes, such as the city")
    .requiredOption("--publisher-uri <url>", "address that stands for the publisher", toUrl)
    .requiredOption("--contact <mailbox>", "who is asked about the data", toMailbox)
    .option(
      "--licence <url>",
      "address of the licence",
      toUrl,
      "https://creativecommons.org/licenses/by/4.0/",
    )
    .option("--language <tag>", "of the titles", "en")
    .option("--title <text>", "of the catalogue")
    .option("--spatial <url>", "address of the area; default: the box around the nodes", toUrl)
    .addOption(
      new Option(
        "--hvd <category>",
        "these are high-value datasets, (EU) 2023/138, of this category",
      ).choices(Object.keys(hvdCategories)),
    )
    .addHelpText("after", examples)
    .action((options: Options) => runExport(io, options));
}

async function runExport(io: CliIo, options: Options): Promise<void> {
  const { bridge, address = bridge, output, publisher, publisherUri, contact, licence } = options;
  const { language, title, spatial, hvd } = options;
  const madeAt = new Date((io.now?.() ?? Date.now() / 1000) * 1000).toISOString();
  const by: CataloguePublisher = {
    ...{ publisher, publisherUri, contact, licence, language },
    ...(title !== undefined && { title }),
    ...(spatial !== undefined && { spatial }),
    ...(hvd !== undefined && { hvdCategory: hvd }),
  };
  const offer = await readBridge(bridge, address, madeAt);
  const catalogue = toCatalogue(offer, by);
  const turtle = await formatTurtle(catalogue);
  const triples = await readCatalogue(turtle);
  const problems = [
    ...(await shapeProblems(triples)),
    ...(hvd === undefined ? [] : await shapeProblems(triples, "hvd")),
  ];
  if (problems.length > 0) {
    throw new CliError("CLI_FAILED", `the shapes of DCAT-AP 3 refuse it: ${problems.join("; ")}`);
  }
  const facilities = toFacilities(offer.nodes, offer.observed, {
    namespace: new URL("id/emf/", `${publisherUri.replace(/\/$/, "")}/`).href,
    ...{ responsibleParty: publisher, contact },
  });
  const { algorithms, processing } = await readAccounts(bridge, by);
  const json = (document: object) => `${JSON.stringify(document, undefined, 2)}\n`;
  const files = [
    { path: "catalogue.ttl", text: turtle },
    { path: "catalogue.jsonld", text: json(catalogue) },
    { path: "open-data-dk.json", text: json(toOpenDataDk(offer, by)) },
    ...(facilities.length > 0 ? [{ path: "inspire-facilities.json", text: json(facilities) }] : []),
  ];
  if (algorithms) files.push({ path: "algorithms.json", text: json(algorithms) });
  if (processing) files.push({ path: "processing.jsonld", text: json(processing) });
  writeFiles(output, files);
  io.stdout.write(files.map(({ path }) => `${output}/${path}\n`).join(""));
}

function toUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError("an address, such as https://city.example");
}

function toMailbox(text: string): string {
  if (/^[^@\s]+@[^@\s]+$/.test(text)) return text;
  throw new InvalidArgumentError("a mailbox, such as data@city.example");
}
