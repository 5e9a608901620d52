import { arch, cpus, platform, release, totalmem } from "node:os";
import { FleetRun, type FleetRunOptions, type FleetRunResult } from "../engine/fleet-run.js";
import { placeOf } from "../engine/fleet-target.js";
import { checkLimits } from "../limits/check-limits.js";
import { judge, type Verdict } from "../report/judge.js";
import { type Assertion, checkAssertions } from "./assertions.js";
import { type PlanOptions, planScenario } from "./plan-scenario.js";
import type { LoadedScenario } from "./read-scenario.js";
import type { Scenario } from "./scenario.js";
import type { Shard } from "./shard.js";

/** What a run was, to make it again. */
export interface RunManifest {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly run: number;
  readonly shard: Shard;
  /** In place of the scenario's own. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly broker: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly versions: { readonly fleet: string; readonly node: string };
  readonly host: {
    readonly system: string;
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  /** Everything that was sent was made up (MIM8). */
  readonly simulated: true;
}

/** A run, and whether what was expected held. */
export interface ScenarioResult {
  readonly manifest: RunManifest;
  readonly result: FleetRunResult;
  readonly assertions: readonly Assertion[];
  readonly verdict: Verdict;
}

/** How a scenario is run. */
export interface RunScenarioOptions
  extends PlanOptions,
    Pick<
      FleetRunOptions,
      "onProgress" | "signal" | "controls" | "startAtMs" | "drainMs" | "clock"
    > {
  /** Of what runs the fleet, for the manifest. */
  readonly version: string;
}

/**
 * Plays a scenario.
 *
 * @throws FleetError `FLEET_BAD_SCENARIO`, `FLEET_NO_CONNECTION`, `FLEET_TOO_FEW_FILES`,
 *   `FLEET_TOO_FEW_PORTS`
 */
export async function runScenario(
  loaded: LoadedScenario,
  options: RunScenarioOptions,
): Promise<ScenarioResult> {
  const { version, onProgress, signal, controls, startAtMs, drainMs, clock, ...said } = options;
  const plan = planScenario(loaded, said);
  const { run, seed, shard, ...played } = plan;
  const receivers = plan.receivers.reduce((sum, { count }) => sum + count, 0);
  const connections = plan.streets.reduce(
    (sum, { nodes, nodesPerConnection }) => sum + Math.ceil(nodes.length / nodesPerConnection),
    receivers,
  );
  checkLimits(connections, plan.target);
  const fleet = new FleetRun({
    ...played,
    keepSeries: true,
    // A driver of a test's own has no broker that says anything.
    observeBroker: options.openDriver === undefined,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
    ...(controls && { controls }),
    ...(startAtMs !== undefined && { startAtMs }),
    ...(drainMs !== undefined && { drainMs }),
    ...(clock && { clock }),
  });
  const startedAt = new Date(startAtMs ?? Date.now()).toISOString();
  try {
    const result = await fleet.play();
    return {
      manifest: {
        scenario: loaded.scenario,
        seed,
        run,
        shard,
        options: said as Readonly<Record<string, unknown>>,
        broker: placeOf(plan.target),
        startedAt,
        versions: { fleet: version, node: process.version },
        host: hostOf(),
        simulated: true,
      },
      result,
      assertions: checkAssertions(loaded.scenario, result),
      verdict: judge(result, true),
    };
  } finally {
    await fleet.close();
  }
}

function hostOf(): RunManifest["host"] {
  const [processor] = cpus();
  return {
    system: `${platform()} ${release()} ${arch()}`,
    processor: processor?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
  };
}
