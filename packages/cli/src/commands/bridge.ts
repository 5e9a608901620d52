import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { checkCommand } from "./bridge/check.js";
import { eraseCommand } from "./bridge/erase.js";
import { exampleCommand } from "./bridge/example.js";
import { installCommand } from "./bridge/install.js";
import { retryCommand } from "./bridge/retry.js";
import { runCommand } from "./bridge/run.js";

/** `bollard bridge …`: the daemon between street sensors and city platforms. */
export function bridgeCommand(io: CliIo): Command {
  return new Command("bridge")
    .description("run the bridge, check its configuration, install it as a service")
    .addCommand(runCommand(io))
    .addCommand(checkCommand(io))
    .addCommand(exampleCommand(io))
    .addCommand(eraseCommand(io))
    .addCommand(retryCommand(io))
    .addCommand(installCommand(io));
}
