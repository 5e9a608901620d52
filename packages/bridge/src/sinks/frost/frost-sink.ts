import {
  type DataArray,
  datastreamName,
  sensorThingsLookup,
  toDataArrays,
  toDatastreams,
  toThing,
} from "@bollard/platforms";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import type { Delivery } from "../../delivery.js";
import {
  type HttpOutcome,
  type HttpRequest,
  HttpSender,
  type HttpTls,
  isOk,
  problemOf,
} from "../http-sender.js";
import { toldSchema } from "../platforms/told-schema.js";
import { Refusals } from "../refusals.js";
import { Rounds } from "../rounds.js";
import type { Sink, SinkState } from "../sink.js";

/** What the sink is made of. */
export interface FrostSinkOptions {
  /** From the configuration. */
  readonly name: string;
  /** With its version, such as `https://frost.example/FROST-Server/v1.1`. */
  readonly url: string;
  readonly window: number;
  readonly maxBehind?: number | undefined;
  readonly isLiveFirst?: boolean;
  readonly timeoutMs: number;
  readonly tls: HttpTls;
  /** Headers of each request; read anew each time. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

type Id = number | string;

/** Name of a Datastream to its id, of one node; undefined for one that the server will not make. */
type Datastreams = ReadonlyMap<string, Id | undefined>;

const MOST_NODES = 10_000;
/** Observations in a request. */
const MOST_ROWS = 1000;
const JSON_TYPE = { "content-type": "application/json" };

/** Answers that say that the request itself is wrong: sent again it fares no better. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 405, 409, 413, 415, 422]);

/**
 * Brings readings to a SensorThings server, such as FROST: each node becomes a Thing with its
 * Datastreams at its first reading, found again after a restart, and what waits goes together.
 *
 * A request whose answer did not come may have been taken: before Observations are sent again, and
 * once after a start, the server is asked which of them it has, by their keys.
 */
export class FrostSink implements Sink {
  readonly kind = "frost";
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number | undefined;
  readonly isLiveFirst: boolean;
  readonly #options: FrostSinkOptions;
  readonly #base: string;
  readonly #rounds: Rounds<Delivery>;
  readonly #http: HttpSender;
  readonly #refusals: Refusals;
  readonly #known = new Map<string, Datastreams>();
  /** What was sent last may have been taken without a word. */
  #isUnsure = true;
  #messages = 0;

  constructor(options: FrostSinkOptions) {
    const { clock, log, tls, timeoutMs } = options;
    this.name = options.name;
    this.window = options.window;
    this.maxBehind = options.maxBehind;
    this.isLiveFirst = options.isLiveFirst ?? false;
    this.#options = options;
    this.#base = options.url.replace(/\/*$/, "/");
    const send = (taken: readonly Delivery[]) => this.#send(taken);
    this.#rounds = new Rounds({ farEnd: "server", send, clock, log });
    this.#http = new HttpSender({ tls, timeoutMs, signal: this.#rounds.closing });
    this.#refusals = new Refusals(log);
  }

  open(): void {
    this.#rounds.open();
  }

  deliver(delivery: Delivery): Promise<void> {
    return this.#rounds.add(delivery);
  }

  recall(): void {}

  caughtUp(): void {}

  state(): SinkState {
    const view = this.#rounds.view(this.#options.url);
    const { count: errors, text } = this.#refusals;
    return { ...view, detail: view.detail + text, messages: this.#messages, errors };
  }

  async close(): Promise<void> {
    this.#rounds.close();
    this.#http.close();
  }

  /** False where the sink was closed before the server had it all. */
  async #send(taken: readonly Delivery[]): Promise<boolean> {
    const arrays: DataArray[] = [];
    for (const delivery of taken) {
      const datastreams = await this.#datastreamsOf(delivery);
      if (!datastreams) return false;
      const { schema, readings, node } = delivery;
      const name = schema.schema.name;
      const made = toDataArrays(name, readings, (datastream) => datastreams.get(datastream));
      if (made.length === 0) this.#refusals.note(node.name, `${node.name} has no Datastreams`);
      arrays.push(...made);
    }
    for (const batch of batchesOf(merged(arrays))) if (!(await this.#create(batch))) return false;
    return !this.#rounds.isClosed;
  }

  /** Finds or makes a node's Thing and its Datastreams; undefined once the sink is closed. */
  async #datastreamsOf({ node, schema }: Delivery): Promise<Datastreams | undefined> {
    const names = schema.output.fields.map(({ name }) => datastreamName(schema.schema.name, name));
    const known = this.#known.get(node.name);
    if (known && names.every((name) => known.has(name))) return known;
    const told = toldSchema(schema);
    let found = await this.#find(node.name);
    if (found && !found.thing) {
      const thing = toThing(node, told);
      if (!(await this.#request({ method: "POST", ...this.#to("Things", thing) })))
        return undefined;
    } else if (found) {
      const { thing, datastreams } = found;
      for (const one of toDatastreams(node.name, told)) {
        if (datastreams.has(String(one.name))) continue;
        const path = `Things(${quoted(thing as Id)})/Datastreams`;
        if (!(await this.#request({ method: "POST", ...this.#to(path, one) }))) return undefined;
      }
    }
    found = await this.#find(node.name);
    if (!found) return undefined;
    const all = new Map<string, Id | undefined>(names.map((name) => [name, undefined]));
    for (const [name, id] of found.datastreams) all.set(name, id);
    if (this.#known.size >= MOST_NODES) this.#known.clear();
    this.#known.set(node.name, all);
    return all;
  }

  async #find(node: string) {
    const answer = await this.#request({ method: "GET", ...this.#to(sensorThingsLookup(node)) });
    if (!answer) return undefined;
    const things = (parse(answer.body)?.value ?? []) as readonly Record<string, unknown>[];
    const [thing] = things;
    const streams = (thing?.Datastreams ?? []) as readonly Record<string, unknown>[];
    const datastreams = new Map(
      streams.map((one) => [String(one.name), one["@iot.id"] as Id] as const),
    );
    return { thing: thing?.["@iot.id"] as Id | undefined, datastreams };
  }

  async #create(arrays: readonly DataArray[]): Promise<boolean> {
    let rest: readonly DataArray[] = arrays;
    for (let attempt = 0; rest.length > 0; attempt++) {
      if (this.#isUnsure) {
        const missing = await this.#notThere(rest);
        if (!missing) return false;
        this.#messages += rowsOf(rest) - rowsOf(missing);
        rest = missing;
        if (rest.length === 0) {
          this.#isUnsure = false;
          this.#rounds.isUp();
          break;
        }
      }
      this.#isUnsure = true;
      const request = { method: "POST" as const, ...this.#to("CreateObservations", rest) };
      const outcome = await this.#sendOnce(request);
      if (isOk(outcome) && outcome.kind === "answered") {
        this.#isUnsure = false;
        this.#count(outcome.body, rest);
        this.#rounds.isUp();
        return true;
      }
      if (outcome.kind === "answered" && REFUSALS.has(outcome.status)) {
        this.#isUnsure = false;
        if (rest.length > 1) return await this.#createEach(rest);
        this.#refusals.note("Observations", `answered ${outcome.status} ${short(outcome.body)}`);
        // Its Datastreams may have been deleted there: they are looked for again.
        this.#known.clear();
        return true;
      }
      const { reason, retryAfterMs } = problemOf(outcome);
      if (!(await this.#rounds.isDown(reason, attempt, retryAfterMs))) return false;
    }
    return true;
  }

  /** Finds the one to blame: the rest is taken. */
  async #createEach(arrays: readonly DataArray[]): Promise<boolean> {
    for (const array of arrays) if (!(await this.#create([array]))) return false;
    return true;
  }

  /** Those Observations that the server has not; undefined once the sink is closed. */
  async #notThere(arrays: readonly DataArray[]): Promise<readonly DataArray[] | undefined> {
    const missing: DataArray[] = [];
    for (const array of arrays) {
      const times = array.dataArray.map(([time]) => String(time)).sort();
      const query = new URLSearchParams({
        $select: "parameters",
        $filter: `phenomenonTime ge ${times[0]} and phenomenonTime le ${times.at(-1)}`,
        $top: String(MOST_ROWS),
      });
      const path = `Datastreams(${quoted(array.Datastream["@iot.id"])})/Observations?${query}`;
      const answer = await this.#request({ method: "GET", ...this.#to(path) });
      if (!answer) return undefined;
      const there = (parse(answer.body)?.value ?? []) as readonly {
        parameters?: { key?: string };
      }[];
      const keys = new Set(there.map(({ parameters }) => parameters?.key));
      const rows = array.dataArray.filter((row) => !keys.has((row[3] as { key: string }).key));
      if (rows.length > 0) missing.push({ ...array, dataArray: rows });
    }
    return missing;
  }

  /** Each row is answered by its address, or by `error`. */
  #count(body: string, arrays: readonly DataArray[]): void {
    const sent = rowsOf(arrays);
    const answers = parse(body);
    const refused = Array.isArray(answers) ? answers.filter((one) => one === "error").length : 0;
    this.#messages += sent - refused;
    for (let i = 0; i < refused; i++)
      this.#refusals.note("Observations", "an Observation is an error");
  }

  /** Sends until it is answered; undefined once the sink is closed. What is refused is noted. */
  async #request(request: HttpRequest) {
    for (let attempt = 0; !this.#rounds.isClosed; attempt++) {
      const outcome = await this.#sendOnce(request);
      if (outcome.kind === "answered" && (isOk(outcome) || REFUSALS.has(outcome.status))) {
        this.#rounds.isUp();
        if (!isOk(outcome)) {
          const path = new URL(request.url).pathname.split("/").at(-1) ?? "";
          this.#refusals.note(path, `${path} answered ${outcome.status} ${short(outcome.body)}`);
        }
        return outcome;
      }
      const { reason, retryAfterMs } = problemOf(outcome);
      if (!(await this.#rounds.isDown(reason, attempt, retryAfterMs))) break;
    }
    return undefined;
  }

  #sendOnce(request: HttpRequest): Promise<HttpOutcome> {
    return this.#http.send(request, this.#options.headers);
  }

  #to(path: string, body?: object): Pick<HttpRequest, "url" | "headers" | "body"> {
    const url = this.#base + path;
    return body === undefined ? { url } : { url, headers: JSON_TYPE, body: JSON.stringify(body) };
  }
}

function rowsOf(arrays: readonly DataArray[]): number {
  return arrays.reduce((sum, { dataArray }) => sum + dataArray.length, 0);
}

/** One data array for each Datastream, its rows in their order. */
function merged(arrays: readonly DataArray[]): readonly DataArray[] {
  const byId = new Map<Id, DataArray>();
  for (const array of arrays) {
    const id = array.Datastream["@iot.id"];
    const before = byId.get(id);
    const dataArray = before ? [...before.dataArray, ...array.dataArray] : array.dataArray;
    byId.set(id, { ...array, dataArray });
  }
  return [...byId.values()];
}

/** Requests of a bounded number of rows. */
function batchesOf(arrays: readonly DataArray[]): DataArray[][] {
  const batches: DataArray[][] = [];
  let rows = MOST_ROWS;
  for (const array of arrays) {
    for (let from = 0; from < array.dataArray.length; from += MOST_ROWS) {
      const dataArray = array.dataArray.slice(from, from + MOST_ROWS);
      if (rows + dataArray.length > MOST_ROWS) {
        batches.push([]);
        rows = 0;
      }
      rows += dataArray.length;
      batches.at(-1)?.push({ ...array, dataArray });
    }
  }
  return batches;
}

function quoted(id: Id): string {
  return typeof id === "number" ? String(id) : `'${id.replaceAll("'", "''")}'`;
}

function short(body: string): string {
  return body.slice(0, 200).replace(/\s+/g, " ").trim();
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
