import {
  BatchEncoder,
  decodePayload,
  encodePayload,
  layoutOf,
  type Reading,
} from "@bollard/payload";
import { type Field, type SensorSchema, valueOfStep } from "@bollard/schema";

/** A payload, and what every decoder has to make of it. */
export interface KitVector {
  readonly title: string;
  /** Hexadecimal. */
  readonly payload: string;
  readonly fPort: number;
  /** When the message came in, ISO 8601 UTC. */
  readonly arrival: string;
  /** By field name, `null` for what is missing and bytes as hexadecimal; `time` in seconds. */
  readonly readings?: readonly object[];
  /** In place of readings: it cannot be read, and this says why. */
  readonly error?: string;
}

const START_S = 1_764_000_000;
const ARRIVAL_S = START_S + 600;
const WANDER = [0, 1, 1, 3, 2, 2];
const ROWS = WANDER.length;

/** The vectors of a schema: the same for the same schema. */
export function kitVectors(schema: SensorSchema, port: number): readonly KitVector[] {
  const rows = Array.from({ length: ROWS }, (_, index) => readingAt(schema, index));
  const first = rows[0] as Reading;
  const named = encodePayload(schema, first as never);
  const batch = new BatchEncoder(schema, { schemaId: false });
  batch.open(new Uint8Array(4096));
  for (const row of rows) batch.append(row as never);
  const batched = batch.close().slice();
  const made = (title: string, bytes: Uint8Array, fPort = port) =>
    vectorOf(schema, title, bytes, fPort);
  return [
    made("a single reading", encodePayload(schema, first as never, { schemaId: false })),
    made("a single reading that names its schema", named, port === 1 ? 2 : 1),
    made(
      "a single reading with all that may be missing missing",
      encodePayload(schema, missing(schema, first) as never, { schemaId: false }),
    ),
    made(`a batch of ${ROWS} readings`, batched),
    made("a payload that was cut", batched.subarray(0, batched.length - 1)),
    made("an empty payload", new Uint8Array()),
    made("a payload of another schema", otherSchema(schema, named)),
  ];
}

function vectorOf(
  schema: SensorSchema,
  title: string,
  bytes: Uint8Array,
  fPort: number,
): KitVector {
  const payload = Buffer.from(bytes).toString("hex");
  const vector = { title, payload, fPort, arrival: new Date(ARRIVAL_S * 1000).toISOString() };
  try {
    const { readings } = decodePayload(schema, bytes, { arrival: ARRIVAL_S });
    return { ...vector, readings: readings.map(plainReading) };
  } catch (error) {
    return { ...vector, error: (error as { code: string }).code };
  }
}

function plainReading({ time, values }: Reading): object {
  const plain = Object.entries(values).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  ]);
  return { ...(time !== undefined && { time }), values: Object.fromEntries(plain) };
}

/** The id in the header becomes another one. */
function otherSchema(schema: SensorSchema, named: Uint8Array): Uint8Array {
  const other = named.slice();
  const at = schema.id > 127 ? 2 : 1;
  other[at] = (other[at] ?? 0) === 5 ? 6 : 5;
  return other;
}

function missing(schema: SensorSchema, reading: Reading): Reading {
  const values = { ...reading.values };
  for (const { name, optional } of schema.fields) if (optional) values[name] = null;
  return { ...reading, values };
}

/** Values that wander a little from reading to reading, within the range of each. */
function readingAt(schema: SensorSchema, index: number): Reading {
  const layout = layoutOf(schema);
  const values: Record<string, Reading["values"][string]> = {};
  for (const { field, slot, slotCount } of layout.fields) {
    const steps = layout.slots.slice(slot, slot + slotCount).map(({ steps }) => steps);
    const numbers = steps.map((one, part) => {
      if (!one) return 0;
      const middle = Math.floor(one.last * (0.3 + 0.05 * part));
      return valueOfStep(one, Math.min(one.last, middle + (WANDER[index] ?? 0)));
    });
    values[field.name] = valueFor(field, numbers, index);
  }
  const { mode } = schema.time;
  const interval = Math.max(1, Math.round(schema.reportInterval ?? 60));
  const time = (mode === "uptime" ? 1000 : START_S) + (mode === "16" ? 1 : interval) * index;
  return mode === "none" ? { values } : { time, values };
}

function valueFor(field: Field, numbers: readonly number[], index: number) {
  const [first = 0, second = 0, third] = numbers;
  switch (field.kind) {
    case "boolean":
      return index % 2 === 1;
    case "enum":
      return field.values[index % field.values.length] ?? null;
    case "flags":
      return field.flags.filter((_, flag) => (index + flag) % 3 === 0);
    case "text":
      return "abc".slice(0, Math.min(3, field.maxBytes));
    case "bytes":
      return Uint8Array.of(1, 2, 255).subarray(0, field.maxBytes);
    case "array":
      return numbers;
    case "position":
      return {
        latitude: first,
        longitude: second,
        ...(third !== undefined && { altitude: third }),
      };
    default:
      return first;
  }
}
