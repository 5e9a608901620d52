import type { SensorSchema, TimeMode } from "@bollard/schema";
import { readSchemaFile } from "@bollard/schema/file";
import { Command, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { formatMeasurement } from "../../measure/format-measurement.js";
import { type Measurement, measureRecording } from "../../measure/measure-recording.js";
import { parseRows } from "../../options/parse-rows.js";
import { toRecording } from "../../recording/read-recording.js";
import { readTable } from "../../recording/read-table.js";

const example = `
Example:
  $ bollard payload measure street-air.schema.yaml street_pm_bme280.csv --batch 1,60

The recording's first column is t, the time in seconds since 1970; each other column is named as a field,
and an empty cell is a missing value. Every message is decoded again and compared.`;

interface Options {
  readonly batch: readonly number[];
  readonly time?: TimeMode;
  readonly profile: "schema" | "learn";
  readonly json?: true;
}

/** `bollard payload measure`: what a recording takes, here and in other formats. */
export function measureCommand(io: CliIo): Command {
  return new Command("measure")
    .description("what a recording takes in bytes, beside other formats and the entropy bound")
    .argument("<schema>", "sensor schema file")
    .argument("<csv>", "recording: t, then a column for each field")
    .option("--batch <rows>", "readings of one message, such as 1,10,60", parseRows, [1, 10, 60])
    .addOption(
      new Option("--time <mode>", "how the time travels; default: as the schema has it").choices([
        "absolute",
        "16",
        "none",
      ]),
    )
    .addOption(
      new Option("--profile <from>", "learn: from the first fifth, measured on the rest")
        .choices(["schema", "learn"])
        .default("schema"),
    )
    .option("--json", "one JSON object, for other programs")
    .addHelpText("after", example)
    .action((file: string, csv: string, options: Options) => {
      const schema = withTime(readSchemaFile(file), options.time);
      const recording = toRecording(readTable(csv), schema);
      const measurement = measureRecording(schema, recording, {
        rows: options.batch,
        profile: options.profile,
      });
      if (options.json !== true) {
        io.stdout.write(formatMeasurement(measurement));
        return;
      }
      io.stdout.write(`${JSON.stringify({ file: csv, ...plain(measurement) })}\n`);
    });
}

function withTime(schema: SensorSchema, mode: TimeMode | undefined): SensorSchema {
  if (mode === undefined) return schema;
  const milliseconds = schema.time.milliseconds && mode !== "none";
  return { ...schema, time: { mode, milliseconds } };
}

function plain({ schema, ...rest }: Measurement) {
  return { schema: schema.name, time: schema.time.mode, ...rest };
}
