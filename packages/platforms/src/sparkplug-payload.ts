import protobuf from "protobufjs/light.js";

/** Data types of metrics and properties: Sparkplug 3.0, clause 6.4.16. */
export const sparkplugTypes = {
  Int64: 4,
  UInt32: 7,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  Bytes: 17,
} as const;

/** Name of a data type. */
export type SparkplugType = keyof typeof sparkplugTypes;

/** One value with its name. */
export interface SparkplugMetric {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp?: number;
  readonly type: SparkplugType;
  /** `null` for one that is not known. */
  readonly value: number | boolean | string | Uint8Array | null;
  /** It is older than what was told before, or waited for the connection. Default: false. */
  readonly isHistorical?: boolean;
  /** `engUnit` and the like; texts and numbers. */
  readonly properties?: Readonly<Record<string, string | number>>;
}

/** The content of any message but STATE. */
export interface SparkplugPayload {
  /** When it was sent, milliseconds since the Unix epoch. */
  readonly timestamp?: number;
  /** 0 to 255, one more each time; a death has none. */
  readonly seq?: number;
  readonly metrics: readonly SparkplugMetric[];
}

// As in proto2 a 0 is written too: the `seq` of a birth has to be there.
const field = (id: number, type: string, rule?: "repeated") => ({
  id,
  type,
  ...(rule ? { rule } : { options: { features: { field_presence: "EXPLICIT" } } }),
});

/** The part of Sparkplug B's Protobuf schema that is used here: Sparkplug 3.0, clause 6.4.1. */
const root = protobuf.Root.fromJSON({
  nested: {
    Payload: {
      fields: {
        timestamp: field(1, "uint64"),
        metrics: field(2, "Metric", "repeated"),
        seq: field(3, "uint64"),
      },
    },
    Metric: {
      oneofs: {
        value: {
          oneof: [
            "intValue",
            "longValue",
            "floatValue",
            "doubleValue",
            "booleanValue",
            "stringValue",
            "bytesValue",
          ],
        },
      },
      fields: {
        name: field(1, "string"),
        alias: field(2, "uint64"),
        timestamp: field(3, "uint64"),
        datatype: field(4, "uint32"),
        isHistorical: field(5, "bool"),
        isTransient: field(6, "bool"),
        isNull: field(7, "bool"),
        properties: field(9, "PropertySet"),
        intValue: field(10, "uint32"),
        longValue: field(11, "uint64"),
        floatValue: field(12, "float"),
        doubleValue: field(13, "double"),
        booleanValue: field(14, "bool"),
        stringValue: field(15, "string"),
        bytesValue: field(16, "bytes"),
      },
    },
    PropertySet: {
      fields: {
        keys: field(1, "string", "repeated"),
        values: field(2, "PropertyValue", "repeated"),
      },
    },
    PropertyValue: {
      oneofs: { value: { oneof: ["doubleValue", "stringValue"] } },
      fields: {
        type: field(1, "uint32"),
        isNull: field(2, "bool"),
        doubleValue: field(6, "double"),
        stringValue: field(8, "string"),
      },
    },
  },
});
const Payload = root.lookupType("Payload");

const MEMBER_OF_TYPE: Readonly<Record<SparkplugType, string>> = {
  Int64: "longValue",
  UInt32: "intValue",
  Float: "floatValue",
  Double: "doubleValue",
  Boolean: "booleanValue",
  String: "stringValue",
  Bytes: "bytesValue",
};
const TYPES = Object.entries(sparkplugTypes) as readonly [SparkplugType, number][];

/** The bytes of a payload. */
export function encodeSparkplug({ timestamp, seq, metrics }: SparkplugPayload): Uint8Array {
  const message = {
    ...(timestamp !== undefined && { timestamp: Math.round(timestamp) }),
    ...(seq !== undefined && { seq }),
    metrics: metrics.map(toWire),
  };
  return Payload.encode(message).finish();
}

/** Reads a payload; undefined for bytes that are none. Metrics of other data types are left out. */
export function decodeSparkplug(bytes: Uint8Array): SparkplugPayload | undefined {
  try {
    const { timestamp, seq, metrics } = Payload.toObject(Payload.decode(bytes), {
      longs: Number,
      arrays: true,
    }) as { timestamp?: number; seq?: number; metrics: readonly WireMetric[] };
    return {
      ...(timestamp !== undefined && { timestamp }),
      ...(seq !== undefined && { seq }),
      metrics: metrics.flatMap(fromWire),
    };
  } catch {
    return undefined;
  }
}

type WireMetric = Readonly<Record<string, unknown>>;

function toWire(metric: SparkplugMetric): WireMetric {
  const { name, timestamp, type, value, isHistorical, properties } = metric;
  const keys = Object.keys(properties ?? {});
  return {
    name,
    ...(timestamp !== undefined && { timestamp: Math.round(timestamp) }),
    datatype: sparkplugTypes[type],
    ...(isHistorical && { isHistorical }),
    ...(value === null ? { isNull: true } : { [MEMBER_OF_TYPE[type]]: value }),
    ...(keys.length > 0 && { properties: { keys, values: keys.map(toPropertyValue) } }),
  };

  function toPropertyValue(key: string) {
    const content = properties?.[key];
    return typeof content === "number"
      ? { type: sparkplugTypes.Double, doubleValue: content }
      : { type: sparkplugTypes.String, stringValue: content };
  }
}

function fromWire(wire: WireMetric): SparkplugMetric[] {
  const { name, timestamp, datatype, isHistorical, isNull } = wire;
  const type = TYPES.find(([, id]) => id === datatype)?.[0];
  if (typeof name !== "string" || type === undefined) return [];
  const value = isNull ? null : wire[MEMBER_OF_TYPE[type]];
  if (value === undefined) return [];
  return [
    {
      name,
      ...(typeof timestamp === "number" && { timestamp }),
      type,
      value: value as SparkplugMetric["value"],
      ...(isHistorical === true && { isHistorical }),
    },
  ];
}
