import type { BridgeClock } from "../../clock.js";
import type { CityData } from "../read/city-data.js";
import type { LatestOfNode, LatestReadings } from "../read/latest-readings.js";
import { Catalogue } from "./catalogue.js";
import { type Item, navigations, type Scope, type SetName } from "./entity-sets.js";
import { holds } from "./parse-filter.js";
import { parseOptions, type QueryOptions } from "./parse-options.js";
import { parsePath, type Step } from "./parse-path.js";
import { QueryError } from "./query-error.js";
import {
  byOrder,
  cut,
  latestObservation,
  type ObservationPage,
  ObservationReader,
  type ReadBudget,
  readBudget,
} from "./read-observations.js";

/** What the service reads from. */
export interface SensorThingsOptions {
  readonly data: CityData;
  readonly latest: LatestReadings;
  readonly clock: Pick<BridgeClock, "monotonicMs">;
}

/** One request, as it is carried out. */
interface Request {
  readonly catalogue: Catalogue;
  readonly nodes: readonly LatestOfNode[];
  /** Address of the service, such as `https://bridge.example/v1.1`. */
  readonly base: string;
  readonly budget: ReadBudget;
  /** Entities that the answer may still hold. */
  left: number;
  /** Lists of observations that may still be read from the log for `$expand`. */
  leftLists: number;
}

const MOST_ENTITIES = 10_000;
const MOST_LISTS = 20;

/**
 * Answers requests of OGC SensorThings 1.1, to read: resource paths, and `$filter`, `$orderby`,
 * `$top`, `$skip`, `$count`, `$select` and `$expand`.
 *
 * @see OGC 18-088
 */
export class SensorThings {
  readonly #options: SensorThingsOptions;
  readonly #observations: ObservationReader;

  constructor(options: SensorThingsOptions) {
    this.#options = options;
    this.#observations = new ObservationReader(options.data, options.clock);
  }

  /**
   * @param path - decoded, without the first slash, such as `Things('a')/Datastreams`
   * @param query - names and values, decoded
   * @returns what is sent as JSON
   * @throws QueryError with 400 or 404
   */
  async answer(
    path: string,
    query: readonly (readonly [string, string])[],
    base: string,
  ): Promise<object> {
    const steps = parsePath(path);
    const last = steps.at(-1) as Step;
    const options = parseOptions(query, last.set);
    const { data, latest, clock } = this.#options;
    const nodes = await latest.nodes();
    const catalogue = new Catalogue(nodes, data.schemas());
    const budget = readBudget(clock);
    const request = {
      ...{ catalogue, nodes, base, budget, left: MOST_ENTITIES, leftLists: MOST_LISTS },
    };
    let scope: Scope = {};
    for (const step of steps.slice(0, -1)) scope = (await this.#one(request, step, scope)).scope;
    if (last.isOne || last.id !== undefined) {
      return await this.#write(request, await this.#one(request, last, scope), options);
    }
    const page = await this.#list(request, last.set, scope, options, false);
    return {
      ...(page.count !== undefined && { "@iot.count": page.count }),
      ...nextLink("@iot.nextLink", `${base}/${encodeURI(path)}`, query, page),
      value: await this.#writeAll(request, page.items, options),
    };
  }

  async #one({ catalogue }: Request, { name, set, id }: Step, scope: Scope): Promise<Item> {
    const item = await this.#find(catalogue, set, id, scope);
    if (item) return item;
    throw new QueryError(
      `There is no such thing as ${name}${id === undefined ? "" : `('${id}')`}`,
      404,
    );
  }

  async #find(
    catalogue: Catalogue,
    set: SetName,
    id: string | undefined,
    scope: Scope,
  ): Promise<Item | undefined> {
    if (set === "Observations") {
      const item = id === undefined ? undefined : await this.#observations.find(id);
      return item && isOf(item.scope, scope) ? item : undefined;
    }
    if (id === undefined) return catalogue.list(set, scope).next().value ?? undefined;
    const item = catalogue.find(set, id);
    return item && isOf(item.scope, scope) ? item : undefined;
  }

  async #list(
    request: Request,
    set: SetName,
    scope: Scope,
    options: QueryOptions,
    isExpanded: boolean,
  ): Promise<ObservationPage> {
    if (set === "Observations")
      return await this.#observationsIn(request, scope, options, isExpanded);
    const { orderBy, count, filter, skip, top } = options;
    const all: Item[] = [];
    const { pace } = this.#options.data;
    for (const item of request.catalogue.list(set, scope)) {
      if (pace.isSpent) await pace.turn();
      if (!holds(item, filter)) continue;
      all.push(item);
      if (orderBy.length === 0 && !count && all.length > skip + top) break;
    }
    if (orderBy.length > 0) all.sort(byOrder(orderBy));
    return { ...cut(all, options), ...(count && { count: all.length }) };
  }

  async #observationsIn(
    request: Request,
    scope: Scope,
    options: QueryOptions,
    isExpanded: boolean,
  ): Promise<ObservationPage> {
    const { orderBy, filter, skip, top, count } = options;
    const [order] = orderBy;
    const isNewest =
      order?.property === "phenomenonTime" && order.isDescending && top === 1 && skip === 0;
    if (isNewest && filter.length === 0 && !count && scope.field !== undefined) {
      const item = latestObservation(request.nodes, scope);
      if (item) return { items: [item], next: { $skip: 1 } };
    }
    if (isExpanded && request.leftLists-- <= 0) {
      throw new QueryError(
        `$expand reads at most ${MOST_LISTS} lists of Observations: ask for fewer with $top, or for the newest of each with $expand=Observations($top=1;$orderby=phenomenonTime desc)`,
      );
    }
    return await this.#observations.read(scope, options, request.budget);
  }

  async #writeAll(
    request: Request,
    items: readonly Item[],
    options: QueryOptions,
  ): Promise<object[]> {
    const written: object[] = [];
    const { pace } = this.#options.data;
    for (const item of items) {
      if (pace.isSpent) await pace.turn();
      written.push(await this.#write(request, item, options));
    }
    return written;
  }

  async #write(request: Request, item: Item, options: QueryOptions): Promise<object> {
    if (request.left-- <= 0) {
      throw new QueryError(
        `An answer has at most ${MOST_ENTITIES} entities: ask for fewer by $top`,
      );
    }
    const { set, id, properties } = item;
    const { select, expand } = options;
    const self = `${request.base}/${set}('${encodeURIComponent(id.replaceAll("'", "''"))}')`;
    const written: Record<string, unknown> = {};
    const isWanted = (name: string) => !select || select.has(name);
    if (isWanted("id") || isWanted("@iot.id")) written["@iot.id"] = id;
    if (isWanted("@iot.selfLink")) written["@iot.selfLink"] = self;
    for (const [name, value] of Object.entries(properties)) {
      if (isWanted(name)) written[name] = value;
    }
    for (const name of Object.keys(navigations[set])) {
      const nested = expand.get(name);
      if (nested) Object.assign(written, await this.#expanded(request, item, name, nested, self));
      else if (isWanted(name)) written[`${name}@iot.navigationLink`] = `${self}/${name}`;
    }
    return written;
  }

  async #expanded(
    request: Request,
    item: Item,
    name: string,
    options: QueryOptions,
    self: string,
  ): Promise<object> {
    const link = navigations[item.set][name];
    if (!link) return {};
    if (link.isOne) {
      const found = await this.#find(request.catalogue, link.set, undefined, item.scope);
      return { [name]: found ? await this.#write(request, found, options) : null };
    }
    const page = await this.#list(request, link.set, item.scope, options, true);
    return {
      ...(page.count !== undefined && { [`${name}@iot.count`]: page.count }),
      ...nextLink(`${name}@iot.nextLink`, `${self}/${name}`, queryOf(options), page),
      [name]: await this.#writeAll(request, page.items, options),
    };
  }
}

function isOf(inner: Scope, outer: Scope): boolean {
  return (["node", "schema", "field"] as const).every(
    (part) => outer[part] === undefined || inner[part] === undefined || outer[part] === inner[part],
  );
}

function nextLink(
  label: string,
  address: string,
  query: readonly (readonly [string, string])[],
  { next }: ObservationPage,
): object {
  if (!next) return {};
  const kept = query.filter(([name]) => name !== "$skip" && name !== "$skiptoken");
  const all = [...kept, ...Object.entries(next).map(([name, value]) => [name, String(value)])];
  const text = all.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`).join("&");
  return { [label]: `${address}?${text}` };
}

/** What of nested options a further page needs; filters of nested lists are written out again. */
function queryOf({ top, orderBy, filter }: QueryOptions): [string, string][] {
  const order = orderBy.map(
    ({ property, isDescending }) => `${property} ${isDescending ? "desc" : "asc"}`,
  );
  const conditions = filter.map(
    ({ property, comparison, value }) => `${property} ${comparison} ${literal(property, value)}`,
  );
  return [
    ["$top", String(top)],
    ...(order.length > 0 ? [["$orderby", order.join(",")] as [string, string]] : []),
    ...(conditions.length > 0 ? [["$filter", conditions.join(" and ")] as [string, string]] : []),
  ];
}

function literal(property: string, value: string | number | boolean): string {
  if (property.endsWith("Time")) return new Date(value as number).toISOString();
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
