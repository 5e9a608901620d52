import type { AnyValue, Field } from "@bollard/schema";
import { toPlatformField } from "./platform-field.js";
import { membersOf, type PlatformCommand, parseJson } from "./platform-message.js";
import { isPosition, type PlatformReading } from "./platform-reading.js";
import type { PlatformSchema } from "./platform-schema.js";
import type { SparkplugMetric, SparkplugPayload, SparkplugType } from "./sparkplug-payload.js";

/** Where an edge node is: its group and its own id, neither with `/`, `+` or `#`. */
export interface SparkplugEdge {
  readonly group: string;
  readonly edge: string;
}

/** Kinds of messages of an edge node and of its devices. */
export type SparkplugVerb = "NBIRTH" | "NDEATH" | "NCMD" | "DBIRTH" | "DDEATH" | "DDATA" | "DCMD";

/** Metric by which a host asks for all births anew: Sparkplug 3.0, clause 6.4.21. */
const REBIRTH = "Node Control/Rebirth";
const COMMANDS = "Command/";

/** Topic of a message: Sparkplug 3.0, clause 4.1. */
export function sparkplugTopic(
  { group, edge }: SparkplugEdge,
  verb: SparkplugVerb,
  device?: string,
): string {
  const levels = ["spBv1.0", group, verb, edge];
  return (device === undefined ? levels : [...levels, device]).join("/");
}

/** Topic on which a primary host tells whether it is there: clause 6.4.23. */
export function sparkplugStateTopic(host: string): string {
  return `spBv1.0/STATE/${host}`;
}

/** Whether a primary host's message says that it is there; undefined for what is no such message. */
export function parseSparkplugState(
  payload: Uint8Array,
): { readonly online: boolean; readonly timestamp: number } | undefined {
  const { online, timestamp } = membersOf(parseJson(payload)) ?? {};
  if (typeof online !== "boolean" || typeof timestamp !== "number") return undefined;
  return { online, timestamp };
}

/**
 * Birth of the edge node, always with `seq` 0.
 *
 * @param bdSeq - 0 to 255, the same as in the death that the broker holds for this connection
 */
export function toNodeBirth(bdSeq: number, timestamp: number): SparkplugPayload {
  const control = { name: REBIRTH, timestamp, type: "Boolean", value: false } as const;
  return { timestamp, seq: 0, metrics: [bdSeqMetric(bdSeq, timestamp), control] };
}

/** Death of the edge node: the connection's will. */
export function toNodeDeath(bdSeq: number, timestamp: number): SparkplugPayload {
  return { timestamp, metrics: [bdSeqMetric(bdSeq, timestamp)] };
}

/**
 * Birth of a device: every metric that it may ever tell, with its unit, and the newest values that are
 * known. A command is a metric too: a boolean, or where it has fields their values as JSON.
 */
export function toDeviceBirth(
  known: readonly { readonly schema: PlatformSchema; readonly newest?: PlatformReading }[],
  seq: number,
  timestamp: number,
): SparkplugPayload {
  const metrics = known.flatMap(({ schema, newest }) => [
    ...schema.fields.flatMap((field) => birthOf(schema.name, field, newest, timestamp)),
    ...(schema.commands ?? []).map(({ name, fields }) => ({
      name: `${schema.name}/${COMMANDS}${name}`,
      timestamp,
      ...(fields.length > 0
        ? ({ type: "String", value: "" } as const)
        : ({ type: "Boolean", value: false } as const)),
    })),
  ]);
  return { timestamp, seq, metrics };
}

/** Readings of one device, each metric with the time at which it was observed. */
export function toDeviceData(
  schema: PlatformSchema,
  readings: readonly { readonly reading: PlatformReading; readonly isHistorical: boolean }[],
  seq: number,
  timestamp: number,
): SparkplugPayload {
  const metrics = readings.flatMap(({ reading, isHistorical }) =>
    schema.fields.flatMap((field) =>
      metricsOf(schema.name, field, reading.values[field.name] ?? null)
        .filter(({ value }) => value !== null)
        .map((metric) => ({
          ...metric,
          timestamp: Math.round(reading.timeS * 1000),
          ...(isHistorical && { isHistorical }),
        })),
    ),
  );
  return { timestamp, seq, metrics };
}

/** A device that has fallen silent. */
export function toDeviceDeath(seq: number, timestamp: number): SparkplugPayload {
  return { timestamp, seq, metrics: [] };
}

/** Whether a command to the edge node asks for all births anew. */
export function isRebirth({ metrics }: SparkplugPayload): boolean {
  return metrics.some(({ name, value }) => name === REBIRTH && value === true);
}

/** The commands in a message to a device, each with the name of its schema. */
export function sparkplugCommands(
  device: string,
  { timestamp = 0, metrics }: SparkplugPayload,
): readonly (PlatformCommand & { readonly schema: string })[] {
  return metrics.flatMap((metric) => {
    const [schema = "", kind, command = ""] = metric.name.split("/");
    if (`${kind}/` !== COMMANDS || command === "" || metric.value === false) return [];
    const values = typeof metric.value === "string" ? membersOf(parseJson(metric.value)) : {};
    const id = `${schema}.${command}.${metric.timestamp ?? timestamp}`;
    return [{ node: device, id, schema, command, values: values ?? {} }];
  });
}

function bdSeqMetric(bdSeq: number, timestamp: number): SparkplugMetric {
  return { name: "bdSeq", timestamp, type: "Int64", value: bdSeq };
}

function birthOf(
  schema: string,
  field: Field,
  newest: PlatformReading | undefined,
  timestamp: number,
): SparkplugMetric[] {
  const { displayUnit } = toPlatformField(field);
  const value = newest?.values[field.name] ?? null;
  const observed = newest && value !== null ? Math.round(newest.timeS * 1000) : timestamp;
  return metricsOf(schema, field, value).map((metric) => ({
    ...metric,
    timestamp: observed,
    ...(displayUnit && { properties: { engUnit: displayUnit } }),
  }));
}

/** The metrics of a field: one, or for what has parts one for each. */
function metricsOf(schema: string, field: Field, value: AnyValue): SparkplugMetric[] {
  const name = `${schema}/${field.name}`;
  const one = (type: SparkplugType, part?: string, content: AnyValue = value) => ({
    name: part === undefined ? name : `${name}/${part}`,
    type,
    value: content as SparkplugMetric["value"],
  });
  switch (field.kind) {
    case "quantity":
    case "duration":
      return [one("Double")];
    case "counter":
      return [one("UInt32")];
    case "boolean":
      return [one("Boolean")];
    case "enum":
    case "text":
      return [one("String")];
    case "bytes":
      return [one("Bytes")];
    case "flags": {
      const set = new Set(value as readonly string[] | null);
      return field.flags.map((flag) => one("Boolean", flag, value === null ? null : set.has(flag)));
    }
    case "array": {
      const elements = value as readonly number[] | null;
      return Array.from({ length: field.length }, (_, index) =>
        one("Double", String(index), elements?.[index] ?? null),
      );
    }
    case "position": {
      const place = isPosition(value) ? value : undefined;
      const parts = ["latitude", "longitude", ...(field.altitude ? ["altitude"] : [])] as const;
      return parts.map((part) => one("Double", part, place?.[part as keyof typeof place] ?? null));
    }
  }
}
