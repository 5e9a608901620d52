import { canConvertUnit, lookUpUnit } from "@bollard/senml";
import {
  type Checker,
  type Entry,
  isKeyed,
  join,
  type Keyed,
  oneOf,
  type Rule,
  show,
  unique,
} from "./checker.js";
import { fieldKeys, fieldKinds } from "./field-keys.js";
import { readRange } from "./read-range.js";
import type { FieldKind } from "./sensor-schema.js";
import { positionRangesOf } from "./steps.js";

const clampable: readonly FieldKind[] = ["quantity", "duration", "array", "position"];

/** Checks one field, its keys first and then what they say together. */
export const field: Rule = (value, path, checker) => {
  if (!isKeyed(value)) {
    checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a field; a set of keys`);
    return;
  }
  const kind = fieldKinds.find((known) => known === (value.kind ?? "quantity"));
  if (kind === undefined) {
    oneOf(fieldKinds)(value.kind, join(path, "kind"), checker);
    return;
  }
  checker.keys(value, path, fieldKeys(kind));
  checkMeaning(value, kind, path, checker);
};

/** Checks what a field's keys say together: ranges, rules, names and units. */
export function checkMeaning(value: Keyed, kind: FieldKind, path: string, checker: Checker): void {
  checkRanges(value, kind, path, checker);
  checkRules(value, kind, path, checker);
  checkNames(value, path, checker);
  checkMapUnits(value, kind, path, checker);
}

function checkRanges(value: Keyed, kind: FieldKind, path: string, checker: Checker): void {
  if (kind === "position") {
    const { latitude } = positionRangesOf({ resolution: numberAt(value, "resolution") });
    checkRange({ ...value, ...latitude }, path, checker, `90 degrees are`);
    if (isKeyed(value.altitude)) checkRange(value.altitude, join(path, "altitude"), checker);
  } else if (kind === "counter" && oneOfBits(value.bits)) {
    const implied = { min: 0, max: 2 ** value.bits - 1, resolution: 1 };
    checkRange({ ...value, ...implied }, path, checker);
  } else if (kind === "duration") {
    checkRange({ ...value, min: 0 }, path, checker);
  } else if (kind === "quantity" || kind === "array") {
    checkRange(value, path, checker);
  }
}

function oneOfBits(bits: unknown): bits is number {
  return bits === 8 || bits === 16 || bits === 24 || bits === 32;
}

function numberAt(value: Keyed, key: string): number {
  const entry = value[key];
  return typeof entry === "number" ? entry : Number.NaN;
}

/** Says nothing of a range with a key missing or of the wrong type: that is told already. */
function checkRange(value: Keyed, path: string, checker: Checker, multiple?: string): void {
  const [min, max, resolution] = ["min", "max", "resolution"].map((key) => numberAt(value, key));
  if (min === undefined || max === undefined || resolution === undefined) return;
  if (![min, max, resolution].every(Number.isFinite)) return;
  const typical = numberAt(value, "typicalStep");
  const steps = readRange({
    min,
    max,
    resolution,
    ...(Number.isFinite(typical) ? { typicalStep: typical } : {}),
  });
  if (!("key" in steps)) return;
  if (multiple !== undefined && steps.key === "min") {
    const message = `${multiple} not a multiple of ${resolution}; take such as 0.00001`;
    checker.add("SCHEMA_BAD_RANGE", join(path, "resolution"), message);
  } else {
    checker.add("SCHEMA_BAD_RANGE", join(path, steps.key), steps.message);
  }
}

function checkRules(value: Keyed, kind: FieldKind, path: string, checker: Checker): void {
  const place = join(path, "outOfRange");
  if (value.outOfRange === "missing" && value.optional !== true) {
    const message = "missing needs a field that may be missing; add optional: true";
    checker.add("SCHEMA_BAD_RULE", place, message);
  }
  if (value.outOfRange === "clamp" && !clampable.includes(kind)) {
    const message = `a ${kind} has no nearest value to clamp to; take refuse or missing`;
    checker.add("SCHEMA_BAD_RULE", place, message);
  }
}

function checkNames(value: Keyed, path: string, checker: Checker): void {
  for (const key of ["values", "flags"]) {
    const names = value[key];
    if (!Array.isArray(names)) continue;
    // In C they become upper-case constants, so `half-full` and `half_full` would be one.
    const constants = names.map((name, index): Entry => {
      const constant =
        typeof name === "string" ? name.toUpperCase().replaceAll("-", "_") : undefined;
      return [constant, join(join(path, key), index), show(name)];
    });
    unique(checker, constants);
  }
}

function checkMapUnits(value: Keyed, kind: FieldKind, path: string, checker: Checker): void {
  const own = unitOf(value, kind);
  for (const [unitThere, place] of mapUnits(value.maps, join(path, "maps"))) {
    if (typeof unitThere !== "string" || lookUpUnit(unitThere) === undefined) continue;
    if (own === undefined || !canConvertUnit(own, unitThere)) {
      const from = own === undefined ? `a ${kind} has no unit` : `${own} does not measure what`;
      const message = own === undefined ? `${from} to convert` : `${from} ${unitThere} does`;
      checker.add(
        "SCHEMA_UNKNOWN_UNIT",
        place,
        `${message}; leave the unit out or take a fitting one`,
      );
    }
  }
}

function unitOf(value: Keyed, kind: FieldKind): string | undefined {
  if (kind === "duration") return "s";
  if (kind === "counter" && value.unit === undefined) return "count";
  return typeof value.unit === "string" ? value.unit : undefined;
}

function mapUnits(value: unknown, path: string): readonly (readonly [unknown, string])[] {
  if (typeof value !== "object" || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.map(([key, entry]) => {
    const place = join(join(path, key), "unit");
    return [isKeyed(entry) ? entry.unit : undefined, place] as const;
  });
}
