import {
  type Compliance,
  type ComplianceRow,
  checkMims,
  type DeploymentOptions,
  type Edition,
  formatCsv,
  formatHtml,
} from "@bollard/mims";
import { Command, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";
import { readJson } from "../../options/read-json.js";
import { readFirstLine, readText } from "../../options/read-text.js";
import { writeFiles } from "../generate/write-files.js";
import { readSchemas } from "../schema/read-schemas.js";

interface Options {
  readonly edition: Edition;
  readonly bridge?: string;
  readonly api?: string;
  readonly openapi?: string;
  readonly tokenFile?: string;
  readonly operatorTokenFile?: string;
  readonly broker?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly topic: string;
  readonly patience: number;
  readonly ca?: string;
  readonly catalogue?: string;
  readonly earlier?: string;
  readonly schema?: readonly string[];
  readonly manifest?: string;
  readonly only?: string;
  readonly output?: string;
  readonly json?: boolean;
}

const examples = `
Each row of the edition's table is answered by what is seen now: what was asked, what came back, and
met, not met, not applicable or not checked. Nothing is met without evidence.

Examples:
  $ bollard mims check --bridge http://127.0.0.1:8080 --broker mqtt://127.0.0.1:1884
  $ bollard mims check --bridge https://street.city.example --catalogue catalogue/catalogue.ttl -o evidence
  $ bollard mims check --api https://broker.city.example/ngsi-ld/v1 --only 1,2
  $ bollard mims check --bridge https://street.city.example --earlier evidence/compliance.json

With -o it writes compliance.json, compliance.csv and compliance.html, which prints.

Exit code: 0 no row is not met, 1 a row is not met or nothing answers, 2 used wrongly.`;

/** `bollard mims check`. */
export function mimsCheckCommand(io: CliIo): Command {
  return new Command("check")
    .description("look at a running deployment, and fill the compliance table")
    .addOption(
      new Option("--edition <edition>", "of the MIMs")
        .choices(["9.0", "2024", "v5"])
        .default("9.0"),
    )
    .option("--bridge <url>", "a Bollard bridge, such as http://127.0.0.1:8080")
    .option("--api <url>", "any NGSI-LD API, in place of --bridge")
    .option("--openapi <url>", "its description, JSON; default: openapi.json below the API")
    .option("--token-file <file>", "a reader's token for it, the file's first line")
    .option("--operator-token-file <file>", "the operator's, for the list of devices")
    .option("--broker <url>", "an MQTT broker that publishes what is measured")
    .option("--user <name>", "of the broker")
    .option("--password-file <file>", "of the broker, the file's first line")
    .option("--topic <filter>", "that is listened to", "#")
    .option("--patience <seconds>", "how long a message may take to come", above0, 30)
    .option("--ca <file>", "PEM of those who may have signed the certificates")
    .option("--catalogue <file>", "Turtle or JSON-LD, as bollard catalogue export writes it")
    .option("--earlier <file>", "compliance.json of an earlier look: its entities have to be there")
    .option(
      "--schema <file...>",
      "sensor schemas: units, ranges and what concerns persons are compared",
    )
    .option("--manifest <file>", "manifest.json of a simulation")
    .option("--only <rows>", "rows or MIMs, with commas between, such as 0,1.2")
    .option("-o, --output <folder>", "write the table as JSON, CSV and HTML")
    .option("--json", "the table as one JSON object, for other programs")
    .addHelpText("after", examples)
    .action((options: Options, command: Command) => runCheck(io, options, command));
}

async function runCheck(io: CliIo, options: Options, command: Command): Promise<void> {
  if ((options.bridge === undefined) === (options.api === undefined)) {
    command.error("error: name one of --bridge and --api");
  }
  const now = new Date((io.now?.() ?? Date.now() / 1000) * 1000).toISOString();
  const only = options.only?.split(",").map((one) => one.trim()) ?? [];
  const compliance = await checkMims(deploymentOf(options), options.edition, now, only);
  if (options.output !== undefined) {
    writeFiles(options.output, [
      { path: "compliance.json", text: `${JSON.stringify(compliance, undefined, 2)}\n` },
      { path: "compliance.csv", text: formatCsv(compliance) },
      { path: "compliance.html", text: formatHtml(compliance) },
    ]);
  }
  io.stdout.write(
    options.json ? `${JSON.stringify(compliance)}\n` : formatText(compliance, io.colour === true),
  );
  const failing = compliance.rows.filter(({ verdict }) => verdict === "not met");
  if (failing.length > 0) {
    const ids = failing.map(({ id }) => id).join(", ");
    throw new CliError("CLI_FAILED", `${failing.length} rows are not met: ${ids}`);
  }
}

function deploymentOf(options: Options): DeploymentOptions {
  const {
    bridge,
    api,
    tokenFile,
    operatorTokenFile,
    broker,
    user,
    passwordFile,
    topic,
    patience,
    ca,
  } = options;
  const { catalogue, earlier, manifest } = options;
  return {
    ...(bridge !== undefined && { bridge }),
    ...(api !== undefined && { api }),
    ...(options.openapi !== undefined && { openApi: options.openapi }),
    ...(tokenFile !== undefined && { token: readFirstLine("--token-file", tokenFile) }),
    ...(operatorTokenFile !== undefined && {
      operatorToken: readFirstLine("--operator-token-file", operatorTokenFile),
    }),
    ...(broker !== undefined && { broker }),
    ...(user !== undefined && {
      brokerCredentials: {
        username: user,
        ...(passwordFile !== undefined && {
          password: readFirstLine("--password-file", passwordFile),
        }),
      },
    }),
    ...(options.schema && { schemas: readSchemas(options.schema).map(({ schema }) => schema) }),
    topic,
    patienceMs: patience * 1000,
    ...(ca !== undefined && { ca: readText("--ca", ca) }),
    ...(catalogue !== undefined && { catalogue: readText("--catalogue", catalogue) }),
    ...(earlier !== undefined && { earlierIds: earlierIds(earlier) }),
    ...(manifest !== undefined && { manifest: readJson("--manifest", manifest) }),
  };
}

function earlierIds(path: string): readonly string[] {
  const { entityIds } = readJson("--earlier", path) as Partial<Compliance>;
  if (entityIds) return entityIds;
  throw new CliError("CLI_USAGE", `--earlier: ${path} is no compliance.json of this command`);
}

const colours: Readonly<Record<string, string>> = {
  met: "\u001b[32m",
  "not met": "\u001b[31m",
  "not applicable": "\u001b[2m",
  "not checked": "\u001b[33m",
};

function formatText({ rows, edition, deployment, checkedAt }: Compliance, colour: boolean): string {
  const paint = (verdict: string) => {
    const word = verdict.padEnd(14);
    return colour ? `${colours[verdict]}${word}\u001b[0m` : word;
  };
  const line = ({ id, label, verdict, evidence, why }: ComplianceRow) => {
    const seen = evidence.map((one) => one.seen).join("; ") || why;
    return `${id.padEnd(5)}${paint(verdict)} ${label}\n${" ".repeat(20)}${seen}\n`;
  };
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  return `${rows.map(line).join("")}
MIMs edition ${edition}, ${deployment}, ${checkedAt}
${count("met")} met, ${count("not met")} not met, ${count("not applicable")} not applicable, ${count("not checked")} not checked
`;
}
