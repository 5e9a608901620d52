import {
  judge,
  type LoadProgress,
  type PublishResult,
  runPublishLoad,
  type Verdict,
} from "@bollard/fleet";
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

interface PubOptions extends BrokerOptions {
  readonly intervalOfMsg: number;
  readonly topic: string;
  readonly size: number;
  readonly qos: 0 | 1 | 2;
  readonly retain?: true;
  readonly duration: number;
  readonly count?: number;
  readonly receivers: number;
  readonly inflight: number;
}

const examples = `
A message's latency counts from when it was due and not from when it could be sent, so a broker that
stalls shows in full; beside it stands the latency from sending.

Examples:
  $ bollard fleet pub -c 1000 -I 200 -q 1                      5,000 messages a second
  $ bollard fleet pub -c 1000 -I 200 -q 1 --receivers 1        and count by node and number what arrives
  $ bollard fleet pub -c 1000 -I 0 -q 1 --duration 20s         as much as the broker takes
  $ bollard fleet pub -c 500 -t city/%i/up -s 64 --json

Exit code: 0 all is well, 1 something was lost, refused or broke, 2 used wrongly, 3 this tool was the
limit, so the figures say little of the broker.`;

/** `bollard fleet pub`: publish on a schedule, and say what the broker made of it. */
export function pubCommand(io: CliIo): Command {
  return addBrokerOptions(new Command("pub"))
    .description("publish on a schedule that does not wait for the broker")
    .option(
      "-I, --interval-of-msg <ms>",
      "time between a client's messages; 0: full speed",
      whole(0, 86_400_000),
      1000,
    )
    .option("-t, --topic <template>", "topic; %i is the client's number", "bollard/fleet/%i")
    .option(
      "-s, --size <bytes>",
      "payload; 24 bytes of it are for counting",
      whole(24, 1_000_000),
      100,
    )
    .option("-q, --qos <0|1|2>", "QoS", parseQos, 0)
    .option("-r, --retain", "publish with the retain flag")
    .addOption(durationOption("how long is published", 10_000, "10s"))
    .option("--count <messages>", "most messages of each client", whole(1, 4_000_000_000))
    .option("--receivers <count>", "connections that subscribe and count", whole(0, 1000), 0)
    .option(
      "--inflight <messages>",
      "most unacknowledged messages of a client",
      whole(1, 60_000),
      20,
    )
    .addHelpText("after", examples)
    .action(async (options: PubOptions) => {
      const isScheduled = options.intervalOfMsg > 0;
      const result = await runPublishLoad({
        target: { ...toTarget(options), maxInFlight: options.inflight },
        clients: options.clients,
        ...(options.connrate !== undefined && { connectsPerSecond: options.connrate }),
        intervalMs: options.intervalOfMsg,
        topic: options.topic,
        payloadBytes: options.size,
        qos: options.qos,
        retain: options.retain ?? false,
        durationMs: options.duration,
        ...(options.count !== undefined && { count: options.count }),
        receivers: options.receivers,
        signal: abortOnInterrupt(io),
        onProgress: (progress) => io.stderr.write(`${progressLine(progress)}\n`),
      });
      const verdict = judge(result, isScheduled);
      const cpuSPerMillion = (result.usage.cpuS / Math.max(1, result.sent)) * 1e6;
      if (options.json) {
        io.stdout.write(`${JSON.stringify({ ...result, cpuSPerMillion, verdict })}\n`);
      } else io.stdout.write(summaryOf(result, verdict, cpuSPerMillion));
      end(result, verdict, isScheduled);
    });
}

function end(result: PublishResult, { limit, sentence }: Verdict, isScheduled: boolean): void {
  if (limit === "tool" && isScheduled) throw new CliError("CLI_TOO_SLOW", sentence);
  const lost = result.arrivals?.lost ?? 0;
  const isBroken = result.connect.failed + result.connect.lost + result.missed > 0;
  if (lost + result.unacknowledged + result.refused > 0 || isBroken) {
    throw new CliError("CLI_FAILED", sentence);
  }
}

function progressLine({
  phase,
  sent,
  acknowledged,
  received,
  heldBack,
  latency,
}: LoadProgress): string {
  const parts = [
    `${phase.padEnd(10)} sent ${count(sent)}`,
    acknowledged > 0 && `acknowledged ${count(acknowledged)}`,
    received > 0 && `arrived ${count(received)}`,
    heldBack > 0 && `waiting ${count(heldBack)}`,
    latency && `p50 ${ms(latency.p50Ms)}  p99 ${ms(latency.p99Ms)}`,
  ];
  return parts.filter(Boolean).join("  ");
}

function summaryOf(result: PublishResult, verdict: Verdict, cpuSPerMillion: number): string {
  const { latency, arrivals, connect, usage } = result;
  return `${verdict.sentence}\n${lines([
    [
      "connected",
      `${count(connect.connected)} of ${count(connect.clients)}, ${count(connect.perSecond)} a second`,
    ],
    connect.failed + connect.lost > 0 && [
      "broke",
      `${count(connect.lost)}; came back ${count(connect.reconnected)}; attempts that failed ${count(connect.failed)}`,
    ],
    ["sent", `${count(result.sent)}, ${count(result.sentPerSecond)} a second`],
    result.missed > 0 && ["missed", `${count(result.missed)}, due while their connection was down`],
    result.heldBack > 0 && ["held back", `${count(result.heldBack)}, sent later than due`],
    latency.acknowledgedFromDue !== undefined && [
      "acknowledged",
      `${count(result.acknowledged)}; not: ${count(result.unacknowledged)}; refused: ${count(result.refused)}`,
    ],
    latency.acknowledgedFromDue !== undefined && [
      "  from due",
      percentiles(latency.acknowledgedFromDue),
    ],
    latency.acknowledgedFromSend !== undefined && [
      "  from send",
      percentiles(latency.acknowledgedFromSend),
    ],
    arrivals !== undefined && [
      "arrived",
      `${count(arrivals.received)}; lost ${count(arrivals.lost)}, twice ${count(arrivals.duplicates)}, out of order ${count(arrivals.outOfOrder)}`,
    ],
    latency.arrivedFromDue !== undefined && ["  from due", percentiles(latency.arrivedFromDue)],
    latency.arrivedFromSend !== undefined && ["  from send", percentiles(latency.arrivedFromSend)],
    result.lateness !== undefined && ["this tool late", percentiles(result.lateness)],
    [
      "this tool",
      `${cpuSPerMillion.toFixed(1)} processor seconds a million, ${(100 * usage.cpuShare).toFixed(0)} % of a core, ${count(usage.rssBytes / 1e6)} MB`,
    ],
  ])}`;
}
