import { checkDerived, derivedField } from "./check-derived.js";
import { field } from "./check-field.js";
import { checkFollows } from "./check-follows.js";
import {
  Checker,
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
  text,
  unique,
  whole,
} from "./checker.js";
import type { SchemaProblem } from "./error.js";
import { MOST_DESCRIPTION, MOST_TITLE } from "./field-keys.js";

// A YAML author writes 16 without quotes, which is a number there.
const timeModes = ["none", "absolute", "16", 16, "uptime"];

const name: Rule = (value, path, checker) => {
  const form = "lower-case words joined by hyphens, such as street-air, at most 64 characters";
  pattern(/^(?=.{1,64}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/, form)(value, path, checker);
};

const time: Rule = (value, path, checker) => {
  if (!isKeyed(value)) {
    oneOf(timeModes)(value, path, checker);
    return;
  }
  const keys: Keys = { mode: { rule: oneOf(timeModes) }, milliseconds: { rule: flag } };
  const given = checker.keys(value, path, keys);
  if (given?.mode === "none" && given.milliseconds === true) {
    const message = "there is no time for milliseconds to refine; leave them out or take a mode";
    checker.add("SCHEMA_BAD_RULE", join(path, "milliseconds"), message);
  }
};

const interval: Rule = (value, path, checker) => {
  number(value, path, checker);
  if (typeof value === "number" && value <= 0) {
    checker.add("SCHEMA_OUT_OF_BOUNDS", path, `${value} is out of bounds; seconds, above 0`);
  }
};

function titleKeys(): Keys {
  return { title: { rule: text(MOST_TITLE) }, description: { rule: text(MOST_DESCRIPTION) } };
}

const command: Rule = (value, path, checker) => {
  const given = checker.keys(value, path, {
    name: { rule: name, required: true },
    id: { rule: whole(1, 16383), required: true },
    ...titleKeys(),
    fields: { rule: list(0, 64, field) },
  });
  uniqueIn(checker, given?.fields, join(path, "fields"), "name");
  checkFollows(given?.fields, join(path, "fields"), checker);
};

function schemaKeys(): Keys {
  return {
    $schema: { rule: text(2000) },
    name: { rule: name, required: true },
    version: { rule: whole(1, 65535) },
    id: { rule: whole(1, 16383), required: true },
    ...titleKeys(),
    time: { rule: time },
    reportInterval: { rule: interval },
    mobility: { rule: oneOf(["fixed", "mobile"]) },
    fields: { rule: list(1, 64, field), required: true },
    derived: { rule: list(0, 64, derivedField) },
    commands: { rule: list(0, 64, command) },
  };
}

/** Tells names and ids that stand twice in a list. */
function uniqueIn(checker: Checker, entries: unknown, path: string, key: string): void {
  if (!Array.isArray(entries)) return;
  const values = entries.map((entry, index) => {
    const place = join(join(path, index), key);
    return [isKeyed(entry) ? entry[key] : undefined, place] as const;
  });
  unique(checker, values);
}

/** Tells two fields that go to one property of one model. */
function uniqueGoals(checker: Checker, schema: Keyed): void {
  const goals = [...goalsOf(schema.fields, "fields"), ...goalsOf(schema.derived, "derived")];
  unique(checker, goals);
}

function goalsOf(fields: unknown, list: string): readonly [string, string][] {
  if (!Array.isArray(fields)) return [];
  const goals: [string, string][] = [];
  for (const [index, entry] of fields.entries()) {
    const maps = isKeyed(entry) ? entry.maps : undefined;
    if (typeof maps !== "object" || maps === null) continue;
    for (const [key, goal] of Object.entries(maps)) {
      const model = isKeyed(goal) ? (goal.model ?? key) : key;
      const property = isKeyed(goal) ? goal.property : goal;
      const path = Array.isArray(maps) ? `[${key}]` : `.${key}`;
      goals.push([`${model}.${property}`, `${list}[${index}].maps${path}`]);
    }
  }
  return goals;
}

/**
 * Finds everything that is wrong with a sensor schema: keys, names, units, ranges, rules.
 *
 * It takes a finished `SensorSchema`, or what an author writes, with defaults left out.
 *
 * @param input - of any type: it comes from a file or over a wire
 * @returns in the order of the keys; empty for a schema that can be used
 */
export function checkSchema(input: unknown): SchemaProblem[] {
  const checker = new Checker();
  const schema = checker.keys(input, "", schemaKeys());
  if (schema === undefined) return checker.problems;
  uniqueIn(checker, schema.fields, "fields", "name");
  checkFollows(schema.fields, "fields", checker);
  checkDerived(schema.fields, schema.derived, checker);
  uniqueGoals(checker, schema);
  uniqueIn(checker, schema.commands, "commands", "name");
  uniqueIn(checker, schema.commands, "commands", "id");
  return checker.problems;
}
