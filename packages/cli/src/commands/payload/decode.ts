import { decodePayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { parseHex } from "../../options/parse-hex.js";
import { secondsOf } from "../../options/parse-seconds.js";
import { readingJson } from "../../options/reading-json.js";

const example = `
Example:
  $ bollard payload decode street-air.schema.yaml 14015bb1640fa001a758
  {"time":1538352143,"values":{"pm25":1.3,"pm10":null,"temperature":7,"humidity":null,"pressure":null}}`;

/** `bollard payload decode`: bytes to readings. */
export function decodeCommand(io: CliIo): Command {
  return new Command("decode")
    .description("a payload to its readings, one JSON object a line")
    .argument("<schema>", "sensor schema file")
    .argument("<hex>", "the payload in hexadecimal")
    .option(
      "--arrival <seconds>",
      "when it arrived, since 1970, for 16-bit times; default: now",
      secondsOf("--arrival"),
    )
    .addHelpText("after", example)
    .action((file: string, hex: string, options: { arrival?: number }) => {
      const bytes = parseHex(hex);
      const arrival = options.arrival ?? io.now?.() ?? Date.now() / 1000;
      const { readings } = decodePayload(readSchemaFile(file), bytes, { arrival });
      for (const reading of readings) io.stdout.write(`${readingJson(reading)}\n`);
    });
}
