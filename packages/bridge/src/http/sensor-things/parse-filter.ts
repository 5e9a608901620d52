import type { Item, SetName } from "./entity-sets.js";
import { QueryError } from "./query-error.js";

/** How two values are compared. */
export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

/** One comparison of a filter; all of them hold for what is wanted. */
export interface Condition {
  readonly property: string;
  readonly comparison: Comparison;
  /** A time is in milliseconds since the Unix epoch. */
  readonly value: string | number | boolean;
}

/** Properties whose values are times. */
const times: ReadonlySet<string> = new Set(["phenomenonTime", "resultTime"]);
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const MOST_CONDITIONS = 16;

/** What can be compared in each set. */
export function comparable(set: SetName): readonly string[] {
  return set === "Observations"
    ? ["phenomenonTime", "resultTime", "result", "id"]
    : ["name", "description", "id"];
}

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
  /** From 1 on. */
  readonly column: number;
}

/**
 * Reads a filter: comparisons joined by `and`, such as
 * `phenomenonTime ge 2026-09-01T00:00:00Z and phenomenonTime lt 2026-09-02T00:00:00Z`.
 *
 * @throws QueryError that names the column and what is taken there
 * @see OGC 18-088, clause 9.3.3.5
 */
export function parseFilter(text: string, set: SetName): Condition[] {
  const tokens = tokensOf(text);
  const conditions: Condition[] = [];
  let next = 0;
  let open = 0;
  const take = (what: string): Token => {
    const token = tokens[next++];
    if (token) return token;
    throw new QueryError(`$filter ends where ${what} should be`);
  };
  for (;;) {
    while (tokens[next]?.text === "(" && !tokens[next]?.isQuoted) {
      open++;
      next++;
    }
    conditions.push(parseCondition(take("a property"), take("a comparison"), take("a value"), set));
    while (tokens[next]?.text === ")" && !tokens[next]?.isQuoted) {
      open--;
      next++;
    }
    const joint = tokens[next++];
    if (!joint) break;
    if (joint.text !== "and" || joint.isQuoted) {
      throw wrong(joint, 'only "and" joins comparisons here');
    }
  }
  if (open !== 0) throw new QueryError("$filter has a parenthesis without its other");
  if (conditions.length > MOST_CONDITIONS) {
    throw new QueryError(`$filter has more than ${MOST_CONDITIONS} comparisons`);
  }
  return conditions;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:([()])|'((?:[^']|'')*)'|([^\s()']+))/gy;
  let end = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [all, parenthesis, quoted, word] = found;
    const column = found.index + all.length - all.trimStart().length + 1;
    end = pattern.lastIndex;
    if (quoted === undefined) {
      tokens.push({ text: parenthesis ?? word ?? "", isQuoted: false, column });
    } else tokens.push({ text: quoted.replaceAll("''", "'"), isQuoted: true, column });
  }
  if (text.slice(end).trim() === "") return tokens;
  throw new QueryError(`$filter has a quote without its other after column ${end}`);
}

function parseCondition(name: Token, word: Token, value: Token, set: SetName): Condition {
  const property = name.text === "@iot.id" ? "id" : name.text;
  if (!comparable(set).includes(property)) {
    throw wrong(name, `of ${set} these can be compared: ${comparable(set).join(", ")}`);
  }
  if (!Object.hasOwn(compare, word.text)) throw wrong(word, "compare by eq, ne, gt, ge, lt or le");
  const comparison = word.text as Comparison;
  if (times.has(property)) return { property, comparison, value: timeOf(value) };
  return { property, comparison, value: plainValue(value) };
}

function timeOf(token: Token): number {
  const time = RFC_3339.test(token.text) ? Date.parse(token.text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw wrong(token, "a time is such as 2026-09-01T00:00:00Z, with Z or an offset");
}

function plainValue(token: Token): string | number | boolean {
  if (token.isQuoted) return token.text;
  if (token.text === "true" || token.text === "false") return token.text === "true";
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(token.text)) return Number(token.text);
  throw wrong(token, "a value is a number, true, false, or text in single quotes");
}

function wrong({ text, column }: Token, what: string): QueryError {
  return new QueryError(`"${text}" in column ${column} of $filter: ${what}`);
}

/** What is compared of an item; a time in milliseconds. */
export function comparableValue({ id, properties }: Item, property: string): unknown {
  if (property === "id") return id;
  const value = properties[property];
  return times.has(property) ? Date.parse(String(value)) : value;
}

const compare: Readonly<Record<Comparison, (own: never, value: never) => boolean>> = {
  eq: (own, value) => own === value,
  ne: (own, value) => own !== value,
  gt: (own, value) => own > value,
  ge: (own, value) => own >= value,
  lt: (own, value) => own < value,
  le: (own, value) => own <= value,
};

/** Whether all conditions hold. Values of different kinds are never equal, nor one before the other. */
export function holds(item: Item, conditions: readonly Condition[]): boolean {
  return conditions.every(({ property, comparison, value }) => {
    const own = comparableValue(item, property);
    if (typeof own !== typeof value) return comparison === "ne";
    return compare[comparison](own as never, value as never);
  });
}
