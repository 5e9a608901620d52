import { describe, expect, test } from "vitest";
import { FleetControls } from "../engine/fleet-controls.js";
import { HandFleetClock } from "../testing/hand-fleet-clock.js";
import { ModelBroker } from "../testing/model-broker.js";
import { findLimit } from "./find-limit.js";
import type { LoadedScenario } from "./read-scenario.js";
import { runScenario } from "./run-scenario.js";
import type { Scenario } from "./scenario.js";

/** A scenario without files. */
function loaded(scenario: Partial<Scenario>): LoadedScenario {
  return {
    scenario: {
      name: "model",
      broker: { version: "3.1.1" },
      streets: [{ name: "nodes", nodes: 100, everyS: 1 }],
      receivers: [{ filter: "simulated/nodes/+" }],
      phases: [{ kind: "hold", durationS: 10 }],
      ...scenario,
    },
    schemas: new Map(),
    texts: new Map(),
    credentials: undefined,
  };
}

function model(capacity?: number) {
  const clock = new HandFleetClock();
  const broker = new ModelBroker({
    clock,
    delayMs: () => 5,
    ...(capacity !== undefined && { capacity }),
  });
  return { clock, options: { version: "test", clock, openDriver: broker.openDriver } };
}

describe("runScenario", () => {
  test("six minutes of a known broker give the known figures", async () => {
    const { clock, options } = model();
    const { result, assertions, verdict } = await clock.until(
      runScenario(
        loaded({
          phases: [
            { kind: "ramp", durationS: 60 },
            { kind: "hold", durationS: 240, expect: { latencyMaxMs: 7 } },
            { kind: "spike", rate: 3, durationS: 60 },
          ],
          expect: { lost: 0, duplicates: 0, rateHeld: 1, latencyP99Ms: 5 },
        }),
        options,
      ),
    );
    expect(result).toMatchObject({ due: 45_000, sent: 45_000, acknowledged: 45_000, missed: 0 });
    expect(result.phases.map(({ name, sent }) => [name, Math.round(sent / 100)])).toEqual([
      ["ramp", 30],
      ["hold", 240],
      ["spike", 180],
    ]);
    expect(verdict.limit).toBe("none");
    expect(assertions.map(({ name, holds }) => [name, holds])).toEqual([
      ["lost", true],
      ["duplicates", true],
      ["rateHeld", true],
      // The tool looks at the clock each 2 ms, so that what is due between waits for up to as long.
      ["latencyP99Ms", false],
      ["hold: latencyMaxMs", true],
    ]);
  });

  test("all send at once in a thundering herd, and shards have nodes of their own", async () => {
    const sentOf = async (index: number, count: number) => {
      const { clock, options } = model();
      const scenario = loaded({
        streets: [{ name: "nodes", nodes: 90, everyS: 10, nodesPerConnection: 3 }],
        phases: [{ kind: "thundering-herd", durationS: 5 }],
      });
      const shard = { index, count };
      const { result } = await clock.until(runScenario(scenario, { ...options, shard }));
      return [result.sent, result.connect.clients, result.arrivals?.received];
    };
    expect(await sentOf(0, 1)).toEqual([90, 30, 90]);
    expect(await sentOf(1, 4)).toEqual([24, 8, 24]);
    expect(await sentOf(3, 4)).toEqual([21, 7, 21]);
  });

  test("who is cut off is missed, comes back, and counts as no fault of the broker", async () => {
    const { clock, options } = model();
    const { result, verdict } = await clock.until(
      runScenario(
        loaded({
          phases: [
            { kind: "hold", durationS: 10 },
            { kind: "mass-will", share: 0.5, awayS: 4, durationS: 10 },
          ],
        }),
        options,
      ),
    );
    expect(result.cut).toBeGreaterThanOrEqual(49);
    expect(result.connect).toMatchObject({ lost: 0, reconnected: result.cut });
    expect(result.missed).toBeGreaterThanOrEqual(4 * result.cut);
    expect(result.missed).toBeLessThan(5 * result.cut);
    expect(result.due).toBe(2000);
    expect(verdict.limit).toBe("none");
  });

  test("flapping nodes break while faults are on, and not in a phase without", async () => {
    const cuts = async (faults: boolean) => {
      const { clock, options } = model();
      const streets = [
        {
          name: "nodes",
          nodes: 100,
          everyS: 1,
          faults: { flapping: { share: 0.1, everyS: 5 } },
        },
      ];
      const phases = [{ kind: "hold" as const, durationS: 20, faults }];
      return (await clock.until(runScenario(loaded({ streets, phases }), options))).result.cut;
    };
    expect(await cuts(true)).toBeGreaterThanOrEqual(30);
    expect(await cuts(false)).toBe(0);
  });

  test("rate, share of nodes and a storm may be changed while it runs", async () => {
    const { clock, options } = model();
    const controls = new FleetControls();
    const at = (second: number, change: () => void) => clock.after(second * 1000 + 100, change);
    at(10, () => {
      controls.rate = 2;
    });
    at(20, () => {
      controls.rate = 0;
    });
    at(30, () => {
      Object.assign(controls, { rate: 1, nodes: 0.5 });
    });
    at(40, () => {
      controls.nodes = 1;
    });
    at(45, () => {
      controls.cut = 1;
    });
    const phases = [{ kind: "hold" as const, durationS: 50 }];
    const sentBy: number[] = [];
    const { result } = await clock.until(
      runScenario(loaded({ phases }), {
        ...options,
        controls,
        onProgress: ({ sent }) => sentBy.push(sent),
      }),
    );
    const during = (from: number, to: number) => (sentBy[to] ?? 0) - (sentBy[from] ?? 0);
    expect([during(2, 7), during(12, 17), during(22, 27), during(42, 44)]).toEqual([
      500, 1000, 0, 200,
    ]);
    expect(during(32, 37)).toBeGreaterThanOrEqual(245);
    expect(during(32, 37)).toBeLessThanOrEqual(255);
    expect([result.cut, result.connect.reconnected]).toEqual([100, 100]);
  });
});

describe("findLimit", () => {
  test("finds the rate that a broker of known capacity takes", async () => {
    const { clock, options } = model(170);
    const scenario = loaded({
      streets: [{ name: "nodes", nodes: 100, everyS: 10 }],
      expect: { latencyP99Ms: 100 },
    });
    const found = await clock.until(findLimit(scenario, { ...options, precision: 0.02 }));
    expect(found.knee?.rate).toBeGreaterThan(16.5);
    expect(found.knee?.rate).toBeLessThan(17.5);
    expect(found.broken?.broken).toEqual(["latencyP99Ms"]);
    expect(found.steps.map(({ rate }) => rate)).toEqual(
      found.steps.map(({ rate }) => rate).sort((one, other) => one - other),
    );
  });

  test("ends where not even the first rate holds, and where all do", async () => {
    const slow = model(50);
    const none = await slow.clock.until(
      findLimit(loaded({ expect: { latencyP99Ms: 100 } }), slow.options),
    );
    expect([none.knee, none.steps.length]).toEqual([undefined, 1]);
    const fast = model();
    const all = await fast.clock.until(findLimit(loaded({}), { ...fast.options, toRate: 4 }));
    expect([all.knee?.rate, all.broken, all.steps.length]).toEqual([4, undefined, 3]);
  });
});
