import { type Formula, parseFormula } from "./formula.js";
import type { AnyValue } from "./reading-of.js";
import type { DerivedField, SensorSchema } from "./sensor-schema.js";
import { stepOfValue, stepsOf, valueOfStep } from "./steps.js";

/** A field's values by name, as a reading has them. */
type Values = Readonly<Record<string, AnyValue | undefined>>;

/**
 * A model that makes one derived value from its inputs.
 *
 * @returns a number of a quantity, true or false, a name of an enum; null where it cannot tell
 */
export type DeriveModel = (inputs: Values) => number | boolean | string | null;

const formulas = new WeakMap<DerivedField, Formula>();

function formulaOf(field: DerivedField, text: string): Formula {
  const known = formulas.get(field);
  if (known !== undefined) return known;
  const formula = parseFormula(text);
  if (!("evaluate" in formula)) throw new RangeError(`${field.name}: ${formula.message}`);
  formulas.set(field, formula);
  return formula;
}

/**
 * The values of a schema's derived fields, from those of one reading.
 *
 * A value is null where an input is missing, where the formula gives no finite number, where it is
 * out of its range and not clamped, and where its model is not among `models` or cannot tell.
 *
 * @param schema - one that `checkSchema` finds nothing wrong with
 * @param models - by the name that a derived field's `model` has
 */
export function deriveValues(
  schema: Pick<SensorSchema, "fields" | "derived">,
  values: Values,
  models: Readonly<Record<string, DeriveModel>> = {},
): Record<string, number | boolean | string | null> {
  const derived: Record<string, number | boolean | string | null> = {};
  for (const field of schema.derived) {
    const inputs: Record<string, AnyValue> = {};
    let isWhole = true;
    for (const name of field.inputs) {
      const value = Object.hasOwn(derived, name) ? derived[name] : values[name];
      if (value === undefined || value === null) isWhole = false;
      else inputs[name] = value;
    }
    derived[field.name] = isWhole ? derive(field, inputs, schema, models) : null;
  }
  return derived;
}

function derive(
  field: DerivedField,
  inputs: Readonly<Record<string, AnyValue>>,
  schema: Pick<SensorSchema, "fields" | "derived">,
  models: Readonly<Record<string, DeriveModel>>,
): number | boolean | string | null {
  if (field.formula === undefined) {
    const model = field.model === undefined ? undefined : models[field.model];
    return fit(field, model?.(inputs) ?? null);
  }
  const all = [...schema.fields, ...schema.derived];
  const number = formulaOf(field, field.formula).evaluate((name) => {
    const value = inputs[name];
    const input = all.find((known) => known.name === name);
    if (input?.kind === "enum") return input.values.indexOf(String(value));
    return Number(value);
  });
  if (!Number.isFinite(number)) return null;
  if (field.kind === "boolean") return number !== 0;
  if (field.kind === "enum") return field.values[Math.trunc(number)] ?? null;
  return fit(field, number);
}

/** The value as its field has it: by the resolution, within the range, of the kind. */
function fit(
  field: DerivedField,
  value: number | boolean | string | null,
): number | boolean | string | null {
  switch (field.kind) {
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "enum":
      return field.values.find((name) => name === value) ?? null;
    case "quantity": {
      if (typeof value !== "number" || !Number.isFinite(value)) return null;
      const steps = stepsOf(field);
      const step = stepOfValue(steps, value);
      const inside = Math.min(Math.max(step, 0), steps.last);
      if (step !== inside && field.outOfRange !== "clamp") return null;
      return valueOfStep(steps, inside);
    }
  }
}
