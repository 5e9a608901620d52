import { type DamageSurvey, SpoolReader, type SpoolSurvey } from "@bollard/spool";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { type FoundSpool, findSpool, WHERE } from "./find-spool.js";
import { formatTable } from "./format-table.js";
import { Progress } from "./progress.js";

const help = `
A cursor is the place of one sink: position is how far it is done, backlog what waits for it, and the
rest what it will never get, by why: damaged on the disk, dropped or thinned at the bound, erased.

Damage in older segments shows only once their entries are read: --verify reads them all.

Example:
  $ bollard spool inspect /etc/bollard/bridge.yaml
  $ bollard spool inspect /var/lib/bollard --verify --json | jq .cursors`;

interface Options {
  readonly verify?: boolean;
  readonly json?: boolean;
}

/** `bollard spool inspect`: segments, cursors, bounds, losses and damage. */
export function inspectCommand(io: CliIo): Command {
  return new Command("inspect")
    .description("what is on the disk: segments, cursors, bounds, losses, damage")
    .argument("<where>", WHERE)
    .option("--verify", "read every entry and check its sum")
    .option("--json", "one JSON object, for other programs")
    .addHelpText("after", help)
    .action(async (where: string, options: Options) => {
      const found = findSpool(where, io);
      const damage: DamageSurvey[] = [];
      const reader = await SpoolReader.open({
        dir: found.dir,
        onDamage: (one) => damage.push(one),
      });
      if (options.verify) await verify(reader, io);
      const survey = reader.survey();
      const all = { ...survey, damage: [...survey.damage, ...damage] };
      const isVerified = options.verify === true;
      io.stdout.write(
        options.json
          ? `${JSON.stringify({ ...all, isVerified, bounds: boundsOf(found) })}\n`
          : inWords(all, isVerified, found),
      );
    });
}

async function verify(reader: SpoolReader, io: CliIo): Promise<void> {
  const { oldest, last } = reader.survey();
  const progress = new Progress(io, last - oldest + 1);
  for await (const entries of reader.replay()) {
    progress.at((entries.at(-1)?.position ?? oldest) - oldest + 1);
  }
}

function boundsOf({ config }: FoundSpool) {
  if (config === undefined) return undefined;
  const { maxBytes, whenFull, historyBytes, historyDays, commitDelayMs } = config.spool;
  return { maxBytes, whenFull, historyBytes, historyDays, commitDelayMs };
}

const number = (value: number) => value.toLocaleString("en");
const megabytes = (bytes: number) => `${number(Math.round(bytes / 1e5) / 10)} MB`;
const time = (ms: number | undefined) =>
  ms === undefined ? "–" : new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

function inWords(survey: SpoolSurvey, isVerified: boolean, found: FoundSpool): string {
  const { dir, holder, oldest, last, segments, damage } = survey;
  const open = holder === undefined ? "nobody has it open" : `process ${holder} has it open`;
  const entries = segments.reduce((sum, segment) => sum + segment.entries, 0);
  const range = last < oldest ? "none" : `${number(entries)}, of positions ${oldest} to ${last}`;
  const lines = [
    `${dir}: ${open}`,
    `entries  ${range}`,
    `bytes    ${megabytes(survey.usedBytes)} in use, ${megabytes(survey.fileBytes)} on the disk; files waiting to be used again: ${survey.spareFiles}`,
    `bounds   ${boundsInWords(found)}`,
    `damage   ${damageInWords(survey, damage, isVerified)}`,
  ];
  return `${lines.join("\n")}\n\n${cursorTable(survey)}\n${segmentTable(survey)}`;
}

function boundsInWords(found: FoundSpool): string {
  const bounds = boundsOf(found);
  if (bounds === undefined) return "not known: they are in the bridge's configuration";
  const { maxBytes, whenFull, historyBytes, historyDays, commitDelayMs } = bounds;
  return `backlog ${megabytes(maxBytes)}, then ${whenFull}; history ${megabytes(historyBytes)} or ${historyDays} days; to the disk within ${commitDelayMs} ms`;
}

function damageInWords(
  { setAside }: SpoolSurvey,
  damage: readonly DamageSurvey[],
  isVerified: boolean,
): string {
  const files = setAside.map((file) => `${file} could not be read as a segment and was set aside`);
  const runs = damage.map(
    ({ file, offset, firstPosition, lastPosition }) =>
      `positions ${firstPosition} to ${lastPosition} (${file} at byte ${offset})`,
  );
  const told = [...runs, ...files].join("\n         ");
  if (told !== "") return told;
  return isVerified ? "none; every entry was read" : "none seen; --verify reads every entry";
}

function cursorTable({ cursors }: SpoolSurvey): string {
  const rows = Object.entries(cursors).map(([cursor, { position, backlog, lost }]) => ({
    cursor,
    position: number(position),
    backlog: number(backlog),
    damaged: number(lost.damaged),
    dropped: number(lost.dropped),
    thinned: number(lost.thinned),
    erased: number(lost.erased),
  }));
  return rows.length === 0 ? "no cursors\n" : formatTable(rows);
}

function segmentTable({ segments }: SpoolSurvey): string {
  const rows = segments.map((segment) => ({
    segment: segment.file,
    first: number(segment.firstPosition),
    last: number(segment.lastPosition),
    entries: number(segment.entries),
    bytes: number(segment.usedBytes),
    earliest: time(segment.timesMs?.[0]),
    latest: time(segment.timesMs?.[1]),
    streams: segment.streams === undefined ? "many" : number(segment.streams),
    thinned: number(segment.thinned),
  }));
  return rows.length === 0 ? "no segments\n" : formatTable(rows);
}
