import type {
  BridgeStatus,
  ControlView,
  FieldHistory,
  NodeView,
  TrendPoint,
} from "@bollard/bridge";

const START_MS = Date.parse("2026-11-24T05:12:43.000Z");
const SPOOL_BYTES = 48_000_000;
const ENTRY_BYTES = 31;
const STALE_AFTER_S = 10;
const SQUARE = { longitude: -2.0946, latitude: 57.1437 };
const METRES_PER_DEGREE = 111_320;

/** Streets of a made-up town: name, then corners in metres east and north of the square. */
const roads: readonly [string, ...[number, number][]][] = [
  ["market-street", [-520, -60], [-180, -20], [180, 15], [560, 70]],
  ["harbour-street", [60, -480], [40, -160], [-10, 140], [-40, 470]],
  ["castle-road", [-430, 330], [-190, 210], [60, 190], [330, 260]],
  ["mill-lane", [-380, -330], [-140, -230], [140, -215], [420, -290]],
  ["school-road", [-300, 290], [-290, 60], [-250, -140], [-260, -330]],
  ["river-walk", [-560, -420], [-220, -400], [120, -440], [520, -390]],
];

const fields = [
  { name: "pm25", title: "PM2.5", unit: "µg/m³", decimals: 2, base: 4.2, swing: 2.4, noise: 0.9 },
  { name: "pm10", title: "PM10", unit: "µg/m³", decimals: 2, base: 9.1, swing: 4.1, noise: 1.6 },
  {
    name: "temperature",
    title: "Temperature",
    unit: "°C",
    decimals: 2,
    base: 6.9,
    swing: 1.8,
    noise: 0.05,
  },
  {
    name: "humidity",
    title: "Relative humidity",
    unit: "%",
    decimals: 2,
    base: 74,
    swing: 6,
    noise: 0.3,
  },
  {
    name: "pressure",
    title: "Pressure",
    unit: "Pa",
    decimals: 0,
    base: 102_235,
    swing: 60,
    noise: 3,
  },
] as const;

interface FixtureNode {
  readonly name: string;
  readonly source: "cable" | "street";
  readonly position: readonly [number, number] | undefined;
  /** Spans of seconds since the start in which it said nothing. */
  readonly silences: readonly (readonly [from: number, to: number])[];
}

/** A street whose values are a function of the second, so every run shows the same. */
export class FixtureStreet {
  readonly #nodes: readonly FixtureNode[];
  readonly #cut = { city: false, cable: false };
  #second = 0;
  #produced = 486_820;
  #held = 0;
  #atNodes = 0;
  #cableCutAt = Number.POSITIVE_INFINITY;
  /** A last word on the status, for the states a street seldom is in. */
  change: (status: BridgeStatus) => BridgeStatus = (status) => status;

  constructor(count = 202) {
    this.#nodes = Array.from({ length: count }, (_, index) => nodeAt(index, count));
  }

  /** One second passes: each node reports once, and the sinks take what they can. */
  tick(): void {
    this.#second++;
    const speaking = this.#nodes.filter((node) => !isSilent(node, this.#second));
    const cabled = speaking.filter(({ source }) => source === "cable").length;
    this.#produced += speaking.length;
    if (this.#cut.cable) this.#atNodes += cabled;
    else {
      this.#held += this.#atNodes;
      this.#atNodes = 0;
    }
    if (this.#cut.city) this.#held += speaking.length - (this.#cut.cable ? cabled : 0);
    else this.#held = Math.max(0, this.#held - 900);
  }

  controls(): ControlView[] {
    const { city, cable } = this.#cut;
    return [
      {
        id: "city",
        label: city ? "Join the city broker again" : "Cut the city broker",
        active: city,
      },
      {
        id: "cable",
        label: cable ? "Join the serial cable again" : "Cut the serial cable",
        active: cable,
      },
    ];
  }

  /** Presses a button; false for one there is not. */
  press(id: string): boolean {
    if (id !== "city" && id !== "cable") return false;
    this.#cut[id] = !this.#cut[id];
    if (id === "cable")
      this.#cableCutAt = this.#cut.cable ? this.#second : Number.POSITIVE_INFINITY;
    return true;
  }

  status(): BridgeStatus {
    const { city, cable } = this.#cut;
    const nodes = this.nodes();
    const fresh = nodes.filter((node) => node.fresh).length;
    const held = this.#held + this.#atNodes;
    const health = city || cable ? "holding" : this.#held > 0 ? "draining" : "well";
    const rate = nodes.length === 0 ? 0 : fresh + 0.4 * Math.sin(this.#second / 3);
    return this.change({
      now: this.#iso(this.#second),
      startedAt: new Date(START_MS - 40 * 60_000).toISOString(),
      version: "0.1.0",
      health,
      summary: summaryOf(city, cable, held, nodes.length, fresh),
      nodes: { total: nodes.length, fresh, stale: nodes.length - fresh },
      rates: {
        readingsIn: rate,
        readingsOut: city ? 0 : this.#held > 0 ? 900 : rate,
      },
      bytes: { payloadPerReading: 24.1, jsonPerReading: 96.4 },
      spool: {
        entries: 410_000 + this.#held,
        bytes: (410_000 + this.#held) * ENTRY_BYTES,
        maxBytes: SPOOL_BYTES,
        backlog: this.#held,
        dropped: 0,
      },
      arrivals: { duplicates: 0, conflicts: 0, withheld: 0, undecodable: 0 },
      sources: [
        {
          name: "cable",
          kind: "serial",
          state: cable ? "connecting" : "up",
          detail: cable ? "/dev/pts/4 is gone; waiting for it" : "/dev/pts/4 at 115200 baud",
          messages: 4_820 + 2 * this.#second,
          errors: 0,
        },
        {
          name: "street",
          kind: "mqtt",
          state: "up",
          detail: "mqtt://127.0.0.1:1883, bollard/+/up",
          messages: 482_000 + 200 * this.#second,
          errors: 0,
        },
      ],
      sinks: [
        {
          name: "city",
          kind: "mqtt",
          state: city ? "down" : "up",
          detail: city
            ? "mqtt://127.0.0.1:1884 refuses the connection; next try in 2 s"
            : "mqtt://127.0.0.1:1884, street/…",
          messages: this.#produced - held,
          errors: city ? 3 : 0,
          backlog: this.#held,
          dropped: 0,
        },
      ],
      delivery: {
        produced: this.#produced,
        delivered: this.#produced - held,
        duplicated: 0,
        lost: 0,
        held,
        latencyMs: { p50: 41, p99: 1_180 },
      },
      notice:
        "Readings replayed from sensor.community, sensors 15092 and 15093, under the ODbL 1.0; the town is made up.",
    });
  }

  /** Two quiet minutes before. */
  trend(): TrendPoint[] {
    return Array.from({ length: 120 }, (_, index) => ({
      timeMs: START_MS + (index - 120) * 1_000,
      readingsIn: 200,
      readingsOut: 200 + 8 * Math.sin(index / 7),
      backlog: 60 + 40 * Math.sin(index / 11),
    }));
  }

  nodes(): NodeView[] {
    return this.#nodes.map((node) => this.#view(node));
  }

  /** `undefined` for a node or a field there is not. */
  history(name: string, field: string, seconds: number): FieldHistory | undefined {
    const index = this.#nodes.findIndex((node) => node.name === name);
    const node = this.#nodes[index];
    const kind = fields.find((known) => known.name === field);
    if (!node || !kind) return undefined;
    const times: number[] = [];
    const values: number[] = [];
    for (let second = this.#second - seconds; second <= this.#second; second++) {
      if (isSilent(node, second) || this.#isCutOff(node, second)) continue;
      times.push(START_MS / 1000 + second);
      values.push(valueAt(index, kind, second));
    }
    return { node: name, field, unit: kind.unit, times, values };
  }

  #isCutOff(node: FixtureNode, second: number): boolean {
    return node.source === "cable" && second > this.#cableCutAt;
  }

  #view(node: FixtureNode): NodeView {
    const index = this.#nodes.indexOf(node);
    let heard = this.#second;
    while (isSilent(node, heard) || this.#isCutOff(node, heard)) heard--;
    return {
      name: node.name,
      id: `air-${String(index + 1).padStart(4, "0")}`,
      schema: "street-air",
      source: node.source,
      ...(node.position ? { position: node.position } : {}),
      observedAt: this.#iso(heard),
      arrivedAt: this.#iso(heard, 40),
      clock: "synchronised",
      signal: { rssiDbm: -97 - index, snrDb: 7.2, gateways: 3 },
      firstSeenAt: new Date(START_MS - 40 * 60_000).toISOString(),
      fresh: this.#second - heard < STALE_AFTER_S,
      readings: 2_410 + heard,
      values: fields.map((field) => ({
        name: field.name,
        title: field.title,
        unit: field.unit,
        decimals: field.decimals,
        // One sensor is broken: its dust values are missing.
        value: index === 12 && field.name.startsWith("pm") ? null : valueAt(index, field, heard),
      })),
    };
  }

  #iso(second: number, ms = 0): string {
    return new Date(START_MS + second * 1000 + ms).toISOString();
  }
}

function summaryOf(
  city: boolean,
  cable: boolean,
  held: number,
  total: number,
  fresh: number,
): string {
  const count = held.toLocaleString("en");
  if (city) return `The city broker is away; ${count} readings are held.`;
  if (cable) return `The serial cable is cut; its nodes hold ${count} readings.`;
  if (held > 0) return `The city broker is back; ${count} readings are still on their way.`;
  if (total === 0) return "The bridge runs and waits for its first node.";
  return `${fresh} of ${total} nodes report, and all they produced has arrived.`;
}

function nodeAt(index: number, count: number): FixtureNode {
  const road = roads[index % roads.length] ?? roads[0];
  const number = Math.floor(index / roads.length);
  const share = (number + 0.5) / Math.ceil(count / roads.length);
  const [name, ...corners] = road ?? ["street", [0, 0]];
  const [east, north] = alongRoad(corners, share);
  const side = number % 2 === 0 ? 8 : -8;
  return {
    name: `${name}-${number + 1}`,
    source: index < 2 ? "cable" : "street",
    position: index === 77 ? undefined : toDegrees(east + side, north - side),
    silences: index === 40 || index === 133 ? [[-260, 1e9]] : index % 17 === 6 ? [[-140, -95]] : [],
  };
}

function alongRoad(corners: readonly [number, number][], share: number): [number, number] {
  const at = share * (corners.length - 1);
  const [from = [0, 0], to = from] = corners.slice(Math.floor(at));
  const part = at - Math.floor(at);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function toDegrees(east: number, north: number): [number, number] {
  const shrink = Math.cos((SQUARE.latitude * Math.PI) / 180);
  return [
    SQUARE.longitude + east / (METRES_PER_DEGREE * shrink),
    SQUARE.latitude + north / METRES_PER_DEGREE,
  ];
}

function isSilent(node: FixtureNode, second: number): boolean {
  return node.silences.some(([from, to]) => second > from && second < to);
}

function valueAt(index: number, field: (typeof fields)[number], second: number): number {
  const place = Math.sin(index * 1.7) + Math.sin(index * 0.31);
  const drift = Math.sin(second / 210 + index / 40) + 0.5 * Math.sin(second / 61 + index);
  const noise = hash(index * 7919 + second) - 0.5;
  const value = field.base + field.swing * (0.55 * place + 0.4 * drift) + field.noise * noise;
  return Number(Math.max(0, value).toFixed(field.decimals));
}

function hash(seed: number): number {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}
