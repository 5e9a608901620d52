import type { SpoolStats } from "@bollard/spool";
import type { Alarm } from "./alarms.js";
import type {
  AlarmView,
  BridgeStatus,
  DeliveryStatus,
  EndStatus,
  SinkStatus,
} from "./page/api-types.js";
import { partsOfDetail } from "./schema-references.js";
import type { SetAsideGroup } from "./set-aside-log.js";
import type { ViewTotals } from "./view/entity-view.js";

/** What the status is made of. */
export interface StatusParts {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  readonly startedMs: number;
  readonly version: string;
  readonly spool: Pick<SpoolStats, "state" | "error" | "oldest" | "last" | "usedBytes">;
  readonly maxBytes: number;
  readonly arrivals: BridgeStatus["arrivals"];
  readonly sources: readonly EndStatus[];
  readonly sinks: readonly SinkStatus[];
  readonly nodes: BridgeStatus["nodes"];
  readonly rates: BridgeStatus["rates"];
  readonly totals: ViewTotals;
  readonly alarms: readonly Alarm[];
  readonly setAside: readonly SetAsideGroup[];
  readonly delivery?: DeliveryStatus | undefined;
  readonly notice?: string | undefined;
}

/** Behind by less than this, or by what comes in within 3 s, is the usual coming and going. */
const USUAL_BACKLOG = 100;
const USUAL_SECONDS = 3;

/** The bridge in figures, and in one sentence for a person. */
export function buildStatus(parts: StatusParts): BridgeStatus {
  const { spool, sinks, totals } = parts;
  const health = healthOf(parts);
  const perReading = (bytes: number) => (totals.readings === 0 ? 0 : bytes / totals.readings);
  return {
    now: new Date(parts.nowMs).toISOString(),
    startedAt: new Date(parts.startedMs).toISOString(),
    version: parts.version,
    health,
    summary: summaryOf(health, parts),
    nodes: parts.nodes,
    rates: parts.rates,
    bytes: {
      payloadPerReading: perReading(totals.payloadBytes),
      jsonPerReading: perReading(totals.jsonBytes),
    },
    spool: {
      entries: Math.max(0, spool.last - spool.oldest + 1),
      bytes: spool.usedBytes,
      maxBytes: parts.maxBytes,
      backlog: backlogOf(sinks),
      dropped: sinks.reduce((most, { dropped }) => Math.max(most, dropped), 0),
    },
    arrivals: parts.arrivals,
    sources: parts.sources,
    sinks,
    alarms: [...parts.alarms.map(toAlarmView), ...parts.setAside.map(toHeldView)],
    ...(parts.delivery && { delivery: parts.delivery }),
    ...(parts.notice !== undefined && { notice: parts.notice }),
  };
}

function backlogOf(sinks: readonly SinkStatus[]): number {
  return sinks.reduce((most, { backlog }) => Math.max(most, backlog), 0);
}

/** What stands at the far end. */
const NOUNS: Record<EndStatus["kind"], string> = {
  ...{ serial: "port", mqtt: "broker", "ngsi-ld": "broker" },
  ...{ webhook: "webhook", ldes: "event stream" },
  ...{ "iot-agent": "IoT Agent", os2iot: "OS2iot", thingsboard: "ThingsBoard" },
  ...{ sparkplug: "Sparkplug host", frost: "SensorThings server" },
};

function healthOf({ spool, sinks, rates }: StatusParts): BridgeStatus["health"] {
  if (spool.state !== "ok") return "failing";
  if (sinks.some(({ state }) => state === "down")) return "holding";
  const usual = Math.max(USUAL_BACKLOG, rates.readingsIn * USUAL_SECONDS);
  return backlogOf(sinks) > usual ? "draining" : "well";
}

function summaryOf(health: BridgeStatus["health"], parts: StatusParts): string {
  const { spool, sinks, sources, nodes, rates } = parts;
  const backlog = backlogOf(sinks);
  if (spool.state === "full") {
    return `The spool is full: nothing more is taken; ${messages(backlog)} held.`;
  }
  if (health === "failing") {
    return `The disk refuses: nothing new is taken. ${spool.error?.message ?? ""}`.trim();
  }
  if (health === "holding") {
    const away = sinks.filter(({ state }) => state === "down");
    const [first] = away;
    const who =
      first && away.length === 1
        ? `The ${first.name} ${NOUNS[first.kind]} is`
        : `${away.map(({ name }) => name).join(" and ")} are`;
    return `${who} away; ${messages(backlog)} held.`;
  }
  if (health === "draining") return `Catching up: ${messages(backlog)} held.`;
  const gone = sources.filter(({ state }) => state === "down");
  if (gone.length > 0) {
    const [first] = gone;
    const others = gone.length > 1 ? ` and ${gone.length - 1} more` : "";
    return `All that arrives is delivered; ${first?.name}${others} cannot be reached.`;
  }
  if (nodes.total === 0) return "Waiting for the first reading.";
  const rate = rates.readingsIn >= 10 ? rates.readingsIn.toFixed(0) : rates.readingsIn.toFixed(1);
  return `All is well: ${count(nodes.total, "node")}, ${rate} readings a second.`;
}

function messages(number: number): string {
  return `${count(number, "message")} ${number === 1 ? "is" : "are"}`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}

function toAlarmView(alarm: Alarm): AlarmView {
  return {
    code: alarm.code,
    place: alarm.place,
    message: alarm.message,
    since: new Date(alarm.firstMs).toISOString(),
    count: alarm.count,
  };
}

const HELD: Readonly<
  Record<
    SetAsideGroup["reason"],
    { readonly code: string; readonly tell: (detail: string) => string }
  >
> = {
  "unknown-node": {
    code: "NODE_UNKNOWN",
    tell: (detail) => `The node ${detail} is not in the registry: its messages are held.`,
  },
  "unknown-schema": {
    code: "SCHEMA_UNKNOWN",
    tell: (detail) => `${missingSchema(detail)}: its messages are held.`,
  },
  unmapped: {
    code: "MAPPING_UNFIT",
    tell: (detail) =>
      `Messages do not fit the mapping ${detail.replace(/#.*$/, "")}: they are held until it is mended.`,
  },
};

/** What is held for want of a registry entry, a schema or a mapping is for a person to put right. */
function toHeldView({ reason, detail, count }: SetAsideGroup): AlarmView {
  const { code, tell } = HELD[reason];
  return { code, place: detail, message: tell(detail), count };
}

function missingSchema(detail: string): string {
  const { reference, layout, node } = partsOfDetail(detail);
  if (node !== undefined) return `The node ${node} does not speak ${reference}, says the registry`;
  const of = layout === undefined ? "" : ` in the layout ${layout}`;
  return /^\d+$/.test(reference)
    ? `No schema with the id ${reference}${of} is configured`
    : `No schema${of} is configured for ${reference}`;
}
