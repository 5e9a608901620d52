import { Counter, Gauge, Registry } from "prom-client";
import type { BridgeStatus } from "../page/api-types.js";
import type { LinkView, SpoolView, WaitingView } from "../page/detail-types.js";
import type { ReadCounts } from "./read/read-counts.js";

/** Where the figures come from: what status and API show too. */
export interface MetricsSources {
  readonly status: () => BridgeStatus;
  readonly spool: () => SpoolView;
  readonly links: () => readonly LinkView[];
  readonly waiting: () => readonly WaitingView[];
  /** Of the read API; undefined where there is none. */
  readonly reads?: ReadCounts | undefined;
}

/** Figures for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** The figures as they are now. */
  text(): Promise<string>;
}

/** One family of figures, read anew each time. */
interface Family {
  readonly kind: "gauge" | "counter";
  /** After `bollard_`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: (now: Now) => readonly Sample[];
}

interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Now {
  readonly status: BridgeStatus;
  readonly spool: SpoolView;
  readonly links: readonly LinkView[];
  readonly waiting: readonly WaitingView[];
  readonly reads: ReadCounts | undefined;
}

/** Each figure is one that the status or the API shows too; names start with `bollard_`. */
export function bridgeMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  const metrics = families.map((family) => {
    const Kind = family.kind === "gauge" ? Gauge : Counter;
    const { name, help, labels = [] } = family;
    const registers = [registry];
    return {
      family,
      metric: new Kind({ name: `bollard_${name}`, help, labelNames: [...labels], registers }),
    };
  });
  return {
    contentType: registry.contentType,
    text: () => {
      const now = {
        status: sources.status(),
        spool: sources.spool(),
        links: sources.links(),
        waiting: sources.waiting(),
        reads: sources.reads,
      };
      for (const { family, metric } of metrics) {
        metric.reset();
        for (const { value, labels = {} } of family.read(now)) metric.inc(labels, value);
      }
      return registry.metrics();
    },
  };
}

const one = (value: number): Sample[] => [{ value }];
const END = ["kind", "name"];
const LINK = ["port", "source"];

const ofSources = (read: (source: BridgeStatus["sources"][number]) => number) => (now: Now) =>
  now.status.sources.map((source) => ({
    value: read(source),
    labels: { kind: source.kind, name: source.name },
  }));

const ofSinks =
  (read: (sink: BridgeStatus["sinks"][number], now: Now) => number | undefined) => (now: Now) =>
    now.status.sinks.flatMap((sink) => {
      const value = read(sink, now);
      return value === undefined ? [] : [{ value, labels: { kind: sink.kind, name: sink.name } }];
    });

const ofLinks = (read: (link: NonNullable<LinkView["link"]>) => number | undefined) => (now: Now) =>
  now.links.flatMap(({ port, source, link }) => {
    const value = link && read(link);
    return value === undefined ? [] : [{ value, labels: { port, source } }];
  });

const isUp = ({ state }: { readonly state: string }) => (state === "up" ? 1 : 0);
const secondsSince = (time: string | undefined, { status }: Now) =>
  time === undefined ? undefined : (Date.parse(status.now) - Date.parse(time)) / 1000;

const families: readonly Family[] = [
  {
    ...{ kind: "gauge", name: "healthy", help: "1 while what arrives can be kept" },
    read: ({ status }) => one(status.health === "failing" ? 0 : 1),
  },
  {
    ...{ kind: "gauge", name: "alarms", help: "Alarms that stand", labels: ["code"] },
    read: ({ status }) =>
      [...new Set(status.alarms?.map(({ code }) => code))].map((code) => ({
        value: status.alarms?.filter((alarm) => alarm.code === code).length ?? 0,
        labels: { code },
      })),
  },
  {
    ...{ kind: "gauge", name: "nodes", help: "Nodes seen, by freshness", labels: ["state"] },
    read: ({ status: { nodes } }) => [
      { value: nodes.fresh, labels: { state: "fresh" } },
      { value: nodes.stale, labels: { state: "stale" } },
    ],
  },
  {
    ...{ kind: "gauge", name: "readings_in_per_second", help: "Over the last 10 s" },
    read: ({ status }) => one(status.rates.readingsIn),
  },
  {
    ...{ kind: "gauge", name: "readings_out_per_second", help: "Over the last 10 s" },
    read: ({ status }) => one(status.rates.readingsOut),
  },
  {
    ...{ kind: "counter", name: "duplicates_total", help: "Messages that came twice, kept once" },
    read: ({ status }) => one(status.arrivals.duplicates),
  },
  {
    kind: "counter",
    name: "conflicts_total",
    help: "Messages whose key had other bytes before, kept in a session of their own",
    read: ({ status }) => one(status.arrivals.conflicts),
  },
  {
    kind: "counter",
    name: "withheld_total",
    help: "Messages not kept, since a field that must not come to the disk could not be taken out",
    read: ({ status }) => one(status.arrivals.withheld),
  },
  {
    kind: "counter",
    name: "undecodable_total",
    help: "Messages kept whose payload does not fit its schema",
    read: ({ status }) => one(status.arrivals.undecodable),
  },
  {
    kind: "gauge",
    name: "held_messages",
    help: "Messages held for want of a node, a schema or a mapping",
    labels: ["reason"],
    read: ({ waiting }) =>
      (["unknown-node", "unknown-schema", "unmapped"] as const).map((reason) => ({
        value: waiting
          .filter((group) => group.reason === reason)
          .reduce((sum, { messages }) => sum + messages, 0),
        labels: { reason },
      })),
  },
  {
    ...{ kind: "gauge", name: "spool_ok", help: "1 while the disk takes entries" },
    read: ({ spool }) => one(spool.state === "ok" ? 1 : 0),
  },
  {
    ...{ kind: "gauge", name: "spool_entries", help: "Entries kept" },
    read: ({ spool }) => one(Math.max(0, spool.last - spool.oldest + 1)),
  },
  {
    ...{ kind: "gauge", name: "spool_pending_bytes", help: "Bytes that wait for the disk" },
    read: ({ spool }) => one(spool.pendingBytes),
  },
  {
    kind: "gauge",
    name: "spool_backlog_bytes",
    help: "Bytes that some sink has not had, and what happens at the bound",
    labels: ["policy"],
    read: ({ spool }) => [{ value: spool.backlog.bytes, labels: { policy: spool.whenFull } }],
  },
  {
    ...{ kind: "gauge", name: "spool_backlog_max_bytes", help: "Bound of the backlog" },
    read: ({ spool }) => one(spool.backlog.maxBytes),
  },
  {
    ...{
      kind: "gauge",
      name: "spool_backlog_entries",
      help: "Entries the slowest sink has not had",
    },
    read: ({ status }) => one(status.spool.backlog),
  },
  {
    ...{ kind: "gauge", name: "spool_history_bytes", help: "Bytes that every sink has had" },
    read: ({ spool }) => one(spool.history.bytes),
  },
  {
    ...{ kind: "gauge", name: "spool_history_max_bytes", help: "Bound of the history" },
    read: ({ spool }) => one(spool.history.maxBytes),
  },
  {
    ...{ kind: "counter", name: "spool_appended_total", help: "Entries taken" },
    read: ({ spool }) => one(spool.appended),
  },
  {
    ...{ kind: "counter", name: "spool_refused_total", help: "Entries refused: not acknowledged" },
    read: ({ spool }) => one(spool.refused),
  },
  {
    kind: "counter",
    name: "spool_written_bytes_total",
    help: "Bytes handed to the disk, by what for: its wear",
    labels: ["what"],
    read: ({ spool: { written } }) =>
      (["entries", "prepared", "cursors", "indexes"] as const).map((what) => ({
        value: written[what],
        labels: { what },
      })),
  },
  {
    ...{ kind: "counter", name: "spool_syncs_total", help: "Times the disk was waited for" },
    read: ({ spool }) => one(spool.written.syncs),
  },
  {
    ...{ kind: "gauge", name: "source_up", help: "1 while it is connected", labels: END },
    read: ofSources(isUp),
  },
  {
    ...{ kind: "counter", name: "source_messages_total", help: "Messages taken", labels: END },
    read: ofSources(({ messages }) => messages),
  },
  {
    kind: "counter",
    name: "source_errors_total",
    help: "Messages or frames refused",
    labels: END,
    read: ofSources(({ errors }) => errors),
  },
  {
    kind: "gauge",
    name: "source_last_error_age_seconds",
    help: "Since something went wrong last; absent where nothing has",
    labels: END,
    read: (now) =>
      now.status.sources.flatMap(({ kind, name, lastError }) => {
        const value = secondsSince(lastError?.at, now);
        return value === undefined ? [] : [{ value, labels: { kind, name } }];
      }),
  },
  {
    ...{ kind: "gauge", name: "sink_up", help: "1 while it is connected", labels: END },
    read: ofSinks(isUp),
  },
  {
    kind: "counter",
    name: "sink_messages_total",
    help: "Messages that the far end acknowledged",
    labels: END,
    read: ofSinks(({ messages }) => messages),
  },
  {
    kind: "counter",
    name: "sink_errors_total",
    help: "Messages refused and left out",
    labels: END,
    read: ofSinks(({ errors }) => errors),
  },
  {
    ...{ kind: "gauge", name: "sink_backlog_entries", help: "Entries not delivered", labels: END },
    read: ofSinks(({ backlog }) => backlog),
  },
  {
    kind: "gauge",
    name: "sink_lag_seconds",
    help: "Age of the oldest entry on its way",
    labels: END,
    read: ofSinks(({ oldestAt }, now) => secondsSince(oldestAt, now) ?? 0),
  },
  {
    kind: "gauge",
    name: "sink_last_error_age_seconds",
    help: "Since something went wrong last; absent where nothing has",
    labels: END,
    read: ofSinks(({ lastError }, now) => secondsSince(lastError?.at, now)),
  },
  {
    kind: "counter",
    name: "sink_lost_total",
    help: "Entries it will never get, by why",
    labels: ["cursor", "reason"],
    read: ({ spool }) =>
      spool.cursors.flatMap(({ name, lost }) =>
        Object.entries(lost).map(([reason, value]) => ({
          value,
          labels: { cursor: name, reason },
        })),
      ),
  },
  {
    ...{ kind: "counter", name: "link_frames_total", help: "Good frames", labels: LINK },
    read: ofLinks(({ frames }) => frames),
  },
  {
    kind: "gauge",
    name: "link_round_trip_seconds",
    help: "How long an answer of the node takes; absent before the first",
    labels: LINK,
    read: ofLinks(({ roundTripMs }) =>
      roundTripMs === undefined ? undefined : roundTripMs / 1000,
    ),
  },
  {
    kind: "counter",
    name: "link_bad_frames_total",
    help: "Pieces that were no frame or had a wrong CRC",
    labels: LINK,
    read: ofLinks(({ badFrames }) => badFrames),
  },
  {
    kind: "counter",
    name: "link_repeated_total",
    help: "Messages that came once more",
    labels: LINK,
    read: ofLinks(({ repeated }) => repeated),
  },
  {
    kind: "counter",
    name: "link_given_up_total",
    help: "Messages that the node gave up",
    labels: LINK,
    read: ofLinks(({ givenUp }) => givenUp),
  },
  {
    kind: "gauge",
    name: "link_waiting",
    help: "Messages not on the disk yet",
    labels: LINK,
    read: ofLinks(({ waiting }) => waiting),
  },
  {
    kind: "counter",
    name: "link_unsent_total",
    help: "Frames dropped at the bound of the port's write queue",
    labels: LINK,
    read: ofLinks(({ unsent }) => unsent),
  },
  {
    kind: "counter",
    name: "read_requests_total",
    help: "Requests to the read API, by what came of them",
    labels: ["outcome"],
    read: ({ reads }) =>
      Object.entries(reads ?? {}).map(([outcome, value]) => ({ value, labels: { outcome } })),
  },
];
