import { encodePayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { secondsOf } from "../../options/parse-seconds.js";
import { parseValues } from "../../options/parse-values.js";

const example = `
Example:
  $ bollard payload encode street-air.schema.yaml '{"pm25":1.3,"temperature":7}' --time 1538352143
  14015bb1640fa001a758

A field that is left out is missing. Bytes are hexadecimal, flags a list of names, a position
{"latitude":…,"longitude":…}.`;

/** `bollard payload encode`: one reading to bytes. */
export function encodeCommand(io: CliIo): Command {
  return new Command("encode")
    .description("one reading to a payload, in hexadecimal")
    .argument("<schema>", "sensor schema file")
    .argument("<values>", "the fields as JSON, such as '{\"pm25\":12.3}'")
    .option(
      "--time <seconds>",
      "since 1970, or since the node's boot for uptime; default: now",
      secondsOf("--time"),
    )
    .addHelpText("after", example)
    .action((file: string, text: string, options: { time?: number }) => {
      const schema = readSchemaFile(file);
      const values = parseValues(text, schema);
      const time = options.time ?? io.now?.() ?? Date.now() / 1000;
      const reading = schema.time.mode === "none" ? { values } : { time, values };
      io.stdout.write(`${Buffer.from(encodePayload(schema, reading)).toString("hex")}\n`);
    });
}
