import { readSchemaFile } from "@bollard/schema/file";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { parseRows } from "../../options/parse-rows.js";
import { toRecording } from "../../recording/read-recording.js";
import { readTable } from "../../recording/read-table.js";
import { formatSize } from "../../size/format-size.js";
import { measureSize, type SchemaSize, type SizeOptions } from "../../size/measure-size.js";
import { typicalReadings } from "../../size/typical-readings.js";

interface Options {
  readonly batch: readonly number[];
  readonly readings?: string;
  readonly json?: true;
}

/** Readings that are made where there is no recording. */
const madeReadings = 1200;

const example = `
Example:
  $ bollard schema size street-air.schema.yaml
  $ bollard schema size street-air.schema.yaml --readings readings.csv

Airtime is by the formula of Semtech's SX1276 data sheet, most bytes by LoRaWAN's regional parameters
RP002. A message counts with its format byte and schema id, without a key.`;

/** `bollard schema size`: what its readings weigh, and what would make them lighter. */
export function sizeCommand(io: CliIo): Command {
  return new Command("size")
    .description("what readings take in bytes and on the air, and what a coarser resolution saves")
    .argument("<schema>", "sensor schema file")
    .option("--batch <rows>", "readings of one message, such as 1,10,60", parseRows, [1, 10, 60])
    .option("--readings <csv>", "measure a recording; default: readings by the typical steps")
    .option("--json", "one JSON object, for other programs")
    .addHelpText("after", example)
    .action((file: string, options: Options) => {
      const schema = readSchemaFile(file);
      const size = measureSize(schema, { rows: options.batch, ...given(options.readings) });
      if (options.json === true) io.stdout.write(`${JSON.stringify(plain(size))}\n`);
      else io.stdout.write(`${formatSize(size).join("\n")}\n`);

      function given(csv: string | undefined): Omit<SizeOptions, "rows"> {
        if (csv === undefined) {
          const readings = typicalReadings(schema, madeReadings);
          return { readings, nameOf: (index) => `typical reading ${index + 1}:` };
        }
        const { readings, lines } = toRecording(readTable(csv), schema);
        return {
          readings,
          recording: { file: csv, readings: readings.length },
          nameOf: (index) => `${csv}:${lines[index]}`,
        };
      }
    });
}

function plain({ schema, ...rest }: SchemaSize): object {
  return { schema: schema.name, time: schema.time.mode, ...rest };
}
