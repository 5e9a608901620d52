import type { PhasePlan } from "../engine/fleet-plan.js";
import type { ScenarioPhase } from "./scenario.js";

/** What may happen in a phase. */
export type PhaseKind =
  | "ramp"
  | "hold"
  | "spike"
  | "soak"
  | "pause"
  | "thundering-herd"
  | "reconnect-storm"
  | "mass-will"
  | "slow-consumers"
  | "retained-flood";

interface Kind {
  /** Keys that say something of it, beside name, duration, rate, faults and expectations. */
  readonly keys: readonly (keyof ScenarioPhase)[];
  /** Times as often as the streets say. */
  readonly rate: number;
  readonly plan: (phase: ScenarioPhase) => Partial<PhasePlan>;
}

const cut = ({ share = 1, awayS = 0 }: ScenarioPhase) => ({ cut: share, awayMs: awayS * 1000 });

const kinds: Readonly<Record<PhaseKind, Kind>> = {
  ramp: { keys: ["fromRate"], rate: 1, plan: ({ fromRate = 0 }) => ({ fromRate }) },
  hold: { keys: [], rate: 1, plan: () => ({}) },
  spike: { keys: [], rate: 10, plan: () => ({}) },
  soak: { keys: [], rate: 1, plan: () => ({}) },
  pause: { keys: [], rate: 0, plan: () => ({}) },
  "thundering-herd": { keys: [], rate: 1, plan: () => ({ isAligned: true }) },
  "reconnect-storm": { keys: ["share", "awayS"], rate: 1, plan: cut },
  "mass-will": {
    keys: ["share", "awayS"],
    rate: 1,
    plan: (phase) => cut({ awayS: phase.durationS, ...phase }),
  },
  "slow-consumers": {
    keys: ["share"],
    rate: 1,
    plan: ({ share = 0.5 }) => ({ slowReceivers: share }),
  },
  "retained-flood": {
    keys: ["topics"],
    rate: 1,
    plan: ({ topics = 10_000 }) => ({ retained: topics }),
  },
};

const common: readonly string[] = ["kind", "name", "durationS", "rate", "faults", "expect"];

/** The keys of a phase that say nothing of its kind. */
export function strangeKeys(phase: ScenarioPhase): string[] {
  const own: readonly string[] = kinds[phase.kind].keys;
  return Object.keys(phase).filter((key) => !common.includes(key) && !own.includes(key));
}

/** The keys that say something of a kind. */
export function keysOf(kind: PhaseKind): readonly string[] {
  return [...common, ...kinds[kind].keys];
}

/** A phase as the engine plays it. */
export function planPhase(phase: ScenarioPhase): PhasePlan {
  const kind = kinds[phase.kind];
  const rate = phase.rate ?? kind.rate;
  return {
    name: phase.name ?? phase.kind,
    durationMs: phase.durationS * 1000,
    fromRate: rate,
    toRate: rate,
    ...(phase.faults !== undefined && { faults: phase.faults }),
    ...kind.plan(phase),
  };
}
