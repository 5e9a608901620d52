import { Gauge, Registry } from "prom-client";
import type { LoadProgress } from "../engine/fleet-run.js";

/** The figures of a running fleet in the form that Prometheus reads. */
export class FleetMetrics {
  readonly #registry = new Registry();
  readonly #gauges: Readonly<Record<string, Gauge>>;
  readonly #latency: Gauge<"quantile">;
  readonly #phase: Gauge<"phase">;

  constructor(scenario: string) {
    this.#registry.setDefaultLabels({ scenario, simulated: "true" });
    this.#gauges = Object.fromEntries(
      Object.entries(figures).map(([name, [help]]) => [name, this.#gauge(name, help)]),
    );
    this.#latency = new Gauge({
      name: "bollard_fleet_latency_seconds",
      help: "From due to the arrival, or the acknowledgement, in the last second",
      labelNames: ["quantile"],
      registers: [this.#registry],
    });
    this.#phase = new Gauge({
      name: "bollard_fleet_phase",
      help: "1 for the phase under way",
      labelNames: ["phase"],
      registers: [this.#registry],
    });
  }

  update(progress: LoadProgress): void {
    for (const [name, [, value]] of Object.entries(figures)) {
      this.#gauges[name]?.set(value(progress));
    }
    this.#phase.reset();
    this.#phase.set({ phase: progress.phase }, 1);
    this.#latency.reset();
    const { latency } = progress;
    if (!latency) return;
    const quantiles = {
      "0.5": latency.p50Ms,
      "0.9": latency.p90Ms,
      "0.99": latency.p99Ms,
      "0.999": latency.p999Ms,
      "1": latency.maxMs,
    };
    for (const [quantile, ms] of Object.entries(quantiles)) {
      this.#latency.set({ quantile }, ms / 1000);
    }
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name: `bollard_fleet_${name}`, help, registers: [this.#registry] });
  }
}

const figures: Readonly<Record<string, readonly [string, (progress: LoadProgress) => number]>> = {
  connections: ["Connections that are up", ({ connected }) => connected],
  broken_total: ["Connections that broke or could not be made", ({ broken }) => broken],
  due_total: ["Messages whose time had come", ({ due }) => due],
  sent_total: ["Messages sent", ({ sent }) => sent],
  acknowledged_total: ["Messages acknowledged", ({ acknowledged }) => acknowledged],
  received_total: ["Messages that arrived", ({ received }) => received],
  waiting: ["Messages due that wait for the broker", ({ heldBack }) => heldBack],
  lateness_p99_seconds: [
    "How late the fleet itself was in the last second",
    ({ lateness }) => (lateness?.p99Ms ?? 0) / 1000,
  ],
  cpu_share: ["Share of a processor core in the last second", ({ cpuShare }) => cpuShare],
  memory_bytes: ["Resident memory", ({ usage }) => usage.rssBytes],
};
