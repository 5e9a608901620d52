import { parseShard, type RunScenarioOptions } from "@bollard/fleet";
import { type Command, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { version } from "../../version.js";
import { abortOnInterrupt } from "./abort-on-interrupt.js";
import { above0, whole } from "./broker-options.js";

/** What every command that plays a scenario takes. */
export interface ScenarioOptions {
  readonly host?: string;
  readonly port?: number;
  readonly seed?: number;
  readonly scale?: number;
  readonly timeScale?: number;
  readonly driver: "engine" | "mqtt";
  readonly shard?: string;
}

/** Adds them. */
export function addScenarioOptions(command: Command): Command {
  return command
    .helpOption("--help", "print what it takes")
    .option("-h, --host <host>", "the broker, in place of the scenario's")
    .option("-p, --port <port>", "its port, in place of the scenario's", whole(1, 65_535))
    .option("--seed <number>", "in place of the scenario's", whole(0, 4_294_967_295))
    .option("--scale <factor>", "so many times as many nodes, such as 0.01 to try it out", above0)
    .option("--time-scale <factor>", "all phases so many times as long", above0)
    .option("--shard <index/count>", "play a part of the nodes: 3/20 is the third of twenty")
    .addOption(
      new Option("--driver <name>", "who speaks MQTT; mqtt is the package, one client a node")
        .choices(["engine", "mqtt"])
        .default("engine"),
    );
}

/** How the scenario is run, from the options. */
export function toRunOptions(options: ScenarioOptions, io: CliIo): RunScenarioOptions {
  return {
    version,
    driver: options.driver,
    shard: parseShard(options.shard, io.env ?? {}),
    signal: abortOnInterrupt(io),
    ...(options.host !== undefined && { host: options.host }),
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.scale !== undefined && { scale: options.scale }),
    ...(options.timeScale !== undefined && { timeScale: options.timeScale }),
  };
}
