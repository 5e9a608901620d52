import { navigations, type SetName } from "./entity-sets.js";
import { type Condition, comparable, parseFilter } from "./parse-filter.js";
import { QueryError } from "./query-error.js";

/** One property to order by. */
export interface Order {
  readonly property: string;
  readonly isDescending: boolean;
}

/** What is asked for of a set. */
export interface QueryOptions {
  readonly top: number;
  readonly skip: number;
  readonly count: boolean;
  readonly orderBy: readonly Order[];
  readonly filter: readonly Condition[];
  /** Undefined: all of them. */
  readonly select: ReadonlySet<string> | undefined;
  /** By the name of the navigation link. */
  readonly expand: ReadonlyMap<string, QueryOptions>;
  /** Where an earlier page of observations ended. */
  readonly skipToken: string | undefined;
}

const MOST_TOP = 1000;
const USUAL_TOP = 100;
const MOST_DEPTH = 4;
const MOST_CHARACTERS = 2000;
const known = [
  ...["$top", "$skip", "$count", "$orderby", "$filter", "$select", "$expand", "$skiptoken"],
];

/**
 * Reads the query options of a request to a set.
 *
 * @throws QueryError that names the option and what it takes
 * @see OGC 18-088, clause 9.3
 */
export function parseOptions(
  given: Iterable<readonly [name: string, value: string]>,
  set: SetName,
  depth = 0,
): QueryOptions {
  const options = new Map<string, string>();
  for (const [name, value] of given) {
    if (!known.includes(name))
      throw new QueryError(`There is no ${name}; there are ${known.join(", ")}`);
    if (options.has(name)) throw new QueryError(`${name} is there twice`);
    if (value.length > MOST_CHARACTERS) {
      throw new QueryError(`${name} has more than ${MOST_CHARACTERS} characters`);
    }
    options.set(name, value);
  }
  const top = whole("$top", options.get("$top"), USUAL_TOP, MOST_TOP);
  const skip = whole("$skip", options.get("$skip"), 0, Number.MAX_SAFE_INTEGER);
  const filter = options.get("$filter");
  return {
    top,
    skip,
    count: truth("$count", options.get("$count")),
    orderBy: parseOrder(options.get("$orderby"), set),
    filter: filter === undefined ? [] : parseFilter(filter, set),
    select: parseSelect(options.get("$select")),
    expand: parseExpand(options.get("$expand"), set, depth),
    skipToken: options.get("$skiptoken"),
  };
}

function whole(name: string, text: string | undefined, otherwise: number, most: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw new QueryError(`${name} takes a whole number from 0 on`);
  return Math.min(Number(text), most);
}

function truth(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw new QueryError(`${name} takes true or false`);
}

function parseOrder(text: string | undefined, set: SetName): Order[] {
  return (text?.split(",") ?? []).map((part) => {
    const [name = "", direction = "asc", ...rest] = part.trim().split(/\s+/);
    const property = name === "@iot.id" ? "id" : name;
    if (!comparable(set).includes(property)) {
      const names = comparable(set).join(", ");
      throw new QueryError(`$orderby has "${name}"; ${set} can be ordered by ${names}`);
    }
    if ((direction !== "asc" && direction !== "desc") || rest.length > 0) {
      throw new QueryError(`$orderby takes asc or desc after ${name}`);
    }
    return { property, isDescending: direction === "desc" };
  });
}

function parseSelect(text: string | undefined): ReadonlySet<string> | undefined {
  return text === undefined ? undefined : new Set(text.split(",").map((name) => name.trim()));
}

/** `Datastreams($top=1;$expand=Sensor),Locations`, and `Datastreams/Sensor` for the same depth. */
function parseExpand(
  text: string | undefined,
  set: SetName,
  depth: number,
): ReadonlyMap<string, QueryOptions> {
  const expand = new Map<string, QueryOptions>();
  if (text === undefined) return expand;
  if (depth >= MOST_DEPTH) throw new QueryError(`$expand goes ${MOST_DEPTH} levels deep at most`);
  for (const part of splitOutside(text, ",")) {
    const [, name = "", inner, path] =
      /^\s*([A-Za-z]+)(?:\((.*)\))?(?:\/(.+?))?\s*$/s.exec(part) ?? [];
    const links = navigations[set];
    const link = Object.hasOwn(links, name) ? links[name] : undefined;
    if (!link) {
      const names = Object.keys(links).join(", ");
      throw new QueryError(`$expand has "${part.trim()}"; ${set} have ${names}`);
    }
    const options = splitOutside(inner ?? "", ";").flatMap((option): [string, string][] => {
      if (option.trim() === "") return [];
      const at = option.indexOf("=");
      return [[option.slice(0, at).trim(), option.slice(at + 1).trim()]];
    });
    if (path !== undefined) options.push(["$expand", path]);
    const parsed = parseOptions(options, link.set, depth + 1);
    const before = expand.get(name);
    // `A/B,A/C` expands both in one.
    const both = before && { ...parsed, expand: new Map([...before.expand, ...parsed.expand]) };
    expand.set(name, both ?? parsed);
  }
  return expand;
}

/** Splits where the separator stands in no parentheses and no quotes. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'") isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  if (depth !== 0 || isQuoted) throw new QueryError("$expand has a parenthesis without its other");
  return [...parts, text.slice(begin)];
}
