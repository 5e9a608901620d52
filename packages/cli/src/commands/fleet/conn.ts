import { type ConnectLoadResult, runConnectLoad } from "@bollard/fleet";
import { Command } from "commander";
import type { CliIo } from "../../cli-io.js";
import { CliError } from "../../error.js";
import { durationOption } from "../../options/parse-duration.js";
import { count, lines, percentiles } from "../../output/format-figures.js";
import { abortOnInterrupt } from "./abort-on-interrupt.js";
import { addBrokerOptions, type BrokerOptions, toTarget } from "./broker-options.js";

const examples = `
Examples:
  $ bollard fleet conn -c 5000                      as fast as the broker takes them
  $ bollard fleet conn -c 1000 -R 200 --duration 1m 200 a second, held for a minute
  $ bollard fleet conn -c 60000 --ifaddr 127.0.0.1,127.0.0.2,127.0.0.3

Exit code: 0 all connected, 1 some did not or broke, 2 used wrongly.`;

/** `bollard fleet conn`: open connections, hold them, close them. */
export function connCommand(io: CliIo): Command {
  return addBrokerOptions(new Command("conn"))
    .description("open connections, hold them, close them")
    .addOption(durationOption("how long they are held", 0, "not at all"))
    .addHelpText("after", examples)
    .action(async (options: BrokerOptions & { readonly duration: number }) => {
      const result = await runConnectLoad({
        target: toTarget(options),
        clients: options.clients,
        ...(options.connrate !== undefined && { connectsPerSecond: options.connrate }),
        durationMs: options.duration,
        signal: abortOnInterrupt(io),
        onProgress: ({ up }) => io.stderr.write(`${count(up)} connected\n`),
      });
      if (options.json) io.stdout.write(`${JSON.stringify(result)}\n`);
      else io.stdout.write(summaryOf(result));
      const { failed, lost } = result.connect;
      if (failed + lost > 0) {
        throw new CliError("CLI_FAILED", `${failed} connections failed and ${lost} broke`);
      }
    });
}

function summaryOf({ connect, usage, bytesPerConnection }: ConnectLoadResult): string {
  const reasons = Object.entries(connect.reasons);
  return lines([
    ["connected", `${count(connect.connected)} of ${count(connect.clients)}`],
    ["a second", count(connect.perSecond)],
    ["to CONNACK", percentiles(connect.latency)],
    connect.reconnected > 0 && ["came back", count(connect.reconnected)],
    connect.failed + connect.lost > 0 && [
      "failed, broke",
      `${connect.failed}, ${connect.lost}: ${reasons.map(([why, times]) => `${times} × ${why}`).join("; ")}`,
    ],
    [
      "this tool",
      `${usage.cpuS.toFixed(2)} s of processor, ${count(usage.rssBytes / 1e6)} MB, ${(bytesPerConnection / 1024).toFixed(1)} KB a connection`,
    ],
  ]);
}
