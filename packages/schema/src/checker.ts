import type { SchemaErrorCode, SchemaProblem } from "./error.js";
import { nearestWord } from "./nearest-word.js";

/** Checks one value at one place. */
export type Rule = (value: unknown, path: string, checker: Checker) => void;

/** The keys that may stand in one place. */
export interface Keys {
  readonly [key: string]: { readonly rule: Rule; readonly required?: boolean };
}

/** A value with keys. */
export type Keyed = Readonly<Record<string, unknown>>;

/** Collects what is wrong. */
export class Checker {
  readonly problems: SchemaProblem[] = [];

  add(code: SchemaErrorCode, path: string, message: string): void {
    this.problems.push({ code, path, message });
  }

  /** Checks a value with keys: unknown ones, missing ones, and each by its rule. */
  keys(value: unknown, path: string, keys: Keys): Keyed | undefined {
    if (!isKeyed(value)) {
      this.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a set of keys`);
      return undefined;
    }
    const known = Object.keys(keys);
    const meant = new Set<string>();
    for (const [key, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      const rule = Object.hasOwn(keys, key) ? keys[key] : undefined;
      if (rule === undefined) meant.add(this.unknownKey(join(path, key), key, known));
      else rule.rule(entry, join(path, key), this);
    }
    for (const [key, { required }] of Object.entries(keys)) {
      // A misspelt key is told once, not as a missing one too.
      if (required === true && value[key] === undefined && !meant.has(key)) {
        this.add("SCHEMA_MISSING_KEY", join(path, key), `${key} is missing`);
      }
    }
    return value;
  }

  /** @returns the key that was meant, or an empty text */
  unknownKey(path: string, key: string, known: readonly string[]): string {
    const near = nearestWord(key, known);
    const right = near === undefined ? `known here: ${known.join(", ")}` : `did you mean ${near}?`;
    this.add("SCHEMA_UNKNOWN_KEY", path, `${key} is not a key here; ${right}`);
    return near ?? "";
  }
}

/** `fields[2].min` from `fields[2]` and `min`. */
export function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** True for a plain set of keys. */
export function isKeyed(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as an error shows it, cut where it is long. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** A text of a bounded length. */
export function text(most: number): Rule {
  return (value, path, checker) => {
    if (typeof value !== "string") {
      checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a text`);
    } else if (value.length > most) {
      const message = `${value.length} characters are too many; at most ${most}`;
      checker.add("SCHEMA_OUT_OF_BOUNDS", path, message);
    }
  };
}

/** A text of a form. `form` is told to the author. */
export function pattern(expression: RegExp, form: string): Rule {
  return (value, path, checker) => {
    if (typeof value !== "string") {
      checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a text; ${form}`);
    } else if (!expression.test(value)) {
      checker.add("SCHEMA_BAD_NAME", path, `${show(value)} may not be used; ${form}`);
    }
  };
}

/** true or false. */
export const flag: Rule = (value, path, checker) => {
  if (typeof value !== "boolean") {
    checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is neither true nor false`);
  }
};

/** A finite number. */
export const number: Rule = (value, path, checker) => {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a number`);
  }
};

/** A whole number within bounds. */
export function whole(least: number, most: number): Rule {
  return (value, path, checker) => {
    const range = `a whole number from ${least} to ${most}`;
    if (typeof value !== "number") {
      checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a number; ${range}`);
    } else if (!Number.isInteger(value) || value < least || value > most) {
      checker.add("SCHEMA_OUT_OF_BOUNDS", path, `${value} is out of bounds; ${range}`);
    }
  };
}

/** One of some values. */
export function oneOf(values: readonly (string | number | boolean)[]): Rule {
  return (value, path, checker) => {
    if (values.some((known) => known === value)) return;
    const near = typeof value === "string" ? nearestWord(value, values.map(String)) : undefined;
    const right = near === undefined ? `one of ${values.join(", ")}` : `did you mean ${near}?`;
    checker.add("SCHEMA_OUT_OF_BOUNDS", path, `${show(value)} may not stand here; ${right}`);
  };
}

/** A list of a bounded length. */
export function list(least: number, most: number, rule: Rule): Rule {
  return (value, path, checker) => {
    if (!Array.isArray(value)) {
      checker.add("SCHEMA_WRONG_TYPE", path, `${show(value)} is not a list`);
      return;
    }
    if (value.length < least || value.length > most) {
      const message = `${value.length} entries are out of bounds; ${least} to ${most}`;
      checker.add("SCHEMA_OUT_OF_BOUNDS", path, message);
    }
    for (const [index, entry] of value.slice(0, most).entries()) {
      rule(entry, join(path, index), checker);
    }
  };
}

/** A value that may stand once, where it stands, and how to show it where that differs. */
export type Entry = readonly [value: unknown, path: string, shown?: string];

/** Tells every value that stood before, at the later place. */
export function unique(checker: Checker, entries: readonly Entry[]): void {
  const first = new Map<unknown, string>();
  for (const [value, path, shown] of entries) {
    if (value === undefined) continue;
    const earlier = first.get(value);
    if (earlier === undefined) first.set(value, path);
    else checker.add("SCHEMA_DUPLICATE", path, `${shown ?? show(value)} is at ${earlier} already`);
  }
}
