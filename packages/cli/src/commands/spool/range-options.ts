import type { ArchiveRange } from "@bollard/bridge";
import type { Command } from "commander";
import { CliError } from "../../error.js";

/** Which part of a spool is wanted, as the command line has it. */
export interface RangeOptions {
  readonly from?: number;
  readonly to?: number;
  readonly first?: number;
  readonly last?: number;
  readonly node?: string;
}

/** For the help of a command that takes a range. */
export const rangeHelp = `
A TIME is when a message came in: ISO 8601, such as 2026-03-01T06:00Z (without a zone: UTC), or seconds
since 1970. Bounds are included. A NODE is named as in the city or by its own id.`;

/** The same as the archive takes it. */
export function rangeOf({ from, to, first, last, node }: RangeOptions): ArchiveRange {
  return {
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last }),
    ...(node !== undefined && { node }),
  };
}

/** Adds the options that choose a part of a spool. */
export function addRangeOptions(command: Command): Command {
  return command
    .option("--from <time>", "what came in then or later", timeOf("--from"))
    .option("--to <time>", "what came in then or earlier", timeOf("--to"))
    .option("--first <position>", "from this position on", positionOf("--first"))
    .option("--last <position>", "up to this position", positionOf("--last"))
    .option("--node <node>", "of this node only");
}

function timeOf(option: string): (text: string) => number {
  return (text) => {
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
    const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
    const ms = Date.parse(hasZone ? text : `${text.includes("T") ? text : `${text}T00:00`}Z`);
    if (!Number.isNaN(ms)) return ms;
    throw new CliError(
      "CLI_USAGE",
      `${option}: "${text}" is no time; a good one is 2026-03-01T06:00Z, or 1772344800`,
    );
  };
}

function positionOf(option: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d*$/.test(text)) return Number(text);
    throw new CliError("CLI_USAGE", `${option}: "${text}" is no position; they count from 1`);
  };
}
