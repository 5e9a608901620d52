import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Compliance,
  type ComplianceRow,
  checkMims,
  formatCsv,
  formatHtml,
  formatTurtle,
  readBridge,
  toCatalogue,
} from "@bollard/mims";
import { readSchemaFile } from "@bollard/schema/file";
import { schemaFile } from "./recording.js";
import { Street } from "./street.js";
import { makeCertificate, TlsFront } from "./tls-front.js";

/** What a city asks that buys air quality sensors: these MIMs, and a catalogue. */
export const asked: readonly string[] = ["0", "1", "2", "3.1", "3.2", "6", "7"];

const tokens = { operator: "the-operators-own-token", reader: "a-city-that-may-read" };
const publisher = {
  publisher: "City of Example",
  publisherUri: "https://city.example",
  contact: "data@city.example",
  licence: "http://opendatacommons.org/licenses/odbl/1-0/",
};

/** What the edition of 2022 asks besides: personal data, fair AI, resources. */
const askedBesides: readonly string[] = ["4", "5", "10"];

/** What came of it. */
export interface TenderAnswer {
  readonly compliance: Compliance;
  /** Of the edition of 2022. */
  readonly besides: Compliance;
  /** The catalogue, in Turtle. */
  readonly catalogue: string;
}

export interface TenderOptions {
  /** Of the bridge's page; the next free one is taken. */
  readonly port: number;
  readonly tell: (line: string) => void;
}

/**
 * Runs a street as a city would: behind TLS, with a token for those who read and another for its
 * operator. Looks at it twice, with another bridge in the place of the first in between.
 */
export async function answerTender({ port, tell }: TenderOptions): Promise<TenderAnswer> {
  const folder = await mkdtemp(join(tmpdir(), "bollard-tender-"));
  const files = { operator: join(folder, "operator"), reader: join(folder, "reader") };
  await writeFile(files.operator, `${tokens.operator}\n`, { mode: 0o600 });
  await writeFile(files.reader, `${tokens.reader}\n`, { mode: 0o600 });
  tell("a street of 2 nodes on cables and 20 over MQTT, a bridge, a city's broker …");
  const street = await Street.open({ port, mqttNodes: 20, tokens: files });
  const certificate = await makeCertificate();
  const fronts: TlsFront[] = [];
  const front = async (behind: string) => {
    const one = await TlsFront.open(Number(new URL(behind).port), certificate);
    fronts.push(one);
    return one.port;
  };
  try {
    const bridge = `https://localhost:${await front(street.url)}`;
    const broker = `mqtts://localhost:${await front(street.cityUrl)}`;
    const deployment = {
      ...{ bridge, broker, token: tokens.reader, operatorToken: tokens.operator },
      ca: certificate.cert,
      topic: "city/#",
    };
    await everyNodeHeard(street);
    const now = () => new Date().toISOString();
    tell("a first look, for the ids of its entities …");
    const { entityIds } = await checkMims(deployment, "9.0", now(), ["0.1"]);
    tell(`${entityIds.length} entities; another bridge takes the place of the first …`);
    await street.replaceBridge();
    await everyNodeHeard(street);
    const source = await readBridge(bridge, bridge, now(), {
      token: tokens.reader,
      ca: certificate.cert,
    });
    const catalogue = await formatTurtle(toCatalogue(source, publisher));
    tell("row by row …");
    const schemas = [readSchemaFile(schemaFile)];
    const compliance = await checkMims(
      { ...deployment, catalogue, earlierIds: entityIds, schemas },
      "9.0",
      now(),
      asked,
    );
    const besides = await checkMims({ ...deployment, schemas }, "v5", now(), askedBesides);
    return { compliance, besides, catalogue };
  } finally {
    await street.close();
    await Promise.all(fronts.map((one) => one.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

const LOOK_MS = 200;
const NODES = 22;

/** Waits until readings of every node are on the bridge's disk and can be read. */
async function everyNodeHeard(street: Street): Promise<void> {
  while (street.status().nodes.fresh < NODES)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  // A reading can be read a second after it arrived.
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

/** Writes the table and the catalogue into a folder, and tells the rows. @returns the exit code */
export async function runTender(folder: string, port: number): Promise<number> {
  const tell = (line: string) => void process.stderr.write(`${line}\n`);
  const { compliance, besides, catalogue } = await answerTender({ port, tell });
  const files = {
    "compliance.json": `${JSON.stringify(compliance, undefined, 2)}\n`,
    "compliance.csv": formatCsv(compliance),
    "compliance.html": formatHtml(compliance),
    "catalogue.ttl": catalogue,
  };
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  process.stdout.write(compliance.rows.map(lineOf).join(""));
  process.stdout.write(`\nWhat the edition of 2022 asks besides:\n`);
  process.stdout.write(besides.rows.map(lineOf).join(""));
  tell(`written to ${folder}: ${Object.keys(files).join(", ")}`);
  return compliance.rows.some(({ verdict }) => verdict === "not met") ? 1 : 0;
}

function lineOf({ id, label, verdict, evidence, why }: ComplianceRow): string {
  const seen = evidence.map((one) => one.seen).join("; ") || why;
  return `${id}  ${verdict.padEnd(14)}  ${label}: ${seen}\n`;
}
