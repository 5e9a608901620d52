/**
 * What the page and other programs read from the bridge's HTTP server, below `/api/v1`.
 *
 * `GET status`, `GET trend`, `GET nodes`, `GET nodes/{name}/history?field=&seconds=`, `GET controls`,
 * `POST controls/{id}`, and `GET events`: server-sent events `status` (each second), `nodes`
 * (at most twice a second, only the nodes that changed) and `controls` (when one changed).
 */
export interface BridgeStatus {
  /** ISO 8601 UTC. */
  readonly now: string;
  readonly startedAt: string;
  readonly version: string;
  /** `draining`: catching up; `holding`: a sink is away; `failing`: data cannot be kept. */
  readonly health: "well" | "draining" | "holding" | "failing";
  /** One sentence for a person, such as "The city broker is away; 1,204 readings are held." */
  readonly summary: string;
  readonly nodes: { readonly total: number; readonly fresh: number; readonly stale: number };
  readonly rates: {
    /** Readings per second over the last 10 s. */
    readonly readingsIn: number;
    readonly readingsOut: number;
  };
  readonly bytes: {
    /** Mean over all readings since the start: the payload as it came, and the same as JSON. */
    readonly payloadPerReading: number;
    readonly jsonPerReading: number;
  };
  readonly spool: {
    readonly entries: number;
    readonly bytes: number;
    readonly maxBytes: number;
    /** Entries appended and not yet delivered by the slowest sink. */
    readonly backlog: number;
    readonly dropped: number;
  };
  /** Messages that came in and were not kept as they came, since the start. */
  readonly arrivals: ArrivalCounts;
  readonly sources: readonly EndStatus[];
  readonly sinks: readonly SinkStatus[];
  /** Shown where a checker at the far end reports: counted there by key. */
  readonly delivery?: DeliveryStatus;
  /** What a person should look at. The newest first; empty when all is well. */
  readonly alarms?: readonly AlarmView[];
  /** Shown at the foot of the page, such as the attribution a data licence asks for. Plain text. */
  readonly notice?: string;
}

export interface ArrivalCounts {
  /** Those that came once more, and are kept once. */
  readonly duplicates: number;
  /** Those whose key had other bytes before: kept in a session of their own. */
  readonly conflicts: number;
  /** Those not kept, since what must not come to the disk could not be taken out of them. */
  readonly withheld: number;
  /** Those kept whose payload does not fit its schema. */
  readonly undecodable: number;
}

export interface AlarmView {
  /** Stable, such as `NODE_ID_TWICE`. */
  readonly code: string;
  /** What it is about, such as a node's id. */
  readonly place: string;
  readonly message: string;
  /** ISO 8601 UTC; absent for what has stood since before the start. */
  readonly since?: string;
  /** How often it happened, or how many messages it is about. */
  readonly count: number;
}

export interface EndStatus {
  readonly name: string;
  readonly kind:
    | "serial"
    | "mqtt"
    | "ngsi-ld"
    | "webhook"
    | "ldes"
    | "iot-agent"
    | "os2iot"
    | "thingsboard"
    | "sparkplug"
    | "frost";
  readonly state: "up" | "down" | "connecting";
  /** Why it is down, or where it goes. */
  readonly detail: string;
  readonly messages: number;
  readonly errors: number;
  /** What went wrong last, also when all is well again. */
  readonly lastError?: { readonly message: string; readonly at: string };
  /** When it is tried again, while it is down: milliseconds from the status's `now`. */
  readonly retryInMs?: number;
}

export interface SinkStatus extends EndStatus {
  readonly backlog: number;
  readonly dropped: number;
  /** Arrival of the oldest entry under way to it, ISO 8601 UTC; absent when there is none. */
  readonly oldestAt?: string;
}

export interface DeliveryStatus {
  readonly produced: number;
  readonly delivered: number;
  readonly duplicated: number;
  /** Produced, not delivered, and held neither by a node nor by the bridge any more. */
  readonly lost: number;
  /** Produced and still on its way: in a node's memory, on the link or in the spool. */
  readonly held: number;
  readonly latencyMs?: { readonly p50: number; readonly p99: number };
}

export interface NodeView {
  /** The owner's name. */
  readonly name: string;
  /** The node's own id. */
  readonly id: string;
  readonly schema: string;
  readonly source: string;
  /** Longitude and latitude, WGS 84 degrees. */
  readonly position?: readonly [number, number];
  /** ISO 8601 UTC of the last reading, and of its arrival. */
  readonly observedAt: string;
  readonly arrivedAt: string;
  /** How far the bridge's clock could be trusted at that arrival. */
  readonly clock: "synchronised" | "unknown" | "unset";
  /** When the node was first heard of, ISO 8601 UTC. */
  readonly firstSeenAt: string;
  /** Where the node came by radio and its network tells; since the start only. */
  readonly signal?: RadioSignal;
  readonly fresh: boolean;
  readonly readings: number;
  readonly values: readonly FieldView[];
}

/** How well a node's last message was heard by radio. */
export interface RadioSignal {
  /** At the gateway that heard it best, dBm. */
  readonly rssiDbm: number;
  /** There, dB; absent where it is not told. */
  readonly snrDb?: number;
  /** Gateways that heard it. */
  readonly gateways: number;
}

export interface FieldView {
  readonly name: string;
  readonly title: string;
  /** As a person writes it: `µg/m³`, `°C`, `%`, `Pa`. Empty for none. */
  readonly unit: string;
  readonly value: number | string | boolean | null;
  readonly decimals: number;
}

/** The figures of one moment, for the small plots of the last two minutes. */
export interface TrendPoint {
  /** The bridge's clock, in milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly readingsIn: number;
  readonly readingsOut: number;
  readonly backlog: number;
}

/** `values[i]` was observed at `times[i]`, Unix seconds; `null` is a gap. */
export interface FieldHistory {
  readonly node: string;
  readonly field: string;
  readonly unit: string;
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

/** A button on the page. Only a demonstration gives any. */
export interface ControlView {
  readonly id: string;
  /** What the button says now, such as "Cut the city broker" or "Join the city broker again". */
  readonly label: string;
  readonly active: boolean;
}
