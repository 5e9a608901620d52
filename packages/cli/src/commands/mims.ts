import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { mimsCheckCommand } from "./mims/check.js";
import { mimsIndicatorsCommand } from "./mims/indicators.js";
import { mimsPlanCommand } from "./mims/plan.js";

/** `bollard mims …`: evidence for the Minimal Interoperability Mechanisms. */
export function mimsCommand(io: CliIo): Command {
  return new Command("mims")
    .addCommand(mimsCheckCommand(io))
    .addCommand(mimsIndicatorsCommand(io))
    .addCommand(mimsPlanCommand(io));
}
