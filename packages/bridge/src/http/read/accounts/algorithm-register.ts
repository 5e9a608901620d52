import type { KnownSchema } from "../../../schema-set.js";

/** One value that is made and not measured, as a register of algorithms asks. */
export interface AlgorithmEntry {
  /** Schema and field, such as `street-air/heat_index`. */
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly schema: string;
  readonly schemaVersion: number;
  readonly method: { readonly kind: "formula" | "model"; readonly text: string };
  readonly version: string;
  /** Fields that it is made from. */
  readonly inputs: readonly string[];
  readonly purpose: string;
  /** Where it must not be relied on. */
  readonly limits?: string;
  /** Something is decided by it without a person. */
  readonly decides: boolean;
  readonly concernsPersons: boolean;
  /** SenML name. */
  readonly unit?: string;
  /** Where the city sees it. */
  readonly attributes: readonly { readonly type: string; readonly name: string }[];
}

/** The derived fields that leave, in the order of schemas and fields. */
export function algorithmRegister(schemas: readonly KnownSchema[]): AlgorithmEntry[] {
  return schemas.flatMap(({ schema, privacy }) =>
    schema.derived
      .filter(({ name }) => !privacy.dropped.has(name))
      .map((field): AlgorithmEntry => {
        const { name, title = name, description, formula, model, version, inputs } = field;
        const { purpose, limits, decides, concernsPersons, maps } = field;
        return {
          ...{ id: `${schema.name}/${name}`, title },
          ...(description !== undefined && { description }),
          ...{ schema: schema.name, schemaVersion: schema.version },
          method:
            formula === undefined
              ? { kind: "model", text: model ?? "" }
              : { kind: "formula", text: formula },
          ...{ version, inputs, purpose },
          ...(limits !== undefined && { limits }),
          ...{ decides, concernsPersons },
          ...("unit" in field && { unit: field.unit }),
          attributes: maps.map(({ model: type, property }) => ({ type, name: property })),
        };
      }),
  );
}
