import type { Reading } from "@bollard/payload";
import { decodePayload, encodePayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { CliError } from "../error.js";

/** `bollard payload …`: readings to bytes and back. */
export function payloadCommand(io: CliIo): Command {
  const command = new Command("payload").description("turn readings into payloads and back");
  command
    .command("encode")
    .description("one reading to a payload, in hexadecimal")
    .argument("<schema>", "sensor schema file")
    .argument("<values>", 'the fields as JSON, such as \'{"pm25":12.3}\'')
    .option("--time <seconds>", "since 1970, or since the node's boot for uptime; default: now")
    .action((file: string, text: string, options: { time?: string }) => {
      const time = options.time === undefined ? Date.now() / 1000 : Number(options.time);
      if (Number.isNaN(time)) {
        throw new CliError("CLI_USAGE", `--time ${options.time}: give seconds, such as 1538352143`);
      }
      const schema = readSchemaFile(file);
      const reading: Reading = {
        ...(schema.time.mode === "none" ? {} : { time }),
        values: parseValues(text),
      };
      io.stdout.write(`${Buffer.from(encodePayload(schema, reading)).toString("hex")}\n`);
    });
  command
    .command("decode")
    .description("a payload to its readings, one JSON object a line")
    .argument("<schema>", "sensor schema file")
    .argument("<hex>", "the payload in hexadecimal")
    .option("--arrival <seconds>", "when it arrived, since 1970, for 16-bit times; default: now")
    .action((file: string, hex: string, options: { arrival?: string }) => {
      if (!/^([0-9a-f]{2})*$/i.test(hex)) {
        throw new CliError("CLI_USAGE", "the payload: give pairs of hexadecimal digits, such as 1401");
      }
      const arrival = options.arrival === undefined ? Date.now() / 1000 : Number(options.arrival);
      if (Number.isNaN(arrival)) {
        throw new CliError("CLI_USAGE", `--arrival ${options.arrival}: give seconds, such as 1538352143`);
      }
      const decoded = decodePayload(readSchemaFile(file), Buffer.from(hex, "hex"), { arrival });
      for (const reading of decoded.readings) io.stdout.write(`${JSON.stringify(reading)}\n`);
    });
  return command;
}

function parseValues(text: string): Reading["values"] {
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null && !Array.isArray(values)) {
      return values as Reading["values"];
    }
  } catch (error) {
    throw new CliError("CLI_USAGE", `the values are not JSON: ${String(error)}`, { cause: error });
  }
  throw new CliError("CLI_USAGE", 'the values: give a JSON object, such as {"pm25":12.3}');
}
