import type {
  CommandInput,
  DerivedInput,
  FieldInput,
  MapsInput,
  SchemaInput,
  TimeInput,
} from "./schema-input.js";
import type {
  Command,
  DerivedField,
  Field,
  ModelProperty,
  SensorSchema,
  TimeLayout,
  TimeMode,
} from "./sensor-schema.js";

function fillTime(time: TimeInput | undefined): TimeLayout {
  if (typeof time !== "object") return { mode: timeMode(time), milliseconds: false };
  return { mode: timeMode(time.mode), milliseconds: time.milliseconds ?? false };
}

function timeMode(mode: TimeMode | 16 | undefined): TimeMode {
  return mode === 16 ? "16" : (mode ?? "absolute");
}

function fillMaps(maps: MapsInput | undefined): readonly ModelProperty[] {
  if (maps === undefined) return [];
  if (Array.isArray(maps)) return maps;
  return Object.entries(maps).map(([model, goal]) =>
    typeof goal === "string" ? { model, property: goal } : { model, ...goal },
  );
}

function fillField(input: FieldInput): Field {
  const field = {
    ...input,
    kind: input.kind ?? "quantity",
    optional: input.optional ?? false,
    concernsPersons: input.concernsPersons ?? false,
    outOfRange: input.outOfRange ?? "refuse",
    maps: fillMaps(input.maps),
  };
  return field as Field;
}

function fillDerived(input: DerivedInput): DerivedField {
  const field = {
    ...input,
    kind: input.kind ?? "quantity",
    optional: true,
    concernsPersons: input.concernsPersons ?? false,
    outOfRange: input.outOfRange ?? "missing",
    maps: fillMaps(input.maps),
    decides: input.decides ?? false,
  };
  return field as DerivedField;
}

function fillCommand(input: CommandInput): Command {
  return { ...input, fields: (input.fields ?? []).map(fillField) };
}

/**
 * Fills in every default of a schema that `checkSchema` finds nothing wrong with.
 *
 * @param input - left as it is
 */
export function fillDefaults(input: SchemaInput): SensorSchema {
  return {
    ...input,
    version: input.version ?? 1,
    time: fillTime(input.time),
    mobility: input.mobility ?? "fixed",
    fields: input.fields.map(fillField),
    derived: (input.derived ?? []).map(fillDerived),
    commands: (input.commands ?? []).map(fillCommand),
  };
}
