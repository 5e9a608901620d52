import { runSubscribeLoad, type SubscribeResult } from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { durationOption } from "../../options/parse-duration.js";
import { count, lines, ms, percentiles } from "../../output/format-figures.js";
import { abortOnInterrupt } from "./abort-on-interrupt.js";
import {
  addBrokerOptions,
  type BrokerOptions,
  parseQos,
  toTarget,
  whole,
} from "./broker-options.js";

interface SubOptions extends BrokerOptions {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly duration: number;
  readonly count?: number;
}

const examples = `
Messages of bollard fleet pub carry when they were due: of these the latency is told. Between two
machines it is as good as their clocks.

Examples:
  $ bollard fleet sub -c 1 -t 'bollard/fleet/#' --duration 30s
  $ bollard fleet sub -c 4 -t '$share/city/bollard/fleet/#' -q 1 --json

Exit code: 0 done, 1 a connection or subscription was refused or broke, 2 used wrongly.`;

/** `bollard fleet sub`: subscribe, and count what comes. */
export function subCommand(io: CliIo): Command {
  return addBrokerOptions(new Command("sub"))
    .description("subscribe, and count what comes")
    .option("-t, --topic <filter>", "filter; %i is the client's number", "bollard/fleet/#")
    .option("-q, --qos <0|1|2>", "most QoS", parseQos, 0)
    .addOption(durationOption("how long is listened", 10_000, "10s"))
    .option("--count <messages>", "end after so many messages", whole(1, 4_000_000_000))
    .addHelpText("after", examples)
    .action(async (options: SubOptions) => {
      const result = await runSubscribeLoad({
        target: toTarget(options),
        clients: options.clients,
        ...(options.connrate !== undefined && { connectsPerSecond: options.connrate }),
        topic: options.topic,
        qos: options.qos,
        durationMs: options.duration,
        ...(options.count !== undefined && { count: options.count }),
        signal: abortOnInterrupt(io),
        onProgress: ({ up, received, latency }) =>
          io.stderr.write(
            `${count(up)} connected  received ${count(received)}${latency ? `  p50 ${ms(latency.p50Ms)}  p99 ${ms(latency.p99Ms)}` : ""}\n`,
          ),
      });
      if (options.json) io.stdout.write(`${JSON.stringify(result)}\n`);
      else io.stdout.write(summaryOf(result));
      const { failed, lost } = result.connect;
      if (failed + lost + result.refused > 0) {
        const message = `${failed} connections failed, ${lost} broke, ${result.refused} subscriptions were refused`;
        throw new CliError("CLI_FAILED", message);
      }
    });
}

function summaryOf(result: SubscribeResult): string {
  return lines([
    ["connected", `${count(result.connect.connected)} of ${count(result.connect.clients)}`],
    ["received", `${count(result.received)}, ${count(result.receivedPerSecond)} a second`],
    ["payload", `${count(result.receivedBytes)} bytes`],
    result.fromDue !== undefined && ["from due", percentiles(result.fromDue)],
    result.fromSend !== undefined && ["from send", percentiles(result.fromSend)],
    [
      "this tool",
      `${(100 * result.usage.cpuShare).toFixed(0)} % of a core, ${count(result.usage.rssBytes / 1e6)} MB`,
    ],
  ]);
}
