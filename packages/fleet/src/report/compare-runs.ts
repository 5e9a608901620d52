import { rateHeldOf } from "../scenario/assertions.js";
import type { ScenarioResult } from "../scenario/run-scenario.js";

/** One figure of two runs. */
export interface ComparedFigure {
  readonly name: string;
  readonly unit: string;
  /** Undefined where it was not measured. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** After in terms of before; undefined where that says nothing. */
  readonly ratio: number | undefined;
  /** Whether less of it is better, or more. */
  readonly better: "less" | "more";
}

/** Sets the figures of two runs side by side. */
export function compareRuns(
  before: ScenarioResult,
  after: ScenarioResult,
): readonly ComparedFigure[] {
  const [first, second] = [figuresOf(before), figuresOf(after)];
  return Object.entries(second).map(([name, [value, unit, better = "less"]]) => {
    const earlier = first[name]?.[0];
    const ratio =
      earlier === undefined || value === undefined || earlier === 0 ? undefined : value / earlier;
    return { name, unit, before: earlier, after: value, ratio, better };
  });
}

type Figure = readonly [value: number | undefined, unit: string, better?: "less" | "more"];

function figuresOf({ result }: ScenarioResult): Readonly<Record<string, Figure>> {
  const { latency, connect, arrivals, usage, sent, lateness } = result;
  const times = latency.arrivedFromDue ?? latency.acknowledgedFromDue;
  return {
    "sent a second": [result.sentPerSecond, "1/s", "more"],
    "rate held": [rateHeldOf(result), "", "more"],
    "p50 from due": [times?.p50Ms, "ms"],
    "p90 from due": [times?.p90Ms, "ms"],
    "p99 from due": [times?.p99Ms, "ms"],
    "p99.9 from due": [times?.p999Ms, "ms"],
    "highest from due": [times?.maxMs, "ms"],
    lost: [arrivals?.lost, ""],
    duplicates: [arrivals?.duplicates, ""],
    "out of order": [arrivals?.outOfOrder, ""],
    missed: [result.missed, ""],
    unacknowledged: [result.unacknowledged, ""],
    "held back": [result.heldBack, ""],
    "broken connections": [connect.lost, ""],
    "failed connects": [connect.failed, ""],
    "connects a second": [connect.perSecond, "1/s", "more"],
    "p99 to CONNACK": [connect.latency?.p99Ms, "ms"],
    "own lateness p99": [lateness?.p99Ms, "ms"],
    "processor seconds a million": [(usage.cpuS / Math.max(1, sent)) * 1e6, "s"],
    memory: [usage.rssBytes / 1e6, "MB"],
  };
}
