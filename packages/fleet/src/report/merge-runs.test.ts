import { describe, expect, test } from "vitest";
import type { LoadedScenario } from "../scenario/read-scenario.js";
import { runScenario, type ScenarioResult } from "../scenario/run-scenario.js";
import { HandFleetClock } from "../testing/hand-fleet-clock.js";
import { ModelBroker } from "../testing/model-broker.js";
import { mergeRuns } from "./merge-runs.js";

const loaded: LoadedScenario = {
  scenario: {
    name: "split",
    broker: { version: "3.1.1" },
    streets: [
      { name: "lamps", nodes: 37, everyS: 1 },
      { name: "meters", nodes: 24, everyS: 3, nodesPerConnection: 3, qos: 0 },
    ],
    receivers: [{ filter: "simulated/{shard}/#" }],
    phases: [
      { kind: "ramp", durationS: 5 },
      { kind: "hold", durationS: 20 },
      { kind: "mass-will", share: 0.3, awayS: 2, durationS: 5 },
    ],
    expect: { lost: 0, latencyP99Ms: 100 },
  },
  schemas: new Map(),
  texts: new Map(),
  credentials: undefined,
};
const scenario = {
  ...loaded.scenario,
  streets: loaded.scenario.streets.map((street) => ({
    ...street,
    topic: `simulated/{shard}/${street.name}/{node}`,
  })),
};

/** A broker whose latencies are each message's own, whoever sends it. */
async function play(index: number, count: number): Promise<ScenarioResult> {
  const clock = new HandFleetClock();
  const broker = new ModelBroker({
    clock,
    delayMs: (payload, topic) => {
      const [node, street = ""] = topic.split("/").reverse();
      const sequence = payload.readUInt32BE(8);
      return ((Number(node) * 7919 + sequence * 104_729 + street.length * 31) % 997) / 10;
    },
  });
  const startAtMs = clock.originMs + 10_000;
  const { openDriver } = broker;
  const shard = { index, count };
  const options = { version: "test", clock, openDriver, shard, startAtMs, run: 3 };
  return clock.until(runScenario({ ...loaded, scenario }, options));
}

describe("mergeRuns", () => {
  test("four shards make the run that one would have been, bucket by bucket", async () => {
    const whole = await play(0, 1);
    const shards = await Promise.all([3, 1, 0, 2].map((index) => play(index, 4)));
    const merged = mergeRuns(shards);
    const { due, sent, arrivals, acknowledged, missed, cut, latency, phases, streets, histograms } =
      whole.result;
    expect(sent).toBeGreaterThan(900);
    expect(merged.result.histograms).toEqual(histograms);
    expect(merged.result).toMatchObject({
      due,
      sent,
      arrivals,
      acknowledged,
      missed,
      cut,
      latency,
    });
    expect(merged.result.streets).toEqual(streets);
    expect(merged.result.phases).toEqual(phases);
    expect(merged.assertions).toEqual(whole.assertions);
    expect(merged.verdict).toEqual(whole.verdict);
    const last = merged.result.series.at(-1);
    expect(last?.sent).toBe(whole.result.series.at(-1)?.sent);
  });

  test("one alone is itself", async () => {
    const whole = await play(0, 1);
    expect(mergeRuns([whole]).result.histograms).toEqual(whole.result.histograms);
  });

  test("says which shard is missing, or there twice, or of another run", async () => {
    const [one, two] = await Promise.all([play(0, 2), play(1, 2)]);
    expect(() => mergeRuns([one])).toThrow(/shard 2 of 2 is missing/);
    expect(() => mergeRuns([one, two, two])).toThrow(/shard 2 of 2 is there 2 times/);
    const other = { ...two, manifest: { ...two.manifest, seed: 9 } };
    expect(() => mergeRuns([one, other])).toThrow(
      /not the shards of one run: split, seed 1, of 2; split, seed 9, of 2/,
    );
    expect(() => mergeRuns([])).toThrow(/nothing to merge/);
  });
});
