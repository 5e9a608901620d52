import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { generateCCommand } from "./generate/c.js";
import { generateJsCommand } from "./generate/js.js";

/** `bollard generate …`: code from sensor schema files. */
export function generateCommand(io: CliIo): Command {
  return new Command("generate").addCommand(generateCCommand(io)).addCommand(generateJsCommand(io));
}
