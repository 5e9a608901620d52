import { parseShard, type RunScenarioOptions } from "@bollard/fleet";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { above0 } from "../../options/above-zero.js";
import { version } from "../../version.js";
import { abortOnInterrupt } from "./abort-on-interrupt.js";
import { whole } from "./broker-options.js";

/** What every command that plays a scenario takes. */
export interface ScenarioOptions {
  readonly host?: string;
  readonly port?: number;
  readonly seed?: number;
  readonly scale?: number;
  readonly timeScale?: number;
  readonly driver: "engine" | "mqtt";
  readonly shard?: string;
  readonly run?: number;
  readonly startAt?: number;
}

const DAY_MS = 86_400_000;

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
    .option(
      "--run <number>",
      "names the run; the same for all shards (by chance)",
      whole(0, 65_535),
    )
    .option(
      "--start-at <time>",
      "when the first phase begins, such as 2026-01-15T16:00:00Z",
      instant,
    )
    .addOption(
      new Option("--driver <name>", "who speaks MQTT; mqtt is the package, one client a node")
        .choices(["engine", "mqtt"])
        .default("engine"),
    );
}

/** How the scenario is run, from the options. */
export function toRunOptions(options: ScenarioOptions, io: CliIo): RunScenarioOptions {
  const { startAt } = options;
  const aheadMs = startAt === undefined ? 0 : startAt - Date.now();
  if (aheadMs < 0 || aheadMs > DAY_MS) {
    const when = aheadMs < 0 ? "is over" : "is more than a day away";
    throw new CliError("CLI_USAGE", `--start-at ${new Date(startAt ?? 0).toISOString()} ${when}`);
  }
  return {
    version,
    driver: options.driver,
    shard: parseShard(options.shard, io.env ?? {}),
    signal: abortOnInterrupt(io),
    ...(options.host !== undefined && { host: options.host }),
    ...(options.port !== undefined && { port: options.port }),
    ...(options.seed !== undefined && { seed: options.seed }),
    ...(options.scale !== undefined && { scale: options.scale }),
    ...(options.run !== undefined && { run: options.run }),
    ...(startAt !== undefined && { startAtMs: startAt }),
    ...(options.timeScale !== undefined && { timeScale: options.timeScale }),
  };
}

/** An instant, as ISO 8601 with its zone or as Unix seconds. @returns Unix time in ms */
function instant(text: string): number {
  const isSeconds = /^\d{10}(\.\d+)?$/.test(text);
  const hasZone = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text);
  const ms = isSeconds ? Number(text) * 1000 : hasZone ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError("a time such as 2026-01-15T16:00:00Z, or Unix seconds");
}
