import type { CommandInput, FieldInput, SchemaInput } from "./schema-input.js";
import type { SensorSchema } from "./sensor-schema.js";

/** WGS 84, degrees; altitude in metres, there exactly where the field declares one. */
export interface PositionValue {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
}

/** The TypeScript type of one field's value. */
export type ValueOf<Field> = Field extends { readonly kind: "boolean" }
  ? boolean
  : Field extends { readonly kind: "enum"; readonly values: readonly (infer Name)[] }
    ? Name
    : Field extends { readonly kind: "flags"; readonly flags: readonly (infer Name)[] }
      ? readonly Name[]
      : Field extends { readonly kind: "position" }
        ? Field extends { readonly altitude: object }
          ? PositionValue & { readonly altitude: number }
          : PositionValue
        : Field extends { readonly kind: "text" }
          ? string
          : Field extends { readonly kind: "bytes" }
            ? Uint8Array
            : Field extends { readonly kind: "array" }
              ? readonly number[]
              : number;

type Required<Field extends FieldInput> = Exclude<Field, { readonly optional: true }>;
type Optional<Field extends FieldInput> = Extract<Field, { readonly optional: true }>;

/** The values of some fields, by name: an optional one may be `null` or left out. */
export type ValuesOf<Fields extends readonly FieldInput[]> = Flat<
  {
    readonly [Field in Required<Fields[number]> as Field["name"]]: ValueOf<Field>;
  } & {
    readonly [Field in Optional<Fields[number]> as Field["name"]]?: ValueOf<Field> | null;
  }
>;

/** One flat object in an editor's tooltip instead of an intersection. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] };

type FieldsOf<Input> = Input extends { readonly fields: infer Fields extends readonly FieldInput[] }
  ? Fields
  : readonly [];

type CommandValues<Commands extends readonly CommandInput[]> = {
  readonly [One in Commands[number] as One["name"]]: ValuesOf<FieldsOf<One>>;
};

/** A schema that knows its fields' names and types while the program is compiled. */
export interface TypedSchema<Name extends string, Values, CommandsByName> extends SensorSchema {
  readonly name: Name;
  /** Only a type: never there when the program runs. */
  readonly "~values"?: Values;
  /** Only a type: never there when the program runs. */
  readonly "~commands"?: CommandsByName;
}

/** What `defineSchema` gives for an input. */
export type SchemaOf<Input extends SchemaInput> = TypedSchema<
  Input["name"],
  ValuesOf<Input["fields"]>,
  CommandValues<
    Input extends { readonly commands: infer Commands extends readonly CommandInput[] }
      ? Commands
      : readonly []
  >
>;

/** A value of a field whose kind is not known while the program is compiled. */
export type AnyValue =
  | number
  | boolean
  | string
  | PositionValue
  | Uint8Array
  | readonly string[]
  | readonly number[]
  | null;

/**
 * The values of one reading of a schema, by field name.
 *
 * `ReadingOf<typeof streetAir>` is `{ pm25: number; mode: "day" | "night"; lux?: number | null }`;
 * of a schema read from a file it is a record of any values.
 */
export type ReadingOf<Schema extends SensorSchema> =
  Schema extends TypedSchema<string, infer Values, unknown>
    ? unknown extends Values
      ? Readonly<Record<string, AnyValue>>
      : Values
    : Readonly<Record<string, AnyValue>>;

/** The values that each of a schema's commands takes, by command name. */
export type CommandsOf<Schema extends SensorSchema> =
  Schema extends TypedSchema<string, unknown, infer CommandsByName>
    ? unknown extends CommandsByName
      ? Readonly<Record<string, Readonly<Record<string, AnyValue>>>>
      : CommandsByName
    : Readonly<Record<string, Readonly<Record<string, AnyValue>>>>;
