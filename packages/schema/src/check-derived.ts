import { checkMeaning } from "./check-field.js";
import {
  type Checker,
  flag,
  isKeyed,
  join,
  type Keyed,
  type Keys,
  list,
  oneOf,
  pattern,
  type Rule,
  show,
  text,
  unique,
} from "./checker.js";
import { fieldKeys } from "./field-keys.js";
import { MOST_FORMULA, parseFormula } from "./formula.js";
import { nearestWord } from "./nearest-word.js";
import type { FieldKind } from "./sensor-schema.js";

const derivedKinds = ["quantity", "boolean", "enum"] as const;

/** Kinds of a field that a formula can reckon with. */
const numeric: readonly unknown[] = ["quantity", "counter", "duration", "boolean", "enum"];

const MOST_INPUTS = 16;

const purpose: Rule = (value, path, checker) => {
  text(500)(value, path, checker);
  if (value === "") checker.add("SCHEMA_OUT_OF_BOUNDS", path, "it is empty; say what it is for");
};

function derivedKeys(kind: FieldKind): Keys {
  const { typicalStep: _, trend: __, follows: ___, ...keys } = fieldKeys(kind);
  const rules = kind === "quantity" ? ["missing", "clamp"] : ["missing"];
  return {
    ...keys,
    // An input may be missing; a schema that is filled says so.
    optional: { rule: oneOf([true]) },
    kind: { rule: oneOf(derivedKinds) },
    outOfRange: { rule: oneOf(rules) },
    inputs: { rule: list(1, MOST_INPUTS, text(48)), required: true },
    formula: { rule: text(MOST_FORMULA) },
    model: { rule: pattern(/^[!-~]{1,200}$/, "a name or an address without spaces") },
    version: { rule: pattern(/^[!-~]{1,32}$/, "text without spaces, such as 1.0"), required: true },
    purpose: { rule: purpose, required: true },
    limits: { rule: text(500) },
    decides: { rule: flag },
  };
}

/** Checks the derived fields of a schema, each against the fields and derived ones before it. */
export function checkDerived(fields: unknown, derived: unknown, checker: Checker): void {
  if (!Array.isArray(derived)) return;
  const known = new Map<string, Keyed>();
  for (const entry of Array.isArray(fields) ? fields : []) {
    if (isKeyed(entry) && typeof entry.name === "string") known.set(entry.name, entry);
  }
  for (const [index, entry] of derived.entries()) {
    if (!isKeyed(entry)) continue;
    const path = `derived[${index}]`;
    checkInputs(entry, path, known, checker);
    if (typeof entry.name !== "string") continue;
    if (known.has(entry.name)) {
      const message = `${show(entry.name)} is the name of a field already`;
      checker.add("SCHEMA_DUPLICATE", join(path, "name"), message);
    }
    known.set(entry.name, entry);
  }
}

/** Checks one derived field by itself: its keys, and what they say together. */
export const derivedField: Rule = (value, path, checker) => {
  if (!isKeyed(value)) {
    checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a field; a set of keys`);
    return;
  }
  const kind = derivedKinds.find((known) => known === (value.kind ?? "quantity"));
  if (kind === undefined) {
    oneOf(derivedKinds)(value.kind, join(path, "kind"), checker);
    return;
  }
  checker.keys(value, path, derivedKeys(kind));
  checkMeaning({ ...value, optional: true }, kind, path, checker);
  const { formula, model, inputs } = value;
  if ((formula === undefined) === (model === undefined)) {
    const message =
      formula === undefined
        ? "there is neither a formula nor a model; say how it is made"
        : "there are a formula and a model; keep the one that makes it";
    checker.add(
      "SCHEMA_BAD_RULE",
      join(path, formula === undefined ? "formula" : "model"),
      message,
    );
  }
  if (Array.isArray(inputs)) {
    const place = join(path, "inputs");
    unique(
      checker,
      inputs.map((input, index) => [input, join(place, index)]),
    );
  }
};

function checkInputs(
  value: Keyed,
  path: string,
  known: ReadonlyMap<string, Keyed>,
  checker: Checker,
): void {
  const inputs: readonly unknown[] = Array.isArray(value.inputs) ? value.inputs : [];
  const reckons = typeof value.formula === "string";
  for (const [index, input] of inputs.entries()) {
    if (typeof input !== "string") continue;
    const field = known.get(input);
    const place = join(join(path, "inputs"), index);
    if (field === undefined) {
      const near = nearestWord(input, [...known.keys()]);
      const right = near === undefined ? `there is ${[...known.keys()].join(", ")}` : undefined;
      const message = `${input} is no field before it; ${right ?? `did you mean ${near}?`}`;
      checker.add("SCHEMA_BAD_RULE", place, message);
    } else if (reckons && !numeric.includes(field.kind ?? "quantity")) {
      const message = `a formula cannot reckon with ${show(field.kind)}; take a model`;
      checker.add("SCHEMA_BAD_RULE", place, message);
    }
  }
  if (typeof value.formula !== "string") return;
  const place = join(path, "formula");
  const formula = parseFormula(value.formula);
  if (!("evaluate" in formula)) {
    if (value.formula.length > MOST_FORMULA) return;
    const message = `${formula.message}, at character ${formula.offset + 1}`;
    checker.add("SCHEMA_BAD_FORMULA", place, message);
    return;
  }
  for (const name of formula.names) {
    if (inputs.includes(name)) continue;
    checker.add("SCHEMA_BAD_FORMULA", place, `${name} is not among the inputs; add it there`);
  }
  for (const [index, input] of inputs.entries()) {
    if (formula.names.includes(String(input))) continue;
    const message = `${show(input)} is not in the formula; take it out`;
    checker.add("SCHEMA_BAD_RULE", join(join(path, "inputs"), index), message);
  }
}
