import type { FleetControls, LoadProgress } from "@bollard/fleet";
import { count, ms } from "../../output/format-figures.js";

/** What a live view knows of its run. */
export interface LiveContext {
  readonly name: string;
  readonly broker: string;
  /** All phases together, ms. */
  readonly durationMs: number;
  readonly controls: FleetControls;
  readonly columns: number;
}

const BLOCKS = "▁▂▃▄▅▆▇█";
/** Seconds of the course that are shown. */
const MOST_SECONDS = 60;

/** A run on a terminal: rewritten each second. */
export class LiveView {
  readonly #sent: number[] = [];
  #before: LoadProgress | undefined;
  #lines = 0;

  /** What to write to the terminal, in place of what was written before. */
  render(progress: LoadProgress, context: LiveContext): string {
    const lines = this.#linesOf(progress, context).map((line) => cut(line, context.columns));
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A` : "";
    this.#lines = lines.length;
    return `${up}${lines.map((line) => `\u001b[2K${line}\n`).join("")}`;
  }

  #linesOf(progress: LoadProgress, context: LiveContext): string[] {
    const rates = this.#rates(progress);
    const { phase, elapsedMs, connected, broken, latency, lateness, heldBack, cpuShare } = progress;
    const { name, broker, durationMs, controls } = context;
    const share = durationMs > 0 ? Math.min(1, elapsedMs / durationMs) : 0;
    const changed = [
      controls.rate !== 1 && `rate × ${controls.rate}`,
      controls.nodes !== 1 && `${(100 * controls.nodes).toFixed(0)} % of the nodes`,
      controls.faults !== undefined && `faults ${controls.faults ? "on" : "off"}`,
    ].filter(Boolean);
    return [
      `${name} → ${broker}   simulated`,
      `${bar(share, 30)} ${time(elapsedMs)} of ${time(durationMs)}   ${phase}${changed.length > 0 ? `   ${changed.join(", ")}` : ""}`,
      "",
      `  a second      sent ${count(rates.sent).padStart(9)}   acknowledged ${count(rates.acknowledged).padStart(9)}   arrived ${count(rates.received).padStart(9)}`,
      `  so far        sent ${count(progress.sent).padStart(9)}   acknowledged ${count(progress.acknowledged).padStart(9)}   arrived ${count(progress.received).padStart(9)}`,
      `  connections     up ${count(connected).padStart(9)}   broke ${count(broken).padStart(16)}   waiting ${count(heldBack).padStart(9)}`,
      latency
        ? `  from due       p50 ${ms(latency.p50Ms).padStart(9)}   p99 ${ms(latency.p99Ms).padStart(18)}   highest ${ms(latency.maxMs).padStart(9)}`
        : "  from due      nothing in the last second",
      `  this tool      cpu ${`${(100 * cpuShare).toFixed(0)} %`.padStart(9)}   late, p99 ${(lateness ? ms(lateness.p99Ms) : "–").padStart(12)}   memory ${`${count(progress.usage.rssBytes / 1e6)} MB`.padStart(10)}`,
      `  ${sparkline(this.#sent)}`,
      "",
      "  + − rate   p pause   f faults   n N nodes   s storm   q end",
    ];
  }

  #rates(progress: LoadProgress): Readonly<Record<"sent" | "acknowledged" | "received", number>> {
    const before = this.#before;
    this.#before = progress;
    const seconds = Math.max(0.001, (progress.elapsedMs - (before?.elapsedMs ?? 0)) / 1000);
    const rate = (of: "sent" | "acknowledged" | "received") =>
      Math.max(0, (progress[of] - (before?.[of] ?? 0)) / seconds);
    this.#sent.push(rate("sent"));
    if (this.#sent.length > MOST_SECONDS) this.#sent.shift();
    return { sent: rate("sent"), acknowledged: rate("acknowledged"), received: rate("received") };
  }
}

/** What a key on the terminal changes; false for one that means nothing. */
export function applyKey(key: string, controls: FleetControls): boolean {
  switch (key) {
    case "+":
    case "=":
      controls.rate = Math.min(1000, rounded(Math.max(controls.rate, 0.1) * 1.25));
      return true;
    case "-":
      controls.rate = rounded(controls.rate / 1.25);
      return true;
    case "p":
      controls.rate = controls.rate === 0 ? 1 : 0;
      return true;
    case "f":
      controls.faults = controls.faults === false;
      return true;
    case "n":
      controls.nodes = Math.max(0.1, rounded(controls.nodes - 0.1));
      return true;
    case "N":
      controls.nodes = Math.min(1, rounded(controls.nodes + 0.1));
      return true;
    case "s":
      controls.cut = 1;
      return true;
    default:
      return false;
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

function sparkline(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values.map((value) => BLOCKS[Math.round((value / most) * 7)]).join("");
}

function time(ms_: number): string {
  const seconds = Math.floor(ms_ / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

function cut(line: string, columns: number): string {
  const letters = [...line];
  return letters.length < columns
    ? line
    : `${letters.slice(0, Math.max(0, columns - 2)).join("")}…`;
}
