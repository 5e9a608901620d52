import {
  FleetControls,
  FleetServer,
  type LoadedScenario,
  type LoadProgress,
  type RunScenarioOptions,
  runScenario,
  type ScenarioResult,
} from "@bollard/fleet";
import type { CliIo } from "../../cli-io.js";
import { count, ms } from "../../output/format-figures.js";
import { applyKey, LiveView } from "./live-view.js";

/** How a run is watched. */
export interface WatchOptions {
  readonly http?: number;
  readonly httpHost?: string;
  readonly plain?: true;
}

/** Plays a scenario, shows how it stands, and takes what is to be changed from keys and over HTTP. */
export async function watchRun(
  loaded: LoadedScenario,
  run: RunScenarioOptions,
  { http, httpHost, plain }: WatchOptions,
  io: CliIo,
): Promise<ScenarioResult> {
  const { scenario } = loaded;
  const controls = new FleetControls();
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, ...(run.signal ? [run.signal] : [])]);
  const server =
    http === undefined
      ? undefined
      : await FleetServer.open({
          port: http,
          scenario: scenario.name,
          controls,
          ...(httpHost !== undefined && { host: httpHost }),
        });
  if (server) io.stderr.write(`${server.url}/metrics, /status, /controls\n`);
  const terminal = plain ? undefined : io.terminal;
  const view = new LiveView();
  const stopKeys = terminal?.onKey((key) => {
    if (key === "q") ended.abort();
    else applyKey(key, controls);
  });
  const durationS = scenario.phases.reduce((sum, phase) => sum + phase.durationS, 0);
  const context = {
    name: scenario.name,
    broker: run.host ?? scenario.broker?.host ?? "127.0.0.1",
    durationMs: durationS * 1000 * (run.timeScale ?? 1),
    controls,
  };
  try {
    return await runScenario(loaded, {
      ...run,
      signal,
      controls,
      onProgress: (progress) => {
        server?.update(progress);
        const columns = terminal?.columns();
        const shown =
          columns === undefined
            ? `${progressLine(progress)}\n`
            : view.render(progress, { ...context, columns });
        io.stderr.write(shown);
      },
    });
  } finally {
    stopKeys?.();
    await server?.close();
  }
}

/** One second of a run. */
function progressLine(progress: LoadProgress): string {
  const { phase, connected, broken, sent, acknowledged, received, heldBack, latency } = progress;
  const parts = [
    phase.padEnd(16),
    `${count(connected)} up`,
    broken > 0 && `${count(broken)} broke`,
    `sent ${count(sent)}`,
    acknowledged > 0 && `acknowledged ${count(acknowledged)}`,
    received > 0 && `arrived ${count(received)}`,
    heldBack > 0 && `waiting ${count(heldBack)}`,
    latency && `p50 ${ms(latency.p50Ms)}  p99 ${ms(latency.p99Ms)}`,
  ];
  return parts.filter(Boolean).join("  ");
}
