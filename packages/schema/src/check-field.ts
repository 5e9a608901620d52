import { allUnits, canConvertUnit, lookUpUnit } from "@bollard/senml";
import {
  type Checker,
  type Entry,
  flag,
  isKeyed,
  join,
  type Keyed,
  type Keys,
  list,
  number,
  oneOf,
  pattern,
  type Rule,
  show,
  text,
  unique,
  whole,
} from "./checker.js";
import { nearestWord } from "./nearest-word.js";
import { readRange } from "./read-range.js";
import type { FieldKind } from "./sensor-schema.js";
import { positionRangesOf } from "./steps.js";

/** Longest title; a description may have `MOST_DESCRIPTION` characters. */
export const MOST_TITLE = 100;
/** @see MOST_TITLE */
export const MOST_DESCRIPTION = 2000;

const MOST_MODELS = 16;

/** Names of what a reading has beside its fields. */
const reservedNames: readonly string[] = ["t", "time", "key"];

const fieldName: Rule = (value, path, checker) => {
  const form = "lower-case letters, digits and underscores, starting with a letter, at most 48";
  pattern(/^[a-z][a-z0-9_]{0,47}$/, form)(value, path, checker);
  if (typeof value === "string" && reservedNames.includes(value)) {
    const message = `${value} is what a reading has beside its fields; take another name`;
    checker.add("SCHEMA_BAD_NAME", path, message);
  }
};

const entryName = pattern(
  /^[A-Za-z][A-Za-z0-9_-]{0,47}$/,
  "letters, digits, underscores and hyphens, starting with a letter, at most 48",
);

/** A name of the SenML units registry. */
const unit: Rule = (value, path, checker) => {
  if (typeof value !== "string") {
    checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a text; a SenML unit name`);
  } else if (lookUpUnit(value) === undefined) {
    const units = allUnits();
    const symbol = units.find((known) => known.symbol === value)?.name;
    const near =
      symbol ??
      nearestWord(
        value,
        units.map((known) => known.name),
      );
    const right =
      near === undefined ? "see the IANA SenML units registry" : `did you mean ${near}?`;
    checker.add("SCHEMA_UNKNOWN_UNIT", path, `${show(value)} is not a SenML unit; ${right}`);
  }
};

const model = pattern(/^[A-Z][A-Za-z0-9]{0,63}$/, "a model's name, such as AirQualityObserved");
const property = pattern(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "a property's name, such as pm25");

const goal: Keys = { property: { rule: property, required: true }, unit: { rule: unit } };

const maps: Rule = (value, path, checker) => {
  if (Array.isArray(value)) {
    const keys: Keys = { model: { rule: model, required: true }, ...goal };
    list(0, MOST_MODELS, (entry, place) => checker.keys(entry, place, keys))(value, path, checker);
  } else if (isKeyed(value)) {
    const entries = Object.entries(value);
    if (entries.length > MOST_MODELS) {
      const message = `${entries.length} models are too many; at most ${MOST_MODELS}`;
      checker.add("SCHEMA_OUT_OF_BOUNDS", path, message);
    }
    for (const [name, entry] of entries) {
      model(name, join(path, name), checker);
      if (typeof entry === "string") property(entry, join(path, name), checker);
      else checker.keys(entry, join(path, name), goal);
    }
  } else {
    const message = `${show(value)} is not a set of models; such as AirQualityObserved: pm25`;
    checker.add("SCHEMA_WRONG_TYPE", path, message);
  }
};

const common: Keys = {
  name: { rule: fieldName, required: true },
  kind: { rule: text(MOST_TITLE) },
  title: { rule: text(MOST_TITLE) },
  description: { rule: text(MOST_DESCRIPTION) },
  optional: { rule: flag },
  concernsPersons: { rule: flag },
  outOfRange: { rule: oneOf(["refuse", "clamp", "missing"]) },
  maps: { rule: maps },
  lwm2m: {
    rule: pattern(
      /^[0-9]{1,5}(\/[0-9]{1,5}){0,3}$/,
      "numbers between slashes, such as 3303/0/5700",
    ),
  },
};

const typicalStep: Keys = { typicalStep: { rule: number } };
const range: Keys = {
  min: { rule: number, required: true },
  max: { rule: number, required: true },
  resolution: { rule: number, required: true },
};
const bytes: Keys = { maxBytes: { rule: whole(1, 255), required: true } };

const keysByKind: Readonly<Record<FieldKind, Keys>> = {
  quantity: { ...common, unit: { rule: unit, required: true }, ...range, ...typicalStep },
  counter: {
    ...common,
    bits: { rule: oneOf([8, 16, 24, 32]), required: true },
    unit: { rule: unit },
    ...typicalStep,
  },
  boolean: common,
  enum: { ...common, values: { rule: list(2, 256, entryName), required: true } },
  flags: { ...common, flags: { rule: list(1, 32, entryName), required: true } },
  position: {
    ...common,
    resolution: { rule: number, required: true },
    altitude: { rule: (value, path, checker) => checker.keys(value, path, range) },
    ...typicalStep,
  },
  duration: {
    ...common,
    max: { rule: number, required: true },
    resolution: { rule: number, required: true },
    ...typicalStep,
  },
  text: { ...common, ...bytes },
  bytes: { ...common, ...bytes },
  array: {
    ...common,
    length: { rule: whole(2, 64), required: true },
    unit: { rule: unit, required: true },
    ...range,
    ...typicalStep,
  },
};

const kinds = Object.keys(keysByKind) as FieldKind[];
const clampable: readonly FieldKind[] = ["quantity", "duration", "array", "position"];

/** Checks one field, its keys first and then what they say together. */
export const field: Rule = (value, path, checker) => {
  if (!isKeyed(value)) {
    checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a field; a set of keys`);
    return;
  }
  const kind = kinds.find((known) => known === (value.kind ?? "quantity"));
  if (kind === undefined) {
    oneOf(kinds)(value.kind, join(path, "kind"), checker);
    return;
  }
  checker.keys(value, path, keysByKind[kind]);
  checkRanges(value, kind, path, checker);
  checkRules(value, kind, path, checker);
  checkNames(value, path, checker);
  checkMapUnits(value, kind, path, checker);
};

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
