import type { FieldValue, Position } from "@bollard/payload";
import type { DerivedField, Field, SensorSchema } from "@bollard/schema";
import type { FieldPrivacyConfig, SchemaPrivacyConfig } from "../config/config.js";
import { BridgeError } from "../error.js";
import type { ExpiringField } from "./expiry.js";
import type { Rule } from "./rule.js";

/** A schema's privacy rules, ready to be applied. */
export interface Privacy {
  readonly rule: Rule;
  /** Fields that never leave. */
  readonly dropped: ReadonlySet<string>;
  /** Of those, the ones that concern persons and have no rule: somebody should be told. */
  readonly withheld: readonly string[];
  /** Of those, the ones that do not come to the disk. */
  readonly beforeSpool: readonly string[];
  /** Fields of the payload that are kept for a time only. */
  readonly expiring: readonly ExpiringField[];
  /** Whether what leaves differs from what came: then the payload itself must not leave. */
  readonly isRestricted: boolean;
  /** Times are rounded down to a multiple of this; 0: not. */
  readonly timeStepS: number;
  /** The rules as they were stated, by field. */
  readonly stated: Readonly<Record<string, FieldPrivacyConfig>>;
}

/**
 * Makes the privacy rules of a schema from the configuration.
 *
 * A field that concerns persons never leaves without a rule: with none it is dropped.
 *
 * @throws {@link BridgeError} `BRIDGE_CONFIG_INVALID` for a field that there is not, and for a rule
 * that does not fit its field
 */
export function privacyOf(schema: SensorSchema, config: SchemaPrivacyConfig = {}): Privacy {
  const fields = [...schema.fields, ...schema.derived];
  const rules = config.fields ?? {};
  const changes = new Map<string, (value: FieldValue) => FieldValue>();
  const dropped = new Set<string>();
  const withheld: string[] = [];
  const beforeSpool: string[] = [];
  const expiring: ExpiringField[] = [];
  for (const name of Object.keys(rules)) {
    if (fields.some((field) => field.name === name)) continue;
    throw wrong(schema, name, `${schema.name} has no field ${name}`);
  }
  for (const field of fields) {
    const rule = Object.hasOwn(rules, field.name) ? rules[field.name] : undefined;
    if (rule) assertFits(schema, field, rule);
    if (rule?.drop === "spool") beforeSpool.push(field.name);
    if (rule?.keepHours !== undefined) {
      const isOptional = "optional" in field && field.optional;
      expiring.push({ name: field.name, keepS: rule.keepHours * HOUR_S, isOptional });
    }
    const isWithheld = field.concernsPersons && !saysHowItLeaves(rule);
    if (isWithheld) withheld.push(field.name);
    if (rule?.drop !== undefined || isWithheld) dropped.add(field.name);
    else if (rule?.atLeast !== undefined || rule?.step !== undefined) {
      changes.set(field.name, changeOf(rule));
    }
  }
  const { timeStepS = 0 } = config;
  const isRestricted = dropped.size > 0 || changes.size > 0 || timeStepS > 0 || expiring.length > 0;
  const rule: Rule = (values) => {
    if (dropped.size === 0 && changes.size === 0) return values;
    const kept = Object.entries(values).filter(([name]) => !dropped.has(name));
    return Object.fromEntries(
      kept.map(([name, value]) => {
        const change = changes.get(name);
        return [name, change && value !== null ? change(value) : value];
      }),
    );
  };
  return { rule, dropped, withheld, beforeSpool, expiring, isRestricted, timeStepS, stated: rules };
}

const HOUR_S = 3600;

/** How long it is kept says nothing of whether it may leave. */
function saysHowItLeaves({ drop, atLeast, step, allow }: FieldPrivacyConfig = {}): boolean {
  return (drop ?? atLeast ?? step ?? allow) !== undefined;
}

function assertFits(
  schema: SensorSchema,
  field: Field | DerivedField,
  rule: FieldPrivacyConfig,
): void {
  const { drop, atLeast, step, allow, keepHours } = rule;
  const refuse = (message: string) => wrong(schema, field.name, message);
  if (drop === "spool" && !("optional" in field && field.optional && !("inputs" in field))) {
    throw refuse("Only an optional field of the payload can be dropped before the spool");
  }
  if (keepHours !== undefined && "inputs" in field) {
    throw refuse("It is not on the disk, so it is not kept: give its inputs a time");
  }
  if (keepHours !== undefined && drop === "spool") {
    throw refuse("It does not come to the disk, so it is not kept for hours");
  }
  if (drop !== undefined && (atLeast ?? step ?? allow) !== undefined) {
    throw refuse("A field that is dropped needs no other rule");
  }
  const isNumber = ["quantity", "counter", "duration", "array"].includes(field.kind);
  if (atLeast !== undefined && !isNumber) throw refuse("A threshold is for numbers");
  if (step !== undefined && !isNumber && field.kind !== "position") {
    throw refuse("Steps are for numbers and positions; drop it, or allow it with a purpose");
  }
}

function wrong(schema: SensorSchema, field: string, message: string): BridgeError {
  const place = `privacy.${schema.name}.fields.${field}`;
  return new BridgeError("BRIDGE_CONFIG_INVALID", place, message);
}

/** First the threshold, then the steps. */
function changeOf({ atLeast, step }: FieldPrivacyConfig): (value: FieldValue) => FieldValue {
  const isTooFew = (value: number) => atLeast !== undefined && value > 0 && value < atLeast;
  const coarser = (value: number) => (step === undefined ? value : floorTo(value, step));
  return (value) => {
    if (typeof value === "number") return isTooFew(value) ? null : coarser(value);
    if (isPosition(value)) {
      return { latitude: coarser(value.latitude), longitude: coarser(value.longitude) };
    }
    const numbers = value as readonly number[];
    // An array has no places for missing elements.
    return numbers.some(isTooFew) ? null : numbers.map(coarser);
  };
}

function isPosition(value: FieldValue): value is Position {
  return typeof value === "object" && value !== null && "latitude" in value;
}

/** The multiple of `step` at or below the value, with no more decimals than `step` has. */
function floorTo(value: number, step: number): number {
  const decimals = /\.(\d+)$/.exec(String(step))?.[1]?.length ?? 0;
  // 0.3 / 0.1 is just below 3.
  const steps = Math.floor(Number((value / step).toFixed(9)));
  return Number((steps * step).toFixed(decimals));
}
