import type { FieldValue } from "@bollard/payload";
import type { RegisteredNode } from "../registry/registry.js";
import type { KnownSchema } from "../schema-set.js";

/** Whose reading a rule looks at. */
export interface RuleContext {
  readonly node: RegisteredNode;
  readonly schema: Pick<KnownSchema, "field">;
  /** When it was observed, Unix seconds. */
  readonly timeS: number;
}

/** A reading's values by field name. */
export type Values = Readonly<Record<string, FieldValue>>;

/**
 * One rule: takes a reading's values and gives them back changed, or the same object for no change.
 *
 * Rules are pure: a replay gives what the first run gave.
 */
export type Rule = (values: Values, context: RuleContext) => Values;

/** Applies rules one after the other. */
export function applyRules(rules: readonly Rule[], values: Values, context: RuleContext): Values {
  return rules.reduce((result, rule) => rule(result, context), values);
}
