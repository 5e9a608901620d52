import type { BridgeClock } from "../../clock.js";
import type { CityData } from "../read/city-data.js";
import type { LatestOfNode } from "../read/latest-readings.js";
import type { Item, Scope } from "./entity-sets.js";
import { observationsOf, ofReading } from "./observations.js";
import { type Condition, comparableValue, holds } from "./parse-filter.js";
import type { Order, QueryOptions } from "./parse-options.js";
import { QueryError } from "./query-error.js";

/** A part of the observations. */
export interface ObservationPage {
  readonly items: readonly Item[];
  /** What the next page is asked for with; undefined at the end. */
  readonly next?: { readonly $skip?: number; readonly $skiptoken?: string };
  readonly count?: number;
}

/** What one request may read of the log, whatever it asks for. */
export interface ReadBudget {
  /** Log entries left. */
  entries: number;
  readonly untilMs: number;
}

const MOST_ENTRIES = 50_000;
const MOST_MS = 5000;
/** Observations held at a time to be put in order. */
const MOST_SORTED = 50_000;
/** A node's clock may be ahead of ours by so much. */
const AHEAD_MS = 3_600_000;
const FIRST_WINDOW = 1024;
const LAST_WINDOW = 32_768;

/** A fresh budget of one request. */
export function readBudget(clock: Pick<BridgeClock, "monotonicMs">): ReadBudget {
  return { entries: MOST_ENTRIES, untilMs: clock.monotonicMs() + MOST_MS };
}

/** Reads observations from the log. */
export class ObservationReader {
  readonly #data: CityData;
  readonly #clock: Pick<BridgeClock, "monotonicMs">;

  constructor(data: CityData, clock: Pick<BridgeClock, "monotonicMs">) {
    this.#data = data;
    this.#clock = clock;
  }

  /**
   * A page of the observations within a scope: as they arrived, or in an order.
   *
   * @throws QueryError where putting them in order, or counting them, is more than one request may read
   */
  async read(scope: Scope, options: QueryOptions, budget: ReadBudget): Promise<ObservationPage> {
    const { orderBy, count, filter } = options;
    if (orderBy.length === 0 && !count) return await this.#inArrivalOrder(scope, options, budget);
    const [first] = orderBy;
    const isByTime = first?.property === "phenomenonTime" || first?.property === "resultTime";
    if (isByTime && first.isDescending && orderBy.length === 1 && !count) {
      return await this.#newestFirst(scope, options, budget);
    }
    const items = await this.#all(scope, filter, budget);
    const sorted = items.sort(byOrder(orderBy));
    return { ...cut(sorted, options), ...(count && { count: items.length }) };
  }

  /** The observation of this id; undefined where it is not there any more. */
  async find(id: string): Promise<Item | undefined> {
    const position = Number(/^(\d{1,15})\.\d+:/.exec(id)?.[1] ?? Number.NaN);
    if (Number.isNaN(position)) return undefined;
    for await (const run of this.#data.spool.replay({ from: position, to: position })) {
      for (const stored of run) {
        const delivery = this.#data.interpret(stored);
        if (delivery.kind !== "delivery") continue;
        return observationsOf(delivery, {}).find((item) => item.id === id);
      }
    }
    return undefined;
  }

  async #inArrivalOrder(
    scope: Scope,
    { filter, top, skip, skipToken }: QueryOptions,
    budget: ReadBudget,
  ): Promise<ObservationPage> {
    const begin = skipToken === undefined ? { position: 1, item: 0 } : parseToken(skipToken);
    const last = this.#data.spool.durable;
    const items: Item[] = [];
    let left = skip;
    const end = (position: number, item: number): ObservationPage => ({
      items,
      next: { $skiptoken: `${position}.${item}`, ...(left > 0 && { $skip: left }) },
    });
    for await (const run of this.#replay(scope, filter, { from: begin.position, to: last })) {
      for (const stored of run) {
        const { position } = stored;
        await this.#rest();
        const delivery = this.#data.interpret(stored);
        if (delivery.kind !== "delivery") continue;
        const found = observationsOf(delivery, scope);
        for (let item = position === begin.position ? begin.item : 0; item < found.length; item++) {
          const one = found[item] as Item;
          if (!holds(one, filter)) continue;
          if (left > 0) left--;
          else if (items.length === top) return end(position, item);
          else items.push(one);
        }
      }
      const position = run.at(-1)?.position ?? last;
      budget.entries -= run.length;
      if (this.#isSpent(budget) && position < last) return end(position + 1, 0);
      await this.#rest();
    }
    return { items };
  }

  /**
   * Reads the log from its end in ever longer windows, until nothing before them can be newer than
   * what is wanted: a reading arrives after it was observed.
   */
  async #newestFirst(
    scope: Scope,
    options: QueryOptions,
    budget: ReadBudget,
  ): Promise<ObservationPage> {
    const { filter, top, skip } = options;
    const { spool } = this.#data;
    const items: Item[] = [];
    const { oldest } = spool.stats();
    const order = byOrder(options.orderBy);
    let size = FIRST_WINDOW;
    for (let to = spool.durable; to >= oldest; size = Math.min(size * 4, LAST_WINDOW)) {
      const from = Math.max(oldest, to - size + 1);
      let earliestMs = Number.POSITIVE_INFINITY;
      for await (const run of this.#replay(scope, filter, { from, to })) {
        this.#assertRoom(budget, items);
        earliestMs = Math.min(earliestMs, ...run.map(({ timeMs }) => timeMs));
        for (const stored of run) {
          await this.#rest();
          const delivery = this.#data.interpret(stored);
          if (delivery.kind !== "delivery") continue;
          items.push(...observationsOf(delivery, scope).filter((one) => holds(one, filter)));
        }
        budget.entries -= run.length;
        await this.#rest();
      }
      to = from - 1;
      if (items.length <= skip + top) continue;
      items.sort(order);
      const lastWanted = comparableValue(items[skip + top] as Item, "phenomenonTime") as number;
      if (lastWanted > earliestMs + AHEAD_MS) break;
    }
    return cut(items.sort(order), options);
  }

  async #all(scope: Scope, filter: readonly Condition[], budget: ReadBudget): Promise<Item[]> {
    const items: Item[] = [];
    const last = this.#data.spool.durable;
    for await (const run of this.#replay(scope, filter, { from: 1, to: last })) {
      this.#assertRoom(budget, items);
      for (const stored of run) {
        await this.#rest();
        const delivery = this.#data.interpret(stored);
        if (delivery.kind !== "delivery") continue;
        items.push(...observationsOf(delivery, scope).filter((one) => holds(one, filter)));
      }
      budget.entries -= run.length;
      await this.#rest();
    }
    return items;
  }

  #replay(scope: Scope, filter: readonly Condition[], range: { from: number; to: number }) {
    const { node } = scope;
    const stream = node === undefined ? undefined : this.#data.onlyIdOf(node);
    const fromMs = Math.max(...filter.map(earliestOf)) - AHEAD_MS;
    return this.#data.spool.replay({
      ...range,
      ...(stream !== undefined && { stream }),
      ...(fromMs > 0 && { fromMs }),
    });
  }

  async #rest(): Promise<void> {
    if (this.#data.pace.isSpent) await this.#data.pace.turn();
  }

  #isSpent({ entries, untilMs }: ReadBudget): boolean {
    return entries <= 0 || this.#clock.monotonicMs() > untilMs;
  }

  /** Before more is read of what has to be there as a whole. */
  #assertRoom(budget: ReadBudget, items: readonly Item[]): void {
    if (this.#isSpent(budget) || items.length > MOST_SORTED) throw tooMany();
  }
}

/** The newest observation of a Datastream, from memory; undefined where its newest reading has none. */
export function latestObservation(nodes: readonly LatestOfNode[], scope: Scope): Item | undefined {
  const ofNode = nodes.find(({ name }) => name === scope.node);
  const latest = ofNode?.readings.find(({ schema }) => schema.schema.name === scope.schema);
  if (!latest) return undefined;
  const { position, reading } = latest;
  // A row of a batch is named by its number in the batch, which its key ends with.
  const row = reading.key.split("-")[2] ?? "0";
  return ofReading(latest, scope, `${position}.${row}`)[0];
}

function earliestOf({ property, comparison, value }: Condition): number {
  const isTime = property === "phenomenonTime" || property === "resultTime";
  const isBelow = comparison === "ge" || comparison === "gt" || comparison === "eq";
  return isTime && isBelow ? (value as number) : Number.NEGATIVE_INFINITY;
}

function parseToken(text: string): { readonly position: number; readonly item: number } {
  const [, position, item] = /^(\d{1,15})\.(\d{1,7})$/.exec(text) ?? [];
  if (position !== undefined)
    return { position: Math.max(1, Number(position)), item: Number(item) };
  throw new QueryError("$skiptoken is what an @iot.nextLink has, as it was");
}

/** In the orders given, then as they arrived. */
export function byOrder(orders: readonly Order[]): (one: Item, other: Item) => number {
  return (one, other) => {
    for (const { property, isDescending } of orders) {
      const [left, right] = [comparableValue(one, property), comparableValue(other, property)];
      if (left === right || typeof left !== typeof right) continue;
      const isBefore = (left as number) < (right as number);
      return isBefore === isDescending ? 1 : -1;
    }
    return 0;
  };
}

/** The part of what is in order. */
export function cut(
  items: readonly Item[],
  { skip, top }: Pick<QueryOptions, "skip" | "top">,
): ObservationPage {
  const isMore = items.length > skip + top;
  const page = items.slice(skip, skip + top);
  return isMore ? { items: page, next: { $skip: skip + top } } : { items: page };
}

function tooMany(): QueryError {
  return new QueryError(
    "That is more than one request may put in order or count: narrow it, as by $filter=phenomenonTime ge 2026-09-01T00:00:00Z",
  );
}
