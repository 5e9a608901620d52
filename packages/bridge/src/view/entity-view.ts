import { type FieldValue, measureJson } from "@bollard/payload";
import type { BridgeClock } from "../clock.js";
import type { DeliveredReading, Delivery } from "../delivery.js";
import type { Entry } from "../entry.js";
import { isNewer } from "../newest.js";
import type { FieldHistory, FieldView, NodeView } from "../page/api-types.js";
import type { RegisteredNode } from "../registry/registry.js";
import { headStartS } from "../rules/expiry.js";
import type { KnownSchema } from "../schema-set.js";
import { ReadingHistory } from "./reading-history.js";

/** How much the view holds. */
export interface EntityViewOptions {
  readonly clock: BridgeClock;
  /** Readings for each node and schema. */
  readonly historyPoints: number;
  readonly maxNodes: number;
  /** When a silent node counts as stale, ms; 0: three report intervals of its schema. */
  readonly staleAfterMs: number;
  /** When a node was heard of first, given when it was heard of now; milliseconds since the epoch. */
  readonly firstSeenMs: (node: string, nowMs: number) => number;
}

/** Figures over all readings since the start. */
export interface ViewTotals {
  readonly messages: number;
  readonly readings: number;
  readonly payloadBytes: number;
  readonly jsonBytes: number;
}

/** The newest reading of a node in one schema, as it was interpreted when it came. */
export interface LatestReading {
  readonly node: RegisteredNode;
  readonly schema: KnownSchema;
  /** Of its entry in the spool. */
  readonly position: number;
  readonly reading: DeliveredReading;
}

interface Shown {
  readonly node: RegisteredNode;
  readonly schema: KnownSchema;
  readonly history: ReadingHistory;
  readonly staleAfterMs: number;
  readonly firstSeenMs: number;
  /** Undefined before the first. */
  latest: LatestReading | undefined;
  /** What came in last. */
  entry: Entry;
  readings: number;
  fresh: boolean;
}

/** Where a schema states no report interval. */
const STALE_AFTER_MS = 300_000;
const MISSED_REPORTS = 3;

/**
 * The street as it is now: the latest reading of each node and schema, newest-wins, and the readings
 * before it for plots. In memory only, with a bound on nodes and on readings.
 */
export class EntityView {
  readonly #options: EntityViewOptions;
  /** The one heard of last is at the end. */
  readonly #shown = new Map<string, Shown>();
  #changed = new Set<string>();
  #messages = 0;
  #readings = 0;
  #payloadBytes = 0;
  #jsonBytes = 0;

  constructor(options: EntityViewOptions) {
    this.#options = options;
  }

  /** Shows what has just come in, and counts its bytes. */
  show(delivery: Delivery): void {
    this.#apply(delivery);
    this.#messages++;
    this.#readings += delivery.readings.length;
    this.#payloadBytes += delivery.payloadBytes;
    for (const { timeS, values } of delivery.readings) {
      this.#jsonBytes += measureJson(delivery.schema.schema, { time: timeS, values });
    }
  }

  /** Shows what came in before a restart, without counting it. */
  recall(delivery: Delivery): void {
    this.#apply(delivery);
  }

  get totals(): ViewTotals {
    return {
      messages: this.#messages,
      readings: this.#readings,
      payloadBytes: this.#payloadBytes,
      jsonBytes: this.#jsonBytes,
    };
  }

  /** Every node and schema, by a key of its own. */
  nodes(): [key: string, node: NodeView][] {
    this.#renewFreshness();
    return Array.from(this.#shown, ([key, shown]) => [key, viewOf(shown)]);
  }

  /** Those that changed since the last call. */
  takeChanged(): [key: string, node: NodeView][] {
    this.#renewFreshness();
    const changed: [string, NodeView][] = [];
    for (const key of this.#changed) {
      const shown = this.#shown.get(key);
      if (shown) changed.push([key, viewOf(shown)]);
    }
    this.#changed = new Set();
    return changed;
  }

  /** The newest reading of every node and schema, by a key of its own. */
  *latest(): Generator<[key: string, latest: LatestReading], void, undefined> {
    for (const [key, { latest }] of this.#shown) if (latest) yield [key, latest];
  }

  /**
   * Shows the values no more whose time is over, and those of fields that do not leave any more.
   *
   * @param schemas - those there are now
   */
  expire(schemas: readonly KnownSchema[]): void {
    const nowS = this.#options.clock.wallMs() / 1000;
    for (const [key, shown] of this.#shown) {
      const schema = schemas.find((one) => one.schema.name === shown.schema.schema.name);
      for (const { name } of shown.schema.fields) {
        const keepS = schema ? keptS(schema, name) : 0;
        if (keepS !== undefined && this.#expire(shown, name, nowS - keepS)) this.#changed.add(key);
      }
    }
  }

  /** @returns whether its latest value went, too */
  #expire(shown: Shown, name: string, toS: number): boolean {
    shown.history.clear(name, toS);
    const { latest } = shown;
    if (!latest || latest.reading.timeS > toS || (latest.reading.values[name] ?? null) === null) {
      return false;
    }
    shown.latest = withoutField(latest, name);
    return true;
  }

  /** Shows a node no more, until it is heard of again. */
  forget(name: string): void {
    for (const [key, { node }] of this.#shown) if (node.name === name) this.#shown.delete(key);
  }

  /** How many nodes and schemas there are, and how many of them were heard of lately. */
  counts(): { readonly total: number; readonly fresh: number; readonly stale: number } {
    this.#renewFreshness();
    let fresh = 0;
    for (const shown of this.#shown.values()) if (shown.fresh) fresh++;
    return { total: this.#shown.size, fresh, stale: this.#shown.size - fresh };
  }

  /** One field over the last seconds before the newest reading; undefined where there is none. */
  history(name: string, field: string, seconds: number): FieldHistory | undefined {
    for (const shown of this.#shown.values()) {
      if (shown.node.name !== name || !shown.history.has(field)) continue;
      const interval = shown.schema.schema.reportInterval;
      const gapS = interval === undefined ? undefined : interval * MISSED_REPORTS;
      const unit = shown.schema.field(field)?.unit ?? "";
      return { node: name, field, unit, ...shown.history.series(field, seconds, gapS) };
    }
    return undefined;
  }

  /** A node's own id and one of its schemas by name, or its first; undefined where there is none. */
  find(
    name: string,
    schemaName?: string,
  ): { readonly nodeId: string; readonly schema: KnownSchema } | undefined {
    for (const { node, schema } of this.#shown.values()) {
      if (node.name !== name) continue;
      if (schemaName === undefined || schema.schema.name === schemaName)
        return { nodeId: node.id, schema };
    }
    return undefined;
  }

  /** What is shown is made when somebody looks: most of what comes in is never looked at. */
  #apply(delivery: Delivery): void {
    const { node, schema, entry, readings } = delivery;
    const key = `${node.name}/${schema.schema.name}`;
    const shown = this.#shown.get(key) ?? this.#first(delivery);
    for (const reading of readings) {
      const { timeS, values } = reading;
      shown.history.add(timeS, (field) => numberOf(values[field]));
      if (shown.latest === undefined || isNewer(reading, shown.latest.reading)) {
        shown.latest = { node, schema, position: delivery.position, reading };
      }
    }
    shown.entry = entry;
    shown.readings += readings.length;
    shown.fresh = this.#isFresh(shown);
    this.#shown.delete(key);
    this.#shown.set(key, shown);
    this.#changed.add(key);
  }

  #first({ node, schema, entry }: Delivery): Shown {
    const eldest = this.#shown.keys().next();
    if (this.#shown.size >= this.#options.maxNodes && !eldest.done) {
      this.#shown.delete(eldest.value);
    }
    const interval = schema.schema.reportInterval;
    const usualMs = interval === undefined ? STALE_AFTER_MS : interval * 1000 * MISSED_REPORTS;
    const numbers = schema.fields.filter(({ isNumber }) => isNumber);
    return {
      node,
      schema,
      history: new ReadingHistory(this.#options.historyPoints, numbers),
      staleAfterMs: this.#options.staleAfterMs || usualMs,
      firstSeenMs: this.#options.firstSeenMs(node.id, entry.arrival.wallMs),
      latest: undefined,
      entry,
      readings: 0,
      fresh: true,
    };
  }

  /** A node turns stale without anything coming in. */
  #renewFreshness(): void {
    for (const [key, shown] of this.#shown) {
      const fresh = this.#isFresh(shown);
      if (fresh === shown.fresh) continue;
      shown.fresh = fresh;
      this.#changed.add(key);
    }
  }

  #isFresh({ entry, staleAfterMs }: Shown): boolean {
    return this.#options.clock.wallMs() - entry.arrival.wallMs <= staleAfterMs;
  }
}

function viewOf({ node, schema, latest, entry, ...shown }: Shown): NodeView {
  const { arrival, source, signal } = entry;
  const arrivedAt = new Date(arrival.wallMs).toISOString();
  return {
    name: node.name,
    id: node.id,
    schema: schema.schema.name,
    source: `${source.kind} ${source.name}`,
    ...(node.position && { position: node.position }),
    observedAt: arrivedAt,
    arrivedAt,
    clock: arrival.quality,
    ...(signal && { signal }),
    firstSeenAt: new Date(shown.firstSeenMs).toISOString(),
    fresh: shown.fresh,
    readings: shown.readings,
    values: [],
    ...(latest && latestOf(latest.reading, latest.schema)),
  };
}

function withoutField(latest: LatestReading, name: string): LatestReading {
  const { reading } = latest;
  return { ...latest, reading: { ...reading, values: { ...reading.values, [name]: null } } };
}

/** How long a field's values are shown, seconds; undefined for as long as there is room. */
function keptS(schema: KnownSchema, name: string): number | undefined {
  const expiring = schema.expiring.find((field) => field.name === name);
  if (expiring) return expiring.keepS - headStartS(expiring.keepS);
  return schema.fields.some((field) => field.name === name) ? undefined : 0;
}

function latestOf(reading: DeliveredReading, schema: KnownSchema): Partial<NodeView> {
  return {
    observedAt: new Date(reading.timeS * 1000).toISOString(),
    values: schema.fields.map(
      ({ name, title, unit, decimals }): FieldView => ({
        name,
        title,
        unit,
        value: shownValue(reading.values[name], decimals),
        decimals,
      }),
    ),
    ...positionOf(reading),
  };
}

/** A moving node's own position goes before the registry's. */
function positionOf(reading: DeliveredReading): Partial<NodeView> {
  for (const value of Object.values(reading.values)) {
    if (isPosition(value)) return { position: [value.longitude, value.latitude] };
  }
  return {};
}

function isPosition(value: unknown): value is { latitude: number; longitude: number } {
  return typeof value === "object" && value !== null && "latitude" in value;
}

function numberOf(value: FieldValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** What has no single number or word is written out. */
function shownValue(value: FieldValue | undefined, decimals: number): FieldView["value"] {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (isPosition(value)) {
    return `${value.latitude.toFixed(decimals)}, ${value.longitude.toFixed(decimals)}`;
  }
  return (value as readonly unknown[]).join(", ");
}
