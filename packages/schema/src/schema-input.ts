import type { SenmlUnitName } from "@bollard/senml";
import type {
  CounterField,
  Derivation,
  FieldCommon,
  OutOfRange,
  PositionField,
  Profile,
  SensorSchema,
  TimeMode,
} from "./sensor-schema.js";

/**
 * What an author writes: a `SensorSchema` in which what has a default may be left out.
 *
 * `defineSchema` and `parseSchema` turn it into a `SensorSchema`.
 */
export interface SchemaInput extends Pick<SensorSchema, "name" | "id" | "title" | "description"> {
  /** Default: 1. */
  readonly version?: number;
  /** A mode alone stands for whole seconds. Default: `absolute`. */
  readonly time?: TimeInput;
  /** Seconds between two reports in normal running. */
  readonly reportInterval?: number;
  /** Default: `fixed`. */
  readonly mobility?: "fixed" | "mobile";
  readonly fields: readonly FieldInput[];
  /** Default: none. */
  readonly derived?: readonly DerivedInput[];
  /** Default: none. */
  readonly commands?: readonly CommandInput[];
}

/** A time mode, or a mode and whether milliseconds travel too; 16 may be a number. */
export type TimeInput =
  | TimeMode
  | 16
  | { readonly mode?: TimeMode | 16; readonly milliseconds?: boolean };

/** One thing that can be asked of the node. */
export interface CommandInput {
  readonly name: string;
  readonly id: number;
  readonly title?: string;
  readonly description?: string;
  /** Default: none; the command's id says all. */
  readonly fields?: readonly FieldInput[];
}

/**
 * Where a value goes in the Smart Data Models: by model, the property's name there, or the name and
 * the unit that the model wants.
 */
export type MapsInput =
  | Readonly<Record<string, string | { readonly property: string; readonly unit?: SenmlUnitName }>>
  | readonly {
      readonly model: string;
      readonly property: string;
      readonly unit?: SenmlUnitName;
    }[];

/** What every field has. */
export interface FieldCommonInput
  extends Pick<FieldCommon, "name" | "title" | "description" | "lwm2m"> {
  /** Default: false. */
  readonly optional?: boolean;
  /** Default: false. */
  readonly concernsPersons?: boolean;
  /** Default: `refuse`. */
  readonly outOfRange?: OutOfRange;
  readonly maps?: MapsInput;
}

/** A range of decimals. */
export interface RangeInput {
  readonly min: number;
  readonly max: number;
  readonly resolution: number;
}

/** One field as an author writes it; without a `kind` it is a quantity. */
export type FieldInput = FieldCommonInput &
  (
    | ({ readonly kind?: "quantity"; readonly unit: SenmlUnitName } & RangeInput & Profile)
    | ({
        readonly kind: "counter";
        readonly bits: CounterField["bits"];
        readonly unit?: SenmlUnitName;
      } & Profile)
    | { readonly kind: "boolean" }
    | { readonly kind: "enum"; readonly values: readonly string[] }
    | { readonly kind: "flags"; readonly flags: readonly string[] }
    | ({ readonly kind: "position" } & Pick<
        PositionField,
        "resolution" | "altitude" | keyof Omit<Profile, "follows">
      >)
    | ({
        readonly kind: "duration";
        readonly max: number;
        readonly resolution: number;
      } & Profile)
    | { readonly kind: "text"; readonly maxBytes: number }
    | { readonly kind: "bytes"; readonly maxBytes: number }
    | ({
        readonly kind: "array";
        readonly length: number;
        readonly unit: SenmlUnitName;
      } & RangeInput &
        Profile)
  );

/** One derived field as an author writes it; without a `kind` it is a quantity. */
export type DerivedInput = Omit<FieldCommonInput, "optional" | "outOfRange"> &
  Omit<Derivation, "decides"> & {
    /** Default: `missing`. */
    readonly outOfRange?: "missing" | "clamp";
    /** Default: false. */
    readonly decides?: boolean;
  } & (
    | ({ readonly kind?: "quantity"; readonly unit: SenmlUnitName } & RangeInput)
    | { readonly kind: "boolean" }
    | { readonly kind: "enum"; readonly values: readonly string[] }
  );
