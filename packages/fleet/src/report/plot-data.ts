import { Latency } from "../engine/latency.js";
import type { SeriesRow } from "../engine/series.js";
import type { ScenarioResult } from "../scenario/run-scenario.js";

/** One plot: columns of numbers, the first of which is x. */
export interface Plot {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly lines: readonly { readonly label: string; readonly earlier?: boolean }[];
  readonly x: {
    readonly label: string;
    readonly scale?: "log";
    /** Words for some of its values. */
    readonly names?: Readonly<Record<number, string>>;
    /** x is one in so many, and told as a percentile. */
    readonly tell?: true;
  };
  readonly y: string;
  readonly log?: boolean;
}

/** One in so many is slower: the distribution is drawn at these. */
const ONE_IN = [
  1, 1.25, 1.5, 2, 3, 4, 6, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
];
const PERCENTILES = { 1: "0 %", 10: "90 %", 100: "99 %", 1000: "99.9 %", 10000: "99.99 %" };
/** A logarithm has no place for 0, ms. */
const LEAST_MS = 0.001;

/** Everything that a report draws; with an earlier run, its course beside this one's. */
export function plotData(
  { result }: ScenarioResult,
  earlier: ScenarioResult | undefined,
): readonly Plot[] {
  const rows = result.series.filter(({ atS }) => atS >= 0);
  const time = { label: "s" };
  const at = rows.map(({ atS }) => round(atS));
  const before = (column: (row: SeriesRow) => number | undefined) =>
    sampled(earlier?.result.series ?? [], at, column);
  const isReceived = result.arrivals !== undefined;
  const counted = isReceived ? "arrived" : "acknowledged";
  const countedOf = ({ received, acknowledged }: SeriesRow) =>
    isReceived ? received : acknowledged;
  const withEarlier = <T>(items: readonly T[]) => (earlier ? items : []);
  const broker = brokerPlot(rows, at);
  return [
    {
      id: "rate",
      title: "Messages a second",
      rows: [
        at,
        perSecond(rows, ({ due }) => due),
        perSecond(rows, ({ sent }) => sent),
        perSecond(rows, countedOf),
        ...withEarlier([sampledRate(earlier?.result.series ?? [], at, ({ sent }) => sent)]),
      ],
      lines: [
        { label: "due" },
        { label: "sent" },
        { label: counted },
        ...withEarlier([{ label: "sent, earlier", earlier: true }]),
      ],
      x: time,
      y: "1/s",
    },
    {
      id: "latency",
      title: `Latency from due until ${counted}`,
      rows: [
        at,
        ...(["p50Ms", "p90Ms", "p99Ms", "maxMs"] as const).map((column) =>
          rows.map((row) => least(row[column])),
        ),
        ...withEarlier([before(({ p99Ms }) => p99Ms).map((value) => least(value ?? undefined))]),
      ],
      lines: [
        { label: "p50" },
        { label: "p90" },
        { label: "p99" },
        { label: "highest" },
        ...withEarlier([{ label: "p99, earlier", earlier: true }]),
      ],
      x: time,
      y: "ms",
      log: true,
    },
    distributionPlot(result, earlier?.result),
    {
      id: "connections",
      title: "Connections",
      rows: [at, rows.map(({ connected }) => connected), rows.map(({ broken }) => broken)],
      lines: [{ label: "up" }, { label: "broke or failed, so far" }],
      x: time,
      y: "",
    },
    {
      id: "tool",
      title: "This tool's own lateness and processor",
      rows: [
        at,
        rows.map(({ latenessP99Ms }) => latenessP99Ms ?? null),
        rows.map(({ cpuShare }) => round(100 * cpuShare)),
      ],
      lines: [{ label: "late, p99, ms" }, { label: "% of a core" }],
      x: time,
      y: "",
    },
    ...(broker ? [broker] : []),
  ];
}

function distributionPlot(
  result: ScenarioResult["result"],
  earlier: ScenarioResult["result"] | undefined,
): Plot {
  const names = result.arrivals
    ? (["arrivedFromDue", "arrivedFromSend"] as const)
    : (["acknowledgedFromDue", "acknowledgedFromSend"] as const);
  const curve = (run: ScenarioResult["result"], name: (typeof names)[number]) => {
    const latency = Latency.decode(run.histograms[name]);
    const points = ONE_IN.map((oneIn) => latency.atPercentile(100 - 100 / oneIn));
    return points.map((value, index) =>
      latency.count >= (ONE_IN[index] as number) ? least(value) : null,
    );
  };
  return {
    id: "distribution",
    title: "Distribution of the latency",
    rows: [
      ONE_IN,
      ...names.map((name) => curve(result, name)),
      ...(earlier ? [curve(earlier, names[0])] : []),
    ],
    lines: [
      { label: "from due" },
      { label: "from send" },
      ...(earlier ? [{ label: "from due, earlier", earlier: true }] : []),
    ],
    x: { label: "percentile", scale: "log", names: PERCENTILES, tell: true },
    y: "ms",
    log: true,
  };
}

/** What the broker says of itself, where it does. */
function brokerPlot(rows: readonly SeriesRow[], at: readonly number[]): Plot | undefined {
  const known = [
    ["clients/connected", "clients connected"],
    ["messages/stored", "messages stored"],
    ["load/messages/received/1min", "messages received a minute"],
    ["load/messages/sent/1min", "messages sent a minute"],
  ].filter(([name = ""]) => rows.some(({ broker }) => broker[name] !== undefined));
  if (known.length === 0) return undefined;
  return {
    id: "broker",
    title: "What the broker says of itself",
    rows: [at, ...known.map(([name = ""]) => rows.map(({ broker }) => least(broker[name])))],
    lines: known.map(([, label = ""]) => ({ label })),
    x: { label: "s" },
    y: "",
    log: true,
  };
}

function perSecond(
  rows: readonly SeriesRow[],
  column: (row: SeriesRow) => number,
): (number | null)[] {
  return rows.map((row, index) => {
    const before = rows[index - 1];
    const seconds = row.atS - (before?.atS ?? 0);
    return seconds > 0 ? round((column(row) - (before ? column(before) : 0)) / seconds) : null;
  });
}

/** Another run's values at these times. */
function sampled(
  rows: readonly SeriesRow[],
  at: readonly number[],
  column: (row: SeriesRow) => number | undefined,
): (number | null)[] {
  const bySecond = new Map(rows.map((row) => [Math.round(row.atS), column(row)]));
  return at.map((atS) => bySecond.get(Math.round(atS)) ?? null);
}

function sampledRate(
  rows: readonly SeriesRow[],
  at: readonly number[],
  column: (row: SeriesRow) => number,
): (number | null)[] {
  const rates = perSecond(rows, column);
  const bySecond = new Map(rows.map((row, index) => [Math.round(row.atS), rates[index] ?? null]));
  return at.map((atS) => bySecond.get(Math.round(atS)) ?? null);
}

function least(value: number | undefined): number | null {
  return value === undefined ? null : Math.max(LEAST_MS, round(value));
}

function round(value: number): number {
  return Number(value.toPrecision(5));
}
