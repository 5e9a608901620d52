import { type ExplainedPayload, explainPayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { formatExplanation } from "../../explain/format-explanation.js";
import { parseHex } from "../../options/parse-hex.js";
import { secondsOf } from "../../options/parse-seconds.js";
import { readingJson } from "../../options/reading-json.js";

interface ExplainOptions {
  readonly arrival?: number;
  readonly json?: boolean;
}

const example = `
Example:
  $ bollard payload explain street-air.schema.yaml 14015bb1640fa001a758

A payload that breaks is explained up to where it does, and the exit code is 1.`;

/** `bollard payload explain`: what each bit of a payload says. */
export function explainCommand(io: CliIo): Command {
  return new Command("explain")
    .description("a payload bit by bit: what each says, and where it breaks")
    .argument("<schema>", "sensor schema file")
    .argument("<hex>", "the payload in hexadecimal")
    .option(
      "--arrival <seconds>",
      "when it arrived, since 1970, for 16-bit times; default: now",
      secondsOf("--arrival"),
    )
    .option("--json", "one JSON object, for other programs")
    .addHelpText("after", example)
    .action((file: string, hex: string, options: ExplainOptions) => {
      const schema = readSchemaFile(file);
      const bytes = parseHex(hex);
      const arrival = options.arrival ?? io.now?.() ?? Date.now() / 1000;
      const explained = explainPayload(schema, bytes, { arrival });
      const text =
        options.json === true
          ? explanationJson(explained)
          : formatExplanation(schema, bytes, explained, io.colour === true).join("\n");
      io.stdout.write(`${text}\n`);
      const { error } = explained;
      if (error !== undefined) throw new CliError("CLI_FAILED", error.message, { cause: error });
    });
}

function explanationJson({ bits, readings, error }: ExplainedPayload): string {
  const why = error === undefined ? {} : { error: errorOf(error) };
  const plain = readings.map((reading) => JSON.parse(readingJson(reading)) as unknown);
  return JSON.stringify({ bits, readings: plain, ...why });
}

function errorOf({ code, offset, message }: NonNullable<ExplainedPayload["error"]>): object {
  return { code, offset, message };
}
