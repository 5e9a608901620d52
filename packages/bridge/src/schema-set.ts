import { compileSchema, type PayloadCodec, type RecordForm, recordForms } from "@bollard/payload";
import { toPlatformField } from "@bollard/platforms";
import { type Field, layoutFingerprint, type SensorSchema } from "@bollard/schema";
import { PackWriter } from "@bollard/senml";
import type { SchemaPrivacyConfig } from "./config/config.js";
import { BridgeError } from "./error.js";
import { calibrate } from "./rules/calibrate.js";
import { deriveBy } from "./rules/derive.js";
import { type Privacy, privacyOf } from "./rules/privacy.js";
import type { Rule } from "./rules/rule.js";

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
  /** Its value is a position. */
  readonly isPlace: boolean;
}

/** A schema with what the bridge needs of it at each reading, made once. */
export interface KnownSchema {
  /** What travels. */
  readonly schema: SensorSchema;
  /** What leaves: with the derived fields, and without those that are dropped. */
  readonly output: Pick<SensorSchema, "time" | "fields">;
  /** What makes the one of the other: calibrate, derive, then privacy. */
  readonly rules: readonly Rule[];
  readonly privacy: Privacy;
  readonly codec: PayloadCodec;
  /** Layout fingerprint, 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** The SenML records of what leaves. */
  readonly records: readonly RecordForm[];
  /** Writes those records, and behind them one named `key`. */
  readonly senml: PackWriter;
  /** Those that leave. */
  readonly fields: readonly KnownField[];
  /** Of those, the ones that are kept for a time only, and what is derived from such; seconds. */
  readonly expiring: readonly { readonly name: string; readonly keepS: number }[];
  /** Smart Data Model to the property of each of its records, by the record's name. */
  readonly models: ReadonlyMap<string, Readonly<Record<string, string>>>;
  field(name: string): KnownField | undefined;
}

/** The schemas of the configuration, by id. */
export class SchemaSet {
  #byId: ReadonlyMap<number, KnownSchema> = new Map();
  #byName: ReadonlyMap<string, KnownSchema> = new Map();
  #isAnyStripped = false;

  /**
   * @param privacy - name of a schema to its rules
   * @throws {@link BridgeError} `BRIDGE_SCHEMA_CONFLICT` for two with one id or one name,
   * `BRIDGE_CONFIG_INVALID` for a privacy rule that fits no schema or no field
   */
  constructor(schemas: readonly SensorSchema[], privacy: PrivacyConfig = {}) {
    this.replace(schemas, privacy);
  }

  /** Takes others in place of all there were. Throws as the constructor does, and is unchanged. */
  replace(schemas: readonly SensorSchema[], privacy: PrivacyConfig): void {
    const byId = new Map<number, KnownSchema>();
    const names = new Set<string>();
    for (const schema of schemas) {
      const other = byId.get(schema.id)?.schema.name;
      if (other !== undefined || names.has(schema.name)) {
        const message = other
          ? `Its id ${schema.id} is the id of ${other} already`
          : "There are two schemas of this name";
        throw new BridgeError("BRIDGE_SCHEMA_CONFLICT", schema.name, message);
      }
      names.add(schema.name);
      const rules = Object.hasOwn(privacy, schema.name) ? privacy[schema.name] : undefined;
      byId.set(schema.id, toKnownSchema(schema, privacyOf(schema, rules)));
    }
    const stray = Object.keys(privacy).find((name) => !names.has(name));
    if (stray !== undefined) {
      const known = names.size === 0 ? "none is configured" : `there are ${[...names].join(", ")}`;
      const message = `There is no schema of this name; ${known}`;
      throw new BridgeError("BRIDGE_CONFIG_INVALID", `privacy.${stray}`, message);
    }
    this.#byId = byId;
    this.#isAnyStripped = [...byId.values()].some(({ privacy }) => privacy.beforeSpool.length > 0);
    this.#byName = new Map([...byId.values()].map((known) => [known.schema.name, known]));
  }

  /** Whether one of them has fields that must not come to the disk. */
  get isAnyStripped(): boolean {
    return this.#isAnyStripped;
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

  /** The only one of these names; undefined where there are several, or none. */
  onlyOf(names: ReadonlySet<string>): KnownSchema | undefined {
    const [first, ...others] = [...this.#byId.values()].filter(({ schema }) =>
      names.has(schema.name),
    );
    return others.length === 0 ? first : undefined;
  }

  get all(): readonly KnownSchema[] {
    return [...this.#byId.values()];
  }

  get ids(): readonly number[] {
    return [...this.#byId.keys()];
  }

  /** Fields that concern persons and have no rule, in sentences. */
  warnings(): readonly string[] {
    return [...this.#byId.values()].flatMap(({ schema: { name }, privacy }) =>
      privacy.withheld.map(
        (field) =>
          `The field ${field} of ${name} concerns persons and has no rule, so it goes nowhere: give it one at privacy.${name}.fields.${field}`,
      ),
    );
  }
}

type PrivacyConfig = Readonly<Record<string, SchemaPrivacyConfig>>;

function toKnownSchema(schema: SensorSchema, privacy: Privacy): KnownSchema {
  const { dropped } = privacy;
  const leaving = [...schema.fields, ...schema.derived].filter(({ name }) => !dropped.has(name));
  const fields = new Map(leaving.map((field) => [field.name, toKnownField(field)]));
  const records = recordForms({ fields: leaving });
  const derive = schema.derived.length > 0 ? [deriveBy(schema)] : [];
  return {
    schema,
    output: { time: schema.time, fields: leaving },
    rules: [calibrate, ...derive, privacy.rule],
    privacy,
    codec: compileSchema(schema),
    fingerprint: layoutFingerprint(schema),
    records,
    senml: new PackWriter([...records, { name: "key", kind: "stringValue" }]),
    fields: [...fields.values()],
    expiring: expiringOf(schema, privacy),
    models: modelsOf(leaving),
    field: (name) => fields.get(name) ?? fieldOf(schema, name),
  };
}

/** A field that does not leave, and that a rule asks about. */
function fieldOf(schema: SensorSchema, name: string): KnownField | undefined {
  const field = schema.fields.find((one) => one.name === name);
  return field && toKnownField(field);
}

/** A derived field lasts as long as the first of its inputs that goes. */
function expiringOf(schema: SensorSchema, { expiring, dropped }: Privacy): KnownSchema["expiring"] {
  const keepS = new Map(expiring.map((field) => [field.name, field.keepS]));
  for (const { name, inputs } of schema.derived) {
    const least = Math.min(...inputs.map((input) => keepS.get(input) ?? Number.POSITIVE_INFINITY));
    if (Number.isFinite(least)) keepS.set(name, least);
  }
  return [...keepS]
    .filter(([name]) => !dropped.has(name))
    .map(([name, seconds]) => ({ name, keepS: seconds }));
}

function modelsOf(fields: readonly Field[]): KnownSchema["models"] {
  const models = new Map<string, Record<string, string>>();
  for (const field of fields) {
    for (const { model, property } of field.maps) {
      const properties = models.get(model) ?? {};
      properties[field.lwm2m ?? field.name] = property;
      models.set(model, properties);
    }
  }
  return models;
}

function toKnownField(field: Field): KnownField {
  const { name, title, displayUnit, decimals } = toPlatformField(field);
  return {
    name,
    title,
    unit: displayUnit,
    decimals,
    isPlace: field.kind === "position",
    isNumber: field.kind === "quantity" || field.kind === "counter" || field.kind === "duration",
  };
}
