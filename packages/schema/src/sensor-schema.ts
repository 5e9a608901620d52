/**
 * A sensor schema: what one kind of report holds, and all that is known about it.
 *
 * It is the source of everything else: the payload's layout, types, decoders, records, entities.
 * Write it in TypeScript with `defineSchema`, or in a YAML or JSON file read by `parseSchema`.
 */
export interface SensorSchema {
  /** Lower-case words joined by hyphens, such as `street-air`. */
  readonly name: string;
  /** Version of the description, from 1 on. A title may change without it. */
  readonly version: number;
  /** Numeric id, 1 to 16383, unique within a node's application. A changed layout takes a new one. */
  readonly id: number;
  readonly title?: string;
  readonly description?: string;
  /** How a reading's time travels. Default: absolute seconds. */
  readonly time: TimeLayout;
  /** Seconds between two reports in normal running; a batch expects the next row by it. */
  readonly reportInterval?: number;
  /** Whether the node stays where it was put. Default: fixed. */
  readonly mobility: "fixed" | "mobile";
  /** 1 to 64 fields, in the order in which they travel. */
  readonly fields: readonly Field[];
  /** What is made from the fields after they have travelled; at most 64, each from those before it. */
  readonly derived: readonly DerivedField[];
  /** What can be asked of the node, encoded as payloads on the way down; ids are their own space. */
  readonly commands: readonly Command[];
}

/**
 * - `none`: the receiver's arrival time stands for it
 * - `absolute`: 32-bit seconds since 1970-01-01T00:00:00Z, to the year 2106
 * - `16`: the low 16 bits of that, completed against the stored arrival
 * - `uptime`: 32-bit seconds since the node's boot
 */
export type TimeMode = "none" | "absolute" | "16" | "uptime";

export interface TimeLayout {
  readonly mode: TimeMode;
  /** A 10-bit millisecond part travels too. */
  readonly milliseconds: boolean;
}

export interface Command {
  readonly name: string;
  /** 1 to 16383, unique within the schema's commands. */
  readonly id: number;
  readonly title?: string;
  readonly description?: string;
  readonly fields: readonly Field[];
}

export type Field =
  | QuantityField
  | CounterField
  | BooleanField
  | EnumField
  | FlagsField
  | PositionField
  | DurationField
  | TextField
  | BytesField
  | ArrayField;

export type FieldKind = Field["kind"];

/**
 * What usually comes after a change, for the batch encoder's guess of the next value: half of it is
 * taken back, as noise is; nothing; or half as much again, as where a value drifts.
 */
export type Trend = "returns" | "stays" | "continues";

/** What the batch encoder may be told of a number beforehand; each is a part of the layout. */
export interface Profile {
  /** Usual absolute change from one reading to the next, in the unit. Default: by the range. */
  readonly typicalStep?: number;
  /** Default: stays. */
  readonly trend?: Trend;
  /**
   * What this number usually changes by where the number before it in the row changes by 1, each in
   * its own unit; in an array, where the element before it does. It counts as the nearest power of
   * two in steps, from 2^-15 to 1. Default: they have nothing to do with one another.
   */
  readonly follows?: number;
}

/** What a device-side encoder does with a value outside the field's range. */
export type OutOfRange = "refuse" | "clamp" | "missing";

export interface FieldCommon {
  /** Lower-case letters, digits and underscores, starting with a letter. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** A reading may come without it. Default: false. */
  readonly optional: boolean;
  /** The value says something about a person. Default: false. */
  readonly concernsPersons: boolean;
  /** Default: refuse. `missing` needs an optional field. */
  readonly outOfRange: OutOfRange;
  /** Where the value goes in the Smart Data Models. */
  readonly maps: readonly ModelProperty[];
  /** LwM2M object path, such as `3303/0/5700`, used as the record's name. */
  readonly lwm2m?: string;
}

/** One property of one Smart Data Model. */
export interface ModelProperty {
  /** The entity type, such as `AirQualityObserved`. */
  readonly model: string;
  /** The property's name there, such as `pm25`. */
  readonly property: string;
  /**
   * SenML name of the unit that the model wants, where it is not the field's own: `/` for a relative
   * humidity from 0 to 1. The value is converted by the units registry. Default: the field's unit.
   */
  readonly unit?: string;
}

/**
 * A scaled number. `min`, `max` and `resolution` are decimals; `min` is a multiple of `resolution`.
 * A value travels as its count of steps above `min`, in at most 32 bits.
 */
export interface QuantityField extends FieldCommon, Profile {
  readonly kind: "quantity";
  /** SenML unit name of RFC 8428 or RFC 8798, such as `Cel`. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly resolution: number;
}

/**
 * Counts up and wraps modulo 2^bits. Its profile is that of its increments: `typicalStep` is the
 * usual one.
 */
export interface CounterField extends FieldCommon, Profile {
  readonly kind: "counter";
  readonly unit?: string;
  readonly bits: 8 | 16 | 24 | 32;
}

export interface BooleanField extends FieldCommon {
  readonly kind: "boolean";
}

/** One of 2 to 256 named values; their order is part of the layout. */
export interface EnumField extends FieldCommon {
  readonly kind: "enum";
  readonly values: readonly string[];
}

/** Any of 1 to 32 named bits; their order is part of the layout. */
export interface FlagsField extends FieldCommon {
  readonly kind: "flags";
  readonly flags: readonly string[];
}

/** WGS 84 latitude and longitude in fixed point, with altitude where declared. */
export interface PositionField extends FieldCommon, Omit<Profile, "follows"> {
  readonly kind: "position";
  /** Degrees, such as 0.00001 (about 1.1 m). */
  readonly resolution: number;
  readonly altitude?: { readonly min: number; readonly max: number; readonly resolution: number };
}

/** A length of time in seconds, from 0 to `max`. */
export interface DurationField extends FieldCommon, Profile {
  readonly kind: "duration";
  readonly max: number;
  readonly resolution: number;
}

/** UTF-8 text of at most `maxBytes` bytes, 1 to 255. */
export interface TextField extends FieldCommon {
  readonly kind: "text";
  readonly maxBytes: number;
}

/** Bytes, at most `maxBytes` of them, 1 to 255. */
export interface BytesField extends FieldCommon {
  readonly kind: "bytes";
  readonly maxBytes: number;
}

/** A fixed number of values of one quantity: a noise spectrum, particle bins. */
export interface ArrayField extends FieldCommon, Profile {
  readonly kind: "array";
  /** 2 to 64. */
  readonly length: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly resolution: number;
}

/** How a derived value comes about, so that whoever gets it can judge it. */
export interface Derivation {
  /** Names of the fields, and of derived fields before this one, that it is made from; 1 to 16. */
  readonly inputs: readonly string[];
  /** Arithmetic over the inputs, as `parseFormula` reads it. Either this or `model` is there. */
  readonly formula?: string;
  /** Name or address of the model that makes it. */
  readonly model?: string;
  /** Version of the formula or model, such as `1.0`. */
  readonly version: string;
  /** What the value is for. */
  readonly purpose: string;
  /** Where it must not be relied on. */
  readonly limits?: string;
  /** Something is decided by the value without a person. Default: false. */
  readonly decides: boolean;
}

/**
 * A value that does not travel: the bridge makes it from fields of the reading. It is optional,
 * since an input may be missing, and never refused: out of range it is clamped or missing.
 *
 * By a formula a boolean is whether its number is not 0; an enum's name is the one at its number.
 */
export type DerivedField = (QuantityField | BooleanField | EnumField) & Derivation;
