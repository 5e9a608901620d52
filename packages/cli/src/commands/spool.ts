import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { exportCommand } from "./spool/export.js";
import { inspectCommand } from "./spool/inspect.js";
import { replayCommand } from "./spool/replay.js";

const about = `
WHERE is the bridge's configuration file, its data folder, or the spool's own folder. Nothing in it is
changed, and a bridge may be running on it.`;

/** `bollard spool …`: what a bridge keeps on its disk. */
export function spoolCommand(io: CliIo): Command {
  return new Command("spool")
    .addCommand(inspectCommand(io))
    .addCommand(exportCommand(io))
    .addCommand(replayCommand(io))
    .addHelpText("after", about);
}
