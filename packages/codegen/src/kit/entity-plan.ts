import { contextsFor, modelOf, toEntity } from "@bollard/ngsi-ld";
import { recordForms } from "@bollard/payload";
import type { Field, SensorSchema } from "@bollard/schema";

/** How a field becomes a property of an entity, for decoders that have nothing but the field's value. */
export interface PropertyPlan {
  readonly field: string;
  readonly property: string;
  /** UN/CEFACT code; absent for what is no measured number. */
  readonly unitCode?: string;
  /** The property's value is `value × factor + offset`; absent for 1 and 0, and for what is no number. */
  readonly factor?: number;
  readonly offset?: number;
  /** The model's words for false and true. */
  readonly words?: readonly [unknown, unknown];
}

/** How readings become one model's entities. */
export interface EntityPlan {
  readonly type: string;
  readonly context: readonly string[];
  /** Properties that take the reading's time. */
  readonly times: readonly string[];
  readonly properties: readonly PropertyPlan[];
}

const PROBE_S = 1_000_000_000;
const PROBE_TIME = "2001-09-09T01:46:40.000Z";

/**
 * The plans of a schema, one for each model that it maps to: made by asking what `toEntity` makes of a
 * value, so that both say the same. Fields with several parts are left out, but for the place.
 */
export function entityPlans(schema: Pick<SensorSchema, "fields">): readonly EntityPlan[] {
  const models = new Map<string, PropertyPlan[]>();
  for (const field of schema.fields) {
    for (const { model, property } of field.maps) {
      if (!modelOf(model)) continue;
      const plan = planOf(field, model, property);
      if (!plan) continue;
      const plans = models.get(model) ?? [];
      models.set(model, [...plans, plan]);
    }
  }
  return [...models].map(([type, properties]) => ({
    type,
    context: [contextsFor(type)].flat() as string[],
    times: timesOf(type, properties),
    properties,
  }));
}

function planOf(field: Field, model: string, property: string): PropertyPlan | undefined {
  const [form, ...others] = recordForms({ fields: [field] });
  if (!form || others.length > 0) return undefined;
  const { name, unit, kind } = form;
  const probe = (value: unknown) =>
    toEntity([{ name, ...(unit !== undefined && { unit }), [kind]: value, time: PROBE_S }], {
      id: `urn:ngsi-ld:${model}:probe`,
      type: model,
      properties: { [name]: property },
    })[property] as { readonly value: unknown; readonly unitCode?: string };
  const of = { field: field.name, property };
  if (kind === "booleanValue") {
    const words = [probe(false).value, probe(true).value] as const;
    return typeof words[0] === "boolean" ? of : { ...of, words };
  }
  if (kind !== "value") return of;
  const [zero, hundred] = [probe(0), probe(100)];
  const offset = zero.value as number;
  const factor = Number((((hundred.value as number) - offset) / 100).toPrecision(15));
  return {
    ...of,
    ...(zero.unitCode !== undefined && { unitCode: zero.unitCode }),
    ...(factor !== 1 && { factor }),
    ...(offset !== 0 && { offset }),
  };
}

function timesOf(type: string, [first]: readonly PropertyPlan[]): readonly string[] {
  const property = first?.property ?? "";
  const entity = toEntity([{ name: "x", stringValue: "x", time: PROBE_S }], {
    id: `urn:ngsi-ld:${type}:probe`,
    type,
    properties: { x: property },
  });
  return Object.entries(entity).flatMap(([name, attribute]) => {
    const { value } = Object(attribute) as { value?: unknown };
    return name !== property && value === PROBE_TIME ? [name] : [];
  });
}
