import type { FieldValue, Reading } from "@bollard/payload";
import {
  type Field,
  positionStepsOf,
  type SensorSchema,
  type Steps,
  stepsOf,
} from "@bollard/schema";
import protobuf from "protobufjs";
import type { Peer } from "./peer.js";
import { oneOrMany } from "./plain-reading.js";

/**
 * Protobuf as one would write it by hand for the schema: numbers as whole numbers of the resolution
 * (`sint32` where they may be below 0), names as their index, the time as `uint32` seconds or
 * `uint64` milliseconds.
 */
export function protobufPeer(schema: SensorSchema): Peer {
  const reading = new protobuf.Type("Reading");
  const { milliseconds, mode } = schema.time;
  if (mode !== "none") {
    reading.add(new protobuf.Field("t", 1, milliseconds ? "uint64" : "uint32", "optional"));
  }
  const columns = schema.fields.flatMap(columnsOf);
  for (const [index, { name, type, rule }] of columns.entries()) {
    reading.add(new protobuf.Field(name, index + 2, type, rule));
  }
  const batch = new protobuf.Type("Batch");
  batch.add(new protobuf.Field("rows", 1, "Reading", "repeated"));
  new protobuf.Root().define("bollard").add(reading).add(batch);
  const toMessage = ({ time, values }: Reading) => {
    const message: Record<string, unknown> = {};
    if (time !== undefined) message.t = milliseconds ? Math.round(time * 1000) : Math.floor(time);
    for (const { field, name, read } of columns) {
      const value = values[field] ?? null;
      if (value !== null) message[name] = read(value);
    }
    return message;
  };
  return {
    name: "Protobuf",
    measure: (readings) => {
      const message = oneOrMany(readings.map(toMessage));
      return Array.isArray(message)
        ? batch.encode({ rows: message }).finish().length
        : reading.encode(message as Record<string, unknown>).finish().length;
    },
  };
}

interface Column {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly rule: "optional" | "repeated";
  readonly read: (value: FieldValue) => unknown;
}

function columnsOf(field: Field): readonly Column[] {
  const { name } = field;
  const column = (type: string, read: Column["read"], part = ""): Column => {
    return { field: name, name: `${name}${part}`, type, rule: "optional", read };
  };
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration": {
      const steps = stepsOf(field);
      return [column(typeOf(steps), (value) => countOf(steps, value as number))];
    }
    case "array": {
      const steps = stepsOf(field);
      const read = (value: FieldValue) =>
        (value as readonly number[]).map((element) => countOf(steps, element));
      return [{ ...column(typeOf(steps), read), rule: "repeated" }];
    }
    case "position": {
      const { latitude, longitude, altitude } = positionStepsOf(field);
      const part = (steps: Steps, key: string) =>
        column(
          typeOf(steps),
          (value) => countOf(steps, (value as unknown as Record<string, number>)[key] ?? 0),
          `_${key}`,
        );
      const ground = [part(latitude, "latitude"), part(longitude, "longitude")];
      return altitude === undefined ? ground : [...ground, part(altitude, "altitude")];
    }
    case "boolean":
      return [column("bool", (value) => value)];
    case "enum":
      return [column("uint32", (value) => field.values.indexOf(value as string))];
    case "flags":
      return [
        column("uint32", (value) =>
          (value as readonly string[]).reduce(
            (set, flag) => set + 2 ** field.flags.indexOf(flag),
            0,
          ),
        ),
      ];
    case "text":
      return [column("string", (value) => value)];
    case "bytes":
      return [column("bytes", (value) => value)];
  }
}

function typeOf({ min }: Steps): string {
  return min < 0 ? "sint32" : "uint32";
}

/** A value as a whole number of its resolution. */
function countOf({ scale, resolution }: Steps, value: number): number {
  return Math.round((value * scale) / resolution);
}
