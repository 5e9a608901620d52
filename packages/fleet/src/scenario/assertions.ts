import type { FleetRunResult } from "../engine/fleet-run.js";
import type { Scenario, ScenarioExpectations } from "./scenario.js";

/** Whether one thing held that was expected. */
export interface Assertion {
  /** Such as `latencyP99Ms`, or `spike: latencyP99Ms` of a phase. */
  readonly name: string;
  readonly expected: string;
  /** Undefined where nothing was measured, which is as good as broken. */
  readonly actual: number | undefined;
  readonly holds: boolean;
}

type Measure = (result: FleetRunResult) => number | undefined;

/** From due: to the arrival where somebody counted it, else to the acknowledgement. */
const latencyOf = ({ latency }: FleetRunResult) =>
  latency.arrivedFromDue ?? latency.acknowledgedFromDue;

/** What may not be above. */
const mosts: Readonly<Partial<Record<keyof ScenarioExpectations, Measure>>> = {
  latencyP50Ms: (result) => latencyOf(result)?.p50Ms,
  latencyP99Ms: (result) => latencyOf(result)?.p99Ms,
  latencyP999Ms: (result) => latencyOf(result)?.p999Ms,
  latencyMaxMs: (result) => latencyOf(result)?.maxMs,
  connectP99Ms: ({ connect }) => connect.latency?.p99Ms,
  lost: ({ arrivals }) => arrivals && arrivals.lost + arrivals.unknown,
  duplicates: ({ arrivals }) => arrivals?.duplicates,
  outOfOrder: ({ arrivals }) => arrivals?.outOfOrder,
  missed: ({ missed }) => missed,
  unacknowledged: ({ unacknowledged }) => unacknowledged,
  refused: ({ refused }) => refused,
  brokenConnections: ({ connect }) => connect.lost,
  failedConnects: ({ connect }) => connect.failed,
  latenessP99Ms: ({ lateness }) => lateness?.p99Ms,
};

/** What may not be below. */
const leasts: Readonly<Partial<Record<keyof ScenarioExpectations, Measure>>> = {
  rateHeld: rateHeldOf,
  sentPerSecond: ({ sentPerSecond }) => sentPerSecond,
  connectsPerSecond: ({ connect }) => connect.perSecond,
};

/** The share of what was due that was sent, and not held back; what a node left out was not due. */
export function rateHeldOf({ due, sent, skipped, heldBack }: FleetRunResult): number | undefined {
  const wanted = due - skipped;
  return wanted > 0 ? (sent - Math.min(sent, heldBack)) / wanted : undefined;
}

/** Compares a run with what its scenario expects of it, and of its phases. */
export function checkAssertions(scenario: Scenario, result: FleetRunResult): readonly Assertion[] {
  const whole = Object.entries(scenario.expect ?? {}).map(([name, bound]) => {
    const least = leasts[name as keyof ScenarioExpectations];
    const actual = (least ?? mosts[name as keyof ScenarioExpectations])?.(result);
    return assertion(name, bound, actual, least !== undefined);
  });
  const phases = scenario.phases.flatMap(({ kind, name = kind, expect = {} }, index) =>
    Object.entries(expect).map(([key, bound]) => {
      const latency = result.phases[index]?.latency;
      const actual = {
        latencyP50Ms: latency?.p50Ms,
        latencyP99Ms: latency?.p99Ms,
        latencyMaxMs: latency?.maxMs,
      }[key];
      return assertion(`${name}: ${key}`, bound, actual, false);
    }),
  );
  return [...whole, ...phases];
}

function assertion(
  name: string,
  bound: number,
  actual: number | undefined,
  isLeast: boolean,
): Assertion {
  const holds = actual !== undefined && (isLeast ? actual >= bound : actual <= bound);
  return { name, expected: `${isLeast ? "≥" : "≤"} ${bound}`, actual, holds };
}
