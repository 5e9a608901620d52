import { type Entity, modelOf, unitCode } from "@bollard/ngsi-ld";
import type { Field, SensorSchema } from "@bollard/schema";
import { type Check, met, notApplicable, notMet, some } from "./check.js";
import { numericProperties } from "./entity-parts.js";

/** What a schema declares of a property of a model. */
export interface DeclaredProperty {
  /** Schema and field, such as `street-air/pm25`. */
  readonly field: string;
  readonly type: string;
  readonly property: string;
  readonly concernsPersons: boolean;
  readonly unitCode?: string;
  /** Of the field, where its unit is the property's too. */
  readonly range?: readonly [min: number, max: number];
}

/** Every property that some schemas map to. */
export function declaredProperties(schemas: readonly SensorSchema[]): readonly DeclaredProperty[] {
  return schemas.flatMap((schema) =>
    [...schema.fields, ...schema.derived].flatMap((field) =>
      field.maps.map(({ model, property, unit }) => {
        const own = "unit" in field ? field.unit : undefined;
        const served = modelOf(model)?.units?.[property] ?? unit ?? own;
        const code = served === undefined ? undefined : unitCode(served);
        const range = served === own ? rangeOf(field) : undefined;
        return {
          field: `${schema.name}/${field.name}`,
          ...{ type: model, property, concernsPersons: field.concernsPersons },
          ...(code !== undefined && { unitCode: code }),
          ...(range && { range }),
        };
      }),
    ),
  );
}

/** An attribute that a schema declares, where an entity has it. */
export function declaredIn(
  entities: readonly Entity[],
  { type, property }: DeclaredProperty,
): Entity | undefined {
  return entities.find((entity) => entity.type === type && Object.hasOwn(entity, property));
}

function rangeOf(field: Field): readonly [number, number] | undefined {
  return field.kind === "quantity" ? [field.min, field.max] : undefined;
}

/** MIM2 R1.1: what is served is what the schemas declare. */
export const asDeclared: Check = {
  id: "as-declared",
  title: "Attributes have the units and ranges that the sensor schemas declare",
  async run(deployment) {
    const { schemas = [] } = deployment.options;
    const entities = await deployment.entities();
    const asked = `GET ${deployment.api}entities; compared with the schemas`;
    if (schemas.length === 0) return notApplicable(asked, "no schema was named: --schema");
    const declared = declaredProperties(schemas);
    let compared = 0;
    const wrong = entities.flatMap((entity) =>
      numericProperties(entity).flatMap((served) => {
        const own = declared.find(
          ({ type, property }) => type === entity.type && property === served.name,
        );
        if (!own) return [];
        compared++;
        const place = `${entity.id} ${served.name}`;
        if (own.unitCode !== undefined && served.unitCode !== own.unitCode) {
          return [`${place} is in ${served.unitCode}, and ${own.field} in ${own.unitCode}`];
        }
        const [min, max] = own.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
        const { value } = served;
        return value < min || value > max
          ? [`${place} is ${value}, and ${own.field} goes from ${min} to ${max}`]
          : [];
      }),
    );
    if (wrong.length > 0) return notMet(asked, some(wrong));
    if (compared === 0) return notMet(asked, "no entity has an attribute that the schemas map to");
    return met(
      asked,
      `${compared} values as ${schemas.map(({ name }) => name).join(", ")} declare`,
    );
  },
};
