import { FleetControls, type LoadProgress } from "@bollard/fleet";
import { describe, expect, test } from "vitest";
import { applyKey, LiveView } from "./live-view.js";

const progress = (elapsedMs: number, sent: number): LoadProgress => ({
  phase: "hold",
  elapsedMs,
  connected: 40,
  broken: 2,
  due: sent,
  sent,
  acknowledged: sent,
  received: 0,
  heldBack: 3,
  latency: { count: 9, meanMs: 2, p50Ms: 2, p90Ms: 3, p99Ms: 4, p999Ms: 5, maxMs: 6 },
  lateness: undefined,
  cpuShare: 0.25,
  usage: { cpuS: 1, rssBytes: 60e6, cpuShare: 0.2, longestPauseMs: 3 },
  broker: {},
});

describe("LiveView", () => {
  const context = (columns = 120) => ({
    name: "district",
    broker: "broker:1883",
    durationMs: 10_000,
    controls: new FleetControls(),
    columns,
  });

  test("shows rates of the last second, and writes over what it wrote before", () => {
    const view = new LiveView();
    const first = view.render(progress(1000, 100), context());
    expect(first).not.toContain("\u001b[11A");
    const second = view.render(progress(2000, 350), context());
    expect(second.startsWith("\u001b[11A")).toBe(true);
    expect(second).toMatch(/district → broker:1883 {3}simulated/);
    expect(second).toMatch(/██████░+ 0:02 of 0:10 {3}hold/);
    expect(second).toMatch(/a second +sent +250 {3}acknowledged +250/);
    expect(second).toMatch(/p50 +2\.00 ms +p99 +4\.00 ms/);
    expect(second).toMatch(/▄█/);
  });

  test("fits a narrow terminal, and says what was changed", () => {
    const narrow = context(40);
    Object.assign(narrow.controls, { rate: 2, nodes: 0.5, faults: false });
    const lines = new LiveView().render(progress(1000, 100), narrow).split("\n");
    const shown = lines.map((line) => line.replace("\u001b[2K", ""));
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(40);
    const wide = { ...narrow, columns: 200 };
    expect(new LiveView().render(progress(1000, 100), wide)).toMatch(
      /rate × 2, 50 % of the nodes, faults off/,
    );
  });
});

test("keys change the run", () => {
  const controls = new FleetControls();
  const press = (keys: string) => [...keys].map((key) => applyKey(key, controls));
  press("++");
  expect(controls.rate).toBe(1.56);
  press("p");
  expect(controls.rate).toBe(0);
  press("p-nnNfs");
  expect(controls).toEqual({ rate: 0.8, nodes: 0.9, faults: false, cut: 1 });
  expect(press("fx")).toEqual([true, false]);
  expect(controls.faults).toBe(true);
});
