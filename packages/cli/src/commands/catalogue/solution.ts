import {
  type Compliance,
  formatSolution,
  type Solution,
  solutionForms,
  solutionSchema,
} from "@bollard/mims";
import { parseDocument } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { readJson } from "../../options/read-json.js";
import { readText } from "../../options/read-text.js";
import { writeFiles } from "../generate/write-files.js";

interface Options {
  readonly output: string;
  readonly evidence?: string;
}

const examples = `
One file tells of a solution that a city has; each catalogue asks for it in an order of its own. With the
evidence of bollard mims check the rows that were met stand in the place of a claim.

Example:
  $ bollard catalogue solution solution.yaml --evidence evidence/compliance.json -o solution

What comes out:
  city-x-city.md         for the City x City Catalogue of OASC
  tech4good.md           for the Tech4Good Marketplace
  fiware-marketplace.md  for the FIWARE Marketplace, with its checklist`;

/** `bollard catalogue solution`. */
export function catalogueSolutionCommand(io: CliIo): Command {
  return new Command("solution")
    .description("a city's solution, as catalogues of such ask for it")
    .argument("<file>", "what there is to tell, YAML or JSON")
    .requiredOption("-o, --output <folder>", "where the files go; made where it is missing")
    .option("--evidence <file>", "compliance.json of bollard mims check")
    .addHelpText("after", examples)
    .action((file: string, { output, evidence }: Options) => {
      const { value } = parseDocument(readText("<file>", file), {
        file,
        jsonSchema: solutionSchema,
      });
      const compliance = evidence === undefined ? undefined : readCompliance(evidence);
      const files = solutionForms.map((form) => ({
        path: `${form}.md`,
        text: formatSolution(form, value as Solution, compliance),
      }));
      writeFiles(output, files);
      io.stdout.write(files.map(({ path }) => `${output}/${path}\n`).join(""));
    });
}

function readCompliance(file: string): Compliance {
  const value = readJson("--evidence", file) as Partial<Compliance>;
  const { rows, edition, checkedAt } = value;
  if (Array.isArray(rows) && edition !== undefined && checkedAt !== undefined) {
    return value as Compliance;
  }
  throw new CliError(
    "CLI_USAGE",
    `--evidence: ${file} is no compliance.json of bollard mims check`,
  );
}
