import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { checkCommand } from "./schema/check.js";
import { learnCommand } from "./schema/learn.js";
import { lockCommand } from "./schema/lock.js";
import { sizeCommand } from "./schema/size.js";

/** `bollard schema …`: questions about sensor schema files. */
export function schemaCommand(io: CliIo): Command {
  return new Command("schema")
    .addCommand(checkCommand(io))
    .addCommand(lockCommand(io))
    .addCommand(sizeCommand(io))
    .addCommand(learnCommand(io));
}
