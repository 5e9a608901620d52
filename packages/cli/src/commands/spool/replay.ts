import { replayToSink, SpoolArchive } from "@bollard/bridge";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { configOf } from "./config-of.js";
import { WHERE } from "./find-spool.js";
import { Progress } from "./progress.js";
import { addRangeOptions, type RangeOptions, rangeHelp, rangeOf } from "./range-options.js";
import { tellDamage, tellLeftOut } from "./tell-counts.js";

const help = `
For what went wrong at the far end, or was decoded wrongly: mend it, and send it again. Each reading has
the key it had, so a receiver can tell those it has already; none of them takes the place of a newer
one. The bridge may be running: the sink is reached as a client of its own, and no cursor moves.
It waits as long as the far end is away; Ctrl-C ends it.
${rangeHelp}

Example:
  $ bollard spool replay /etc/bollard/bridge.yaml --sink city --from 2026-03-01T06:00Z --to 2026-03-01T09:00Z
  $ bollard spool replay bridge.yaml --sink city --node oak-street-12 --first 120000`;

interface Options extends RangeOptions {
  readonly config?: string;
  readonly sink: string;
}

/** `bollard spool replay`: sends readings to a sink once more. */
export function replayCommand(io: CliIo): Command {
  const command = new Command("replay")
    .description("send readings to one sink once more; also beside a running bridge")
    .argument("<where>", WHERE)
    .requiredOption("--sink <name>", "the sink, as the configuration names it")
    .option("--config <file>", "the bridge's configuration, where <where> is a folder");
  return addRangeOptions(command)
    .addHelpText("after", help)
    .action(async (where: string, options: Options) => {
      const damage = tellDamage(io);
      const config = configOf(where, options.config, io);
      const archive = await SpoolArchive.open({ config, onDamage: damage.note });
      const range = rangeOf(options);
      const { oldest, last } = archive.survey();
      const progress = new Progress(io, Math.min(last, range.last ?? last) - oldest + 1);
      const ending = new AbortController();
      void io.interrupted.then(() => ending.abort());
      const counts = await replayToSink({
        archive,
        sink: options.sink,
        range,
        signal: ending.signal,
        onProgress: ({ entries }) => progress.at(entries),
      });
      tellLeftOut(io, counts);
      damage.tell();
      const { readings, entries } = counts;
      const end = ending.signal.aborted ? ", then was told to end" : "";
      io.stdout.write(
        `${options.sink} has taken ${readings} readings of ${entries} entries${end}\n`,
      );
    });
}
