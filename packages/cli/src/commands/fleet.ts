import { Command } from "commander";
import type { CliIo } from "../cli-io.js";
import { compareCommand } from "./fleet/compare.js";
import { connCommand } from "./fleet/conn.js";
import { findLimitCommand } from "./fleet/find-limit.js";
import { mergeCommand } from "./fleet/merge.js";
import { pubCommand } from "./fleet/pub.js";
import { runCommand } from "./fleet/run.js";
import { subCommand } from "./fleet/sub.js";

/** `bollard fleet …`: thousands of simulated nodes against an MQTT broker. */
export function fleetCommand(io: CliIo): Command {
  return new Command("fleet")
    .description("load-test an MQTT broker with thousands of simulated nodes")
    .addCommand(connCommand(io))
    .addCommand(pubCommand(io))
    .addCommand(subCommand(io))
    .addCommand(runCommand(io))
    .addCommand(findLimitCommand(io))
    .addCommand(compareCommand(io))
    .addCommand(mergeCommand(io));
}
