import type { MessageCounts } from "../engine/fleet-run.js";
import type { LatencySummary } from "../engine/latency.js";
import { rateHeldOf } from "../scenario/assertions.js";
import type { ScenarioResult } from "../scenario/run-scenario.js";
import { compareRuns } from "./compare-runs.js";
import { plotData } from "./plot-data.js";
import { plotLibrary } from "./report-assets.js";
import { reportScript } from "./report-script.js";
import { reportStyle } from "./report-style.js";

/**
 * A run as one HTML page that needs nothing else: figures, expectations, plots, and what it takes to
 * make the run again.
 *
 * @param earlier - another run, to stand beside it
 */
export function formatHtml(outcome: ScenarioResult, earlier?: ScenarioResult): string {
  const { manifest, result, assertions, verdict } = outcome;
  const { scenario, startedAt, broker, seed, run } = manifest;
  const plots = plotData(outcome, earlier);
  const { script, style } = plotLibrary();
  const broken = assertions.filter(({ holds }) => !holds);
  const tone = broken.length > 0 ? " bad" : verdict.limit === "none" ? "" : " warn";
  const held =
    assertions.length === 0
      ? "Nothing was expected."
      : broken.length === 0
        ? `All ${assertions.length} expectations held.`
        : `${broken.length} of ${assertions.length} expectations broke.`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(scenario.name)}: fleet report</title>
<link rel="icon" href="data:,">
<style>${style}${reportStyle}</style>
<h1>${escapeHtml(scenario.name)} <span class="tag">simulated data</span></h1>
<p class="soft">${escapeHtml(startedAt.slice(0, 19).replace("T", " "))} UTC · ${escapeHtml(broker)} · seed ${seed} · run ${run}${shardText(manifest)}</p>
${scenario.description === undefined ? "" : `<p>${escapeHtml(scenario.description)}</p>`}
<p class="verdict${tone}"><b>${held}</b> ${escapeHtml(verdict.sentence)}</p>
<div class="figures">${figures(result).map(figure).join("")}</div>
${assertions.length > 0 ? expectations(outcome) : ""}
<div class="plots">${plots.map(({ id, title }) => `<section><h2>${escapeHtml(title)}</h2><div class="plot" id="${id}"></div></section>`).join("\n")}</div>
${latencyTable(outcome)}
${streetTable(outcome)}
${phaseTable(outcome)}
${earlier ? comparison(earlier, outcome) : ""}
<section><details><summary>To make this run again</summary><pre>${escapeHtml(JSON.stringify(manifest, undefined, 2))}</pre></details></section>
<script type="application/json" id="data">${JSON.stringify(plots).replaceAll("<", "\\u003c")}</script>
<script>${script}</script>
<script>${reportScript}</script>
</html>
`;
}

function figures(result: ScenarioResult["result"]): readonly (readonly [string, string])[] {
  const { latency, connect, usage, arrivals, sent } = result;
  const times = latency.arrivedFromDue ?? latency.acknowledgedFromDue;
  return [
    [number(result.sentPerSecond), "messages a second"],
    [number(sent), "messages sent"],
    [times ? ms(times.p50Ms) : "–", "median from due"],
    [times ? ms(times.p99Ms) : "–", "p99 from due"],
    [arrivals ? number(arrivals.lost) : "–", "lost"],
    [percent(rateHeldOf(result)), "of what was due, in time"],
    [`${number(connect.connected)} of ${number(connect.clients)}`, "connected"],
    [number(connect.lost), "connections broke"],
    [`${(100 * usage.cpuShare).toFixed(0)} %`, "of a core, this tool"],
  ];
}

function figure([value, label]: readonly [string, string]): string {
  return `<div class="figure"><b>${escapeHtml(value)}</b><span>${escapeHtml(label)}</span></div>`;
}

function expectations({ assertions }: ScenarioResult): string {
  const rows = assertions.map(({ name, expected, actual, holds }) => [
    escapeHtml(name),
    escapeHtml(expected),
    actual === undefined ? "not measured" : name.endsWith("Ms") ? ms(actual) : number(actual),
    holds ? `<span class="good">held</span>` : `<span class="bad-text">broke</span>`,
  ]);
  return table("Expectations", ["what", "expected", "was", ""], rows);
}

function latencyTable({ result }: ScenarioResult): string {
  const { latency, lateness, connect } = result;
  const names = {
    arrivedFromDue: "until arrived, from due",
    arrivedFromSend: "until arrived, from send",
    acknowledgedFromDue: "until acknowledged, from due",
    acknowledgedFromSend: "until acknowledged, from send",
  } as const;
  const measured = (Object.keys(names) as (keyof typeof names)[]).flatMap((name) =>
    latency[name] ? [row(names[name], latency[name])] : [],
  );
  const own = lateness ? [row("this tool's own lateness", lateness)] : [];
  const connecting = connect.latency ? [row("until CONNACK", connect.latency)] : [];
  const head = ["", "count", "p50", "p90", "p99", "p99.9", "highest"];
  return table("Latencies", head, [...measured, ...own, ...connecting]);
}

function row(
  name: string,
  { count, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencySummary,
): string[] {
  return [name, number(count), ...[p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(ms)];
}

function streetTable({ result }: ScenarioResult): string {
  const head = [
    "street",
    "QoS",
    "nodes",
    "due",
    "sent",
    "missed",
    "held back",
    "unacknowledged",
    "arrived",
    "lost",
    "twice",
    "out of order",
  ];
  const rows = result.streets.map((street) => [
    escapeHtml(street.name),
    String(street.qos),
    number(street.nodes),
    ...countCells(street),
  ]);
  return table("Streets", head, rows);
}

function countCells({
  due,
  sent,
  missed,
  heldBack,
  unacknowledged,
  arrivals,
}: MessageCounts): string[] {
  const { received, lost, duplicates, outOfOrder } = arrivals ?? {};
  return [due, sent, missed, heldBack, unacknowledged, received, lost, duplicates, outOfOrder].map(
    (value) => (value === undefined ? "–" : number(value)),
  );
}

function phaseTable({ result }: ScenarioResult): string {
  const head = ["phase", "from", "for", "sent", "p50", "p99", "highest"];
  const rows = result.phases.map(({ name, startMs, durationMs, sent, latency }) => [
    escapeHtml(name),
    `${number(startMs / 1000)} s`,
    `${number(durationMs / 1000)} s`,
    number(sent),
    ...[latency?.p50Ms, latency?.p99Ms, latency?.maxMs].map((value) =>
      value === undefined ? "–" : ms(value),
    ),
  ]);
  return table("Phases", head, rows);
}

function comparison(earlier: ScenarioResult, outcome: ScenarioResult): string {
  const rows = compareRuns(earlier, outcome).map(({ name, unit, before, after, ratio }) => [
    escapeHtml(name),
    ...[before, after].map((value) =>
      value === undefined ? "–" : `${number(value)}${unit && ` ${unit}`}`,
    ),
    ratio === undefined ? "" : `× ${ratio.toFixed(2)}`,
  ]);
  const title = `Beside the run of ${earlier.manifest.startedAt.slice(0, 19)}`;
  return table(title, ["", "earlier", "this run", ""], rows);
}

/** @param rows - cells of HTML */
function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) return "";
  const cells = (name: "th" | "td", all: readonly string[]) =>
    `<tr>${all.map((cell) => `<${name}>${cell}</${name}>`).join("")}</tr>`;
  return `<section><h2>${escapeHtml(title)}</h2><div class="scroll"><table>${cells("th", head)}${rows.map((one) => cells("td", one)).join("")}</table></div></section>`;
}

function shardText({ shard }: ScenarioResult["manifest"]): string {
  return shard.count > 1 ? ` · shard ${shard.index + 1} of ${shard.count}` : "";
}

function ms(value: number): string {
  return `${number(value)} ms`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "–" : `${Number((100 * share).toFixed(2))} %`;
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
