import {
  type ArchiveRange,
  type ExportFormat,
  exportEntries,
  exportFormats,
  newExportCounts,
  SpoolArchive,
} from "@bollard/bridge";
import { Command, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { writeAll } from "../../write-all.js";
import { configOf } from "./config-of.js";
import { WHERE } from "./find-spool.js";
import { Progress } from "./progress.js";
import { addRangeOptions, type RangeOptions, rangeHelp, rangeOf } from "./range-options.js";
import { tellDamage, tellLeftOut } from "./tell-counts.js";

const help = `
Readings are decoded with the schemas, the registry and the rules of the configuration as it is now.
What it makes no reading of (a node or a schema that it does not know) is counted on stderr.

  ndjson  one JSON object a line: position, time, arrived, node, schema, key, values
  csv     position, time, node, schema, key, then a column for each field of any schema
  senml   one SenML pack of all readings (RFC 8428); each ends with a record named "key"
  raw     one JSON object a line: a stored entry as it came, the payload in hexadecimal
${rangeHelp}

Example:
  $ bollard spool export /etc/bollard/bridge.yaml --format csv --from 2026-03-01 > march.csv
  $ bollard spool export bridge.yaml --node oak-street-12 | jq .values.pm25`;

interface Options extends RangeOptions {
  readonly config?: string;
  readonly format: ExportFormat;
}

/** `bollard spool export`: readings, decoded, as text. */
export function exportCommand(io: CliIo): Command {
  const command = new Command("export")
    .description("the readings, as NDJSON, CSV or SenML; also beside a running bridge")
    .argument("<where>", WHERE)
    .addOption(new Option("--format <format>", "as what").choices(exportFormats).default("ndjson"))
    .option("--config <file>", "the bridge's configuration, where <where> is a folder");
  return addRangeOptions(command)
    .addHelpText("after", help)
    .action(async (where: string, options: Options) => {
      const damage = tellDamage(io);
      const config = configOf(where, options.config, io);
      const archive = await SpoolArchive.open({ config, onDamage: damage.note });
      const range: ArchiveRange = rangeOf(options);
      const counts = newExportCounts();
      const { oldest, last } = archive.survey();
      const progress = new Progress(io, Math.min(last, range.last ?? last) - oldest + 1);
      for await (const text of exportEntries(archive, options.format, range, counts)) {
        await writeAll(io.stdout, text);
        progress.at(counts.entries);
      }
      if (options.format !== "raw") tellLeftOut(io, counts);
      damage.tell();
    });
}
