import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { boardCommand } from "./sim/board.js";
import { nodeCommand } from "./sim/node.js";
import { serialCommand } from "./sim/serial.js";

/** `bollard sim …`: real firmware with no hardware on the desk. */
export function simCommand(io: CliIo): Command {
  return new Command("sim")
    .addCommand(boardCommand(io))
    .addCommand(serialCommand(io))
    .addCommand(nodeCommand(io));
}
