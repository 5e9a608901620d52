import { rateHeldOf } from "./assertions.js";
import type { LoadedScenario } from "./read-scenario.js";
import { type RunScenarioOptions, runScenario, type ScenarioResult } from "./run-scenario.js";

/** How the limit is looked for. */
export interface FindLimitOptions extends RunScenarioOptions {
  /** The first rate, as a multiple of the scenario's. Default: 1. */
  readonly fromRate?: number;
  /** It ends here at the latest. Default: 1024 times the first. */
  readonly toRate?: number;
  /** It ends once the limit is known this well. Default: 0.1, which is to a tenth. */
  readonly precision?: number;
  /** Told after each run. */
  readonly onStep?: (step: LimitStep) => void;
}

/** One run on the way. */
export interface LimitStep {
  readonly rate: number;
  readonly holds: boolean;
  readonly sentPerSecond: number;
  readonly latencyP99Ms: number | undefined;
  /** What did not hold. */
  readonly broken: readonly string[];
  /** Of the run, what kept it from more. */
  readonly limit: ScenarioResult["verdict"]["limit"];
}

/** Where it is. */
export interface LimitFound {
  /** The highest rate that held; undefined where not even the first did. */
  readonly knee: LimitStep | undefined;
  /** The lowest that did not; undefined where all did. */
  readonly broken: LimitStep | undefined;
  /** By rate. */
  readonly steps: readonly LimitStep[];
}

/** What has to hold of every run beside the scenario's own expectations. */
const LEAST_RATE_HELD = 0.99;

/**
 * Raises the load until something breaks that a scenario expects, or less than 99 % of what was due
 * was sent in time; then looks between the last that held and the first that did not.
 *
 * Throws as `runScenario` does.
 */
export async function findLimit(
  loaded: LoadedScenario,
  options: FindLimitOptions,
): Promise<LimitFound> {
  const { fromRate = 1, precision = 0.1, onStep, signal, ...run } = options;
  const { toRate = fromRate * 1024 } = options;
  const steps: LimitStep[] = [];
  const step = async (rate: number): Promise<LimitStep> => {
    const outcome = await runScenario(loaded, { ...run, ...(signal && { signal }), rate });
    const made = stepOf(rate, outcome);
    steps.push(made);
    onStep?.(made);
    return made;
  };
  let knee: LimitStep | undefined;
  let broken: LimitStep | undefined;
  for (let rate = fromRate; rate <= toRate && !broken && !signal?.aborted; rate *= 2) {
    const made = await step(rate);
    if (made.holds) knee = made;
    else broken = made;
  }
  while (knee && broken && broken.rate / knee.rate > 1 + precision && !signal?.aborted) {
    const made = await step(Math.sqrt(knee.rate * broken.rate));
    if (made.holds) knee = made;
    else broken = made;
  }
  return { knee, broken, steps: steps.sort((one, other) => one.rate - other.rate) };
}

function stepOf(rate: number, { result, assertions, verdict }: ScenarioResult): LimitStep {
  const held = rateHeldOf(result) ?? 0;
  const broken = [
    ...assertions.filter(({ holds }) => !holds).map(({ name }) => name),
    ...(held < LEAST_RATE_HELD ? [`rate held ${(100 * held).toFixed(1)} %`] : []),
  ];
  const { latency, sentPerSecond } = result;
  return {
    rate,
    holds: broken.length === 0,
    sentPerSecond,
    latencyP99Ms: (latency.arrivedFromDue ?? latency.acknowledgedFromDue)?.p99Ms,
    broken,
    limit: verdict.limit,
  };
}
