import { navigations, type SetName, setNames } from "./entity-sets.js";
import { QueryError } from "./query-error.js";

/** One step of a path: a set or a navigation link, and the id that picks one of it. */
export interface Step {
  readonly name: string;
  readonly set: SetName;
  readonly isOne: boolean;
  readonly id: string | undefined;
}

const MOST_STEPS = 8;

/**
 * Reads a resource path, such as `Things('oak-street-12')/Datastreams`.
 *
 * @param path - decoded, without the first slash
 * @throws QueryError with 404 for what does not lead anywhere
 * @see OGC 18-088, clause 9.2
 */
export function parsePath(path: string): Step[] {
  const parts = path.split("/");
  if (parts.length > MOST_STEPS)
    throw new QueryError(`A path has at most ${MOST_STEPS} steps`, 404);
  const steps: Step[] = [];
  for (const part of parts) {
    const [, name = "", quoted] = /^([A-Za-z]+)(?:\('((?:[^']|'')*)'\))?$/.exec(part) ?? [];
    const last = steps.at(-1);
    if (last && !last.isOne && last.id === undefined) {
      throw new QueryError(`"${part}" follows a list: pick one of ${last.name} by ('its id')`, 404);
    }
    const known: Readonly<Record<string, { set: SetName; isOne: boolean }>> = last
      ? navigations[last.set]
      : Object.fromEntries(setNames.map((set) => [set, { set, isOne: false }]));
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!found || (found.isOne && quoted !== undefined)) {
      throw new QueryError(
        `"${part}" is not there; there are ${Object.keys(known).join(", ")}`,
        404,
      );
    }
    steps.push({ name, ...found, id: quoted?.replaceAll("''", "'") });
  }
  return steps;
}
