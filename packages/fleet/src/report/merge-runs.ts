import { addConnectResults } from "../engine/add-connect-results.js";
import type { PhaseResult } from "../engine/conductor.js";
import type { FleetRunResult, MessageCounts, StreetResult } from "../engine/fleet-run.js";
import { Latency } from "../engine/latency.js";
import type { Histograms } from "../engine/latency-tally.js";
import { addArrivals } from "../engine/receivers.js";
import { FleetError } from "../error.js";
import { checkAssertions } from "../scenario/assertions.js";
import type { ScenarioResult } from "../scenario/run-scenario.js";
import { judge } from "./judge.js";
import { mergeSeries } from "./merge-series.js";

/**
 * Makes one run of the runs of all its shards: counts are added, and so are histograms, bucket by
 * bucket, so that percentiles are what one run of all nodes would have had. What was expected is held
 * against the whole.
 *
 * @throws {@link FleetError} `FLEET_BAD_RESULT` where they are not the shards of one run, or one is
 *   missing or there twice
 */
export function mergeRuns(outcomes: readonly ScenarioResult[]): ScenarioResult {
  const shards = [...outcomes].sort(
    (one, other) => one.manifest.shard.index - other.manifest.shard.index,
  );
  const [first] = shards;
  if (!first) throw new FleetError("FLEET_BAD_RESULT", "merge", "there is nothing to merge");
  checkShards(shards);
  const { manifest } = first;
  const result = mergeResults(shards.map((shard) => shard.result));
  const startedAt = shards.map((shard) => shard.manifest.startedAt).sort()[0] as string;
  return {
    manifest: { ...manifest, shard: { index: 0, count: 1 }, startedAt },
    result,
    assertions: checkAssertions(manifest.scenario, result),
    verdict: judge(result, true),
  };
}

/** @throws {@link FleetError} `FLEET_BAD_RESULT` */
function checkShards(shards: readonly ScenarioResult[]): void {
  const refuse = (message: string) => {
    throw new FleetError("FLEET_BAD_RESULT", "merge", message);
  };
  const what = ({ manifest }: ScenarioResult) =>
    JSON.stringify([manifest.scenario, manifest.seed, manifest.shard.count]);
  const [first] = shards as readonly [ScenarioResult];
  const other = shards.find((shard) => what(shard) !== what(first));
  const { count } = first.manifest.shard;
  if (other) {
    const name = (shard: ScenarioResult) =>
      `${shard.manifest.scenario.name}, seed ${shard.manifest.seed}, of ${shard.manifest.shard.count}`;
    refuse(`not the shards of one run: ${name(first)}; ${name(other)}`);
  }
  const indices = shards.map(({ manifest }) => manifest.shard.index);
  for (let index = 0; index < count; index++) {
    const times = indices.filter((one) => one === index).length;
    if (times === 0) refuse(`shard ${index + 1} of ${count} is missing`);
    if (times > 1) refuse(`shard ${index + 1} of ${count} is there ${times} times`);
  }
}

function mergeResults(results: readonly FleetRunResult[]): FleetRunResult {
  const [first] = results as readonly [FleetRunResult];
  const histograms = Object.fromEntries(
    (Object.keys(first.histograms) as (keyof Histograms)[]).map((name) => [
      name,
      addEncoded(results.map((result) => result.histograms[name])),
    ]),
  ) as Readonly<Record<keyof Histograms, Latency>>;
  const elapsedMs = Math.max(...results.map((result) => result.elapsedMs));
  const counts = addCounts(results);
  const sum = (of: (result: FleetRunResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    connect: {
      ...addConnectResults(results.map(({ connect }) => connect)),
      latency: histograms.connect.summary(),
    },
    cut: sum(({ cut }) => cut),
    elapsedMs,
    ...counts,
    sentPerSecond: (counts.sent / Math.max(1, elapsedMs)) * 1000,
    streets: first.streets.map((street, index): StreetResult => {
      const all = results.flatMap((result) => result.streets[index] ?? []);
      const nodes = all.reduce((total, one) => total + one.nodes, 0);
      return { name: street.name, qos: street.qos, nodes, ...addCounts(all) };
    }),
    phases: first.phases.map((_, index) =>
      mergePhases(results.flatMap((result) => result.phases[index] ?? [])),
    ),
    latency: {
      acknowledgedFromDue: histograms.acknowledgedFromDue.summary(),
      acknowledgedFromSend: histograms.acknowledgedFromSend.summary(),
      arrivedFromDue: histograms.arrivedFromDue.summary(),
      arrivedFromSend: histograms.arrivedFromSend.summary(),
    },
    lateness: histograms.lateness.summary(),
    unknownAcks: sum(({ unknownAcks }) => unknownAcks),
    usage: {
      cpuS: sum(({ usage }) => usage.cpuS),
      rssBytes: sum(({ usage }) => usage.rssBytes),
      cpuShare: sum(({ usage }) => usage.cpuShare),
      longestPauseMs: Math.max(...results.map(({ usage }) => usage.longestPauseMs)),
    },
    series: mergeSeries(results.map(({ series }) => series)),
    histograms: Object.fromEntries(
      Object.entries(histograms).map(([name, latency]) => [name, latency.encode()]),
    ) as unknown as Histograms,
  };
}

function mergePhases(phases: readonly PhaseResult[]): PhaseResult {
  const [first] = phases as readonly [PhaseResult];
  const histogram = addEncoded(phases.map((phase) => phase.histogram));
  return {
    name: first.name,
    startMs: Math.min(...phases.map(({ startMs }) => startMs)),
    durationMs: Math.max(...phases.map(({ durationMs }) => durationMs)),
    sent: phases.reduce((sum, { sent }) => sum + sent, 0),
    latency: histogram.summary(),
    histogram: histogram.encode(),
  };
}

function addCounts(all: readonly MessageCounts[]): MessageCounts {
  const sum = (of: (counts: MessageCounts) => number) =>
    all.reduce((total, counts) => total + of(counts), 0);
  return {
    due: sum(({ due }) => due),
    sent: sum(({ sent }) => sent),
    missed: sum(({ missed }) => missed),
    skipped: sum(({ skipped }) => skipped),
    heldBack: sum(({ heldBack }) => heldBack),
    acknowledged: sum(({ acknowledged }) => acknowledged),
    refused: sum(({ refused }) => refused),
    unacknowledged: sum(({ unacknowledged }) => unacknowledged),
    arrivals: addArrivals(all.map(({ arrivals }) => arrivals)),
  };
}

function addEncoded(texts: readonly string[]): Latency {
  const sum = new Latency();
  for (const text of texts) sum.add(Latency.decode(text));
  return sum;
}
