import { allUnits, lookUpUnit } from "@bollard/senml";
import {
  flag,
  isKeyed,
  join,
  type Keys,
  list,
  number,
  oneOf,
  pattern,
  type Rule,
  show,
  text,
  whole,
} from "./checker.js";
import { nearestWord } from "./nearest-word.js";
import type { FieldKind } from "./sensor-schema.js";

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

const entryName: Rule = (value, path, checker) => {
  const form = "letters, digits, underscores and hyphens, starting with a letter, at most 48";
  pattern(/^[A-Za-z][A-Za-z0-9_-]{0,47}$/, form)(value, path, checker);
};

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

const model: Rule = (value, path, checker) => {
  const form = "a model's name, such as AirQualityObserved";
  pattern(/^[A-Z][A-Za-z0-9]{0,63}$/, form)(value, path, checker);
};

const property: Rule = (value, path, checker) => {
  const form = "a property's name, such as pm25";
  pattern(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, form)(value, path, checker);
};

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

// Functions and not constants: a bundle that checks no schema carries none of this.
function commonKeys(): Keys {
  const path = "numbers between slashes, such as 3303/0/5700";
  return {
    name: { rule: fieldName, required: true },
    kind: { rule: oneOf(fieldKinds) },
    title: { rule: text(MOST_TITLE) },
    description: { rule: text(MOST_DESCRIPTION) },
    optional: { rule: flag },
    concernsPersons: { rule: flag },
    outOfRange: { rule: oneOf(["refuse", "clamp", "missing"]) },
    maps: { rule: maps },
    lwm2m: { rule: pattern(/^[0-9]{1,5}(\/[0-9]{1,5}){0,3}$/, path) },
  };
}

const trends = ["returns", "stays", "continues"];

function profileKeys(): Keys {
  return {
    typicalStep: { rule: number },
    trend: { rule: oneOf(trends) },
    follows: { rule: number },
  };
}

const range: Keys = {
  min: { rule: number, required: true },
  max: { rule: number, required: true },
  resolution: { rule: number, required: true },
};

function ownKeys(kind: FieldKind): Keys {
  switch (kind) {
    case "quantity":
      return { unit: { rule: unit, required: true }, ...range, ...profileKeys() };
    case "counter": {
      const bits = { rule: oneOf([8, 16, 24, 32]), required: true };
      return { bits, unit: { rule: unit }, ...profileKeys() };
    }
    case "boolean":
      return {};
    case "enum":
      return { values: { rule: list(2, 256, entryName), required: true } };
    case "flags":
      return { flags: { rule: list(1, 32, entryName), required: true } };
    case "position": {
      const altitude: Rule = (value, path, checker) => checker.keys(value, path, range);
      const resolution = { rule: number, required: true };
      const { follows: _, ...profile } = profileKeys();
      return { resolution, altitude: { rule: altitude }, ...profile };
    }
    case "duration": {
      const bound = { rule: number, required: true };
      return { max: bound, resolution: bound, ...profileKeys() };
    }
    case "text":
    case "bytes":
      return { maxBytes: { rule: whole(1, 255), required: true } };
    case "array": {
      const length = { rule: whole(2, 64), required: true };
      return { length, unit: { rule: unit, required: true }, ...range, ...profileKeys() };
    }
  }
}

/** Every kind of field. */
export const fieldKinds: readonly FieldKind[] = [
  "quantity",
  "counter",
  "boolean",
  "enum",
  "flags",
  "position",
  "duration",
  "text",
  "bytes",
  "array",
];

/** The keys that a field of a kind may have, and their rules. */
export function fieldKeys(kind: FieldKind): Keys {
  return { ...commonKeys(), ...ownKeys(kind) };
}
