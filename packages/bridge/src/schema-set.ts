import { compileSchema, type PayloadCodec } from "@bollard/payload";
import {
  type Field,
  layoutFingerprint,
  positionStepsOf,
  type SensorSchema,
  stepsOf,
} from "@bollard/schema";
import { displayUnit } from "@bollard/senml";
import { BridgeError } from "./error.js";

/** How a field is shown. */
export interface KnownField {
  readonly name: string;
  readonly title: string;
  /** As a person writes it; empty for none. */
  readonly unit: string;
  /** Decimals its values have. */
  readonly decimals: number;
  /** Its value is one number, which can be plotted. */
  readonly isNumber: boolean;
}

/** A schema with what the bridge needs of it at each reading, made once. */
export interface KnownSchema {
  readonly schema: SensorSchema;
  readonly codec: PayloadCodec;
  /** Layout fingerprint, 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly fields: readonly KnownField[];
  /** Smart Data Model to the property of each of its records, by the record's name. */
  readonly models: ReadonlyMap<string, Readonly<Record<string, string>>>;
  field(name: string): KnownField | undefined;
}

/** The schemas of the configuration, by id. */
export class SchemaSet {
  readonly #byId = new Map<number, KnownSchema>();
  readonly #byName = new Map<string, KnownSchema>();

  /** @throws {@link BridgeError} `BRIDGE_SCHEMA_CONFLICT` for two with one id or one name */
  constructor(schemas: readonly SensorSchema[]) {
    const names = new Set<string>();
    for (const schema of schemas) {
      const other = this.#byId.get(schema.id)?.schema.name;
      if (other !== undefined || names.has(schema.name)) {
        const message = other
          ? `Its id ${schema.id} is the id of ${other} already`
          : "There are two schemas of this name";
        throw new BridgeError("BRIDGE_SCHEMA_CONFLICT", schema.name, message);
      }
      names.add(schema.name);
      const known = toKnownSchema(schema);
      this.#byId.set(schema.id, known);
      this.#byName.set(schema.name, known);
    }
  }

  find(id: number): KnownSchema | undefined {
    return this.#byId.get(id);
  }

  /** Finds a schema by its name, or by its id in digits. */
  lookUp(nameOrId: string): KnownSchema | undefined {
    return this.#byName.get(nameOrId) ?? this.#byId.get(Number(nameOrId));
  }

  /** The only schema there is: what a payload without a schema id is read by. */
  get only(): KnownSchema | undefined {
    const [first, ...others] = this.#byId.values();
    return others.length === 0 ? first : undefined;
  }

  get ids(): readonly number[] {
    return [...this.#byId.keys()];
  }
}

function toKnownSchema(schema: SensorSchema): KnownSchema {
  const fields = new Map(schema.fields.map((field) => [field.name, toKnownField(field)]));
  return {
    schema,
    codec: compileSchema(schema),
    fingerprint: layoutFingerprint(schema),
    fields: [...fields.values()],
    models: modelsOf(schema),
    field: (name) => fields.get(name),
  };
}

function modelsOf(schema: SensorSchema): KnownSchema["models"] {
  const models = new Map<string, Record<string, string>>();
  for (const field of schema.fields) {
    for (const { model, property } of field.maps) {
      const properties = models.get(model) ?? {};
      properties[field.lwm2m ?? field.name] = property;
      models.set(model, properties);
    }
  }
  return models;
}

function toKnownField(field: Field): KnownField {
  const unit = field.kind === "duration" ? "s" : "unit" in field ? (field.unit ?? "") : "";
  return {
    name: field.name,
    title: field.title ?? field.name,
    unit: displayUnit(unit),
    decimals: decimalsOf(field),
    isNumber: field.kind === "quantity" || field.kind === "counter" || field.kind === "duration",
  };
}

function decimalsOf(field: Field): number {
  switch (field.kind) {
    case "quantity":
    case "counter":
    case "duration":
    case "array":
      return stepsOf(field).decimals;
    case "position":
      return positionStepsOf(field).latitude.decimals;
    default:
      return 0;
  }
}
