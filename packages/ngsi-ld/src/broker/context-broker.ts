import type { Entity } from "../entity.js";
import type { NgsiLdError } from "../error.js";
import { type Pace, pumpBatches } from "./batch-pump.js";
import { BrokerDoor, linkable } from "./broker-door.js";
import { brokerError, isAboutContent, retryAfterMs } from "./broker-error.js";
import type { ContextBrokerOptions } from "./broker-options.js";
import { coalesce } from "./coalesce.js";
import { accepted, type Delivery, Interruption } from "./delivery.js";
import type { HttpAnswer } from "./http-client.js";
import { parseBody, readProblem } from "./problem-details.js";
import { RateTuner } from "./rate-tuner.js";
import { type TemporalEntity, toTemporal } from "./to-temporal.js";
import { upsertBatch } from "./upsert-batch.js";

/** Counts since the start, and how the client works now. */
export interface BrokerStats {
  readonly requests: number;
  readonly accepted: number;
  readonly refused: number;
  /** Deliveries that ended `undelivered`; the same entity counts each time. */
  readonly undelivered: number;
  /** Entities in one request, and requests at a time, as tuned to this broker. */
  readonly batchSize: number;
  readonly parallel: number;
  /** Why the last call was cut short; undefined when it was not. */
  readonly error: NgsiLdError | undefined;
}

/**
 * Brings entities to an NGSI-LD context broker: Scorpio or any other.
 *
 * Batches and parallel requests adapt to what the broker takes fastest. An entity the broker refuses
 * is told apart with its reason, and the rest goes on. Nothing is kept here: what is `undelivered` is
 * the caller's to try again, and a repeated upsert does no harm.
 */
export class ContextBroker {
  readonly #door: BrokerDoor;
  readonly #tuner: RateTuner;
  readonly #now: () => number;
  readonly #historyPace: Pace;
  readonly #useLink: boolean;
  /** Calls run one after the other, so that an older state never overtakes a newer one. */
  #last: Promise<unknown> = Promise.resolve();
  #counts = { requests: 0, accepted: 0, refused: 0, undelivered: 0 };
  #error: NgsiLdError | undefined;

  constructor(options: ContextBrokerOptions) {
    const { maxBatch = 100, maxParallel = 4 } = options;
    this.#now = options.now ?? (() => performance.now());
    this.#door = new BrokerDoor(options, this.#now);
    this.#tuner = new RateTuner(maxBatch, maxParallel);
    this.#historyPace = { batchSize: 1, parallel: maxParallel };
    this.#useLink = options.context === "link";
  }

  /**
   * Makes the entities the broker's current state: creates them, or updates the attributes they have.
   *
   * Several of one id are brought together, of each attribute the newest.
   *
   * @param entities - normalized, with `@context`
   * @returns one delivery an entity, in order; it never rejects
   */
  upsert(entities: readonly Entity[]): Promise<readonly Delivery[]> {
    const parts = coalesce(entities);
    const states = parts.map(({ entity }) => entity);
    const post = (batch: readonly Entity[]) => this.#postBatch(batch);
    const send = (batch: readonly Entity[]) => upsertBatch(batch, post);
    return this.#deliver(entities.length, parts, states, send, this.#tuner);
  }

  /**
   * Adds the entities to the broker's history, with the times they carry, one request an id.
   *
   * @param entities - normalized, with `@context` and `observedAt` on what is measured
   * @returns one delivery an entity, in order; it never rejects
   * @see ETSI GS CIM 009, clause 5.6.11
   */
  addHistory(entities: readonly Entity[]): Promise<readonly Delivery[]> {
    const histories = toTemporal(entities);
    const sources = new Map<string, number[]>(histories.map(({ id }) => [id, []]));
    for (const [index, { id }] of entities.entries()) sources.get(id)?.push(index);
    const parts = histories.map(({ id }) => ({ sources: sources.get(id) ?? [] }));
    const send = (batch: readonly TemporalEntity[]) => this.#postHistory(batch);
    return this.#deliver(entities.length, parts, histories, send, this.#historyPace);
  }

  stats(): BrokerStats {
    const { batchSize, parallel } = this.#tuner;
    return { ...this.#counts, batchSize, parallel, error: this.#error };
  }

  /** Ends kept connections; what is under way ends `undelivered`. */
  close(): void {
    this.#door.close();
  }

  /** Sends the items in turn with other calls, and tells each entity what became of its item. */
  #deliver<Item>(
    length: number,
    parts: readonly { readonly sources: readonly number[] }[],
    items: readonly Item[],
    send: (batch: readonly Item[]) => Promise<readonly Delivery[]>,
    pace: Pace,
  ): Promise<readonly Delivery[]> {
    const mine = this.#last.then(async () => {
      const { deliveries, interruption } = await pumpBatches(items, send, pace, this.#now);
      this.#error = interruption?.reason;
      if (this.#error?.code === "NGSI_LD_BROKER_SLOW") this.#tuner.tooMuch();
      const spread = new Array<Delivery>(length);
      for (const [part, { sources }] of parts.entries()) {
        const delivery = deliveries[part] as Delivery;
        this.#counts[delivery.state] += sources.length;
        for (const source of sources) spread[source] = delivery;
      }
      return spread;
    });
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #postBatch(batch: readonly Entity[]): Promise<HttpAnswer> {
    const path = "entityOperations/upsert?options=update";
    const link = this.#linkFor(batch);
    const answer = await this.#post(path, link === undefined ? batch : batch.map(bare), link);
    if (answer.status === 413) this.#tuner.tooMuch();
    return answer;
  }

  async #postHistory([entity]: readonly TemporalEntity[]): Promise<readonly Delivery[]> {
    if (!entity) return [];
    const link = this.#linkFor([entity]);
    const path = "temporal/entities";
    const answer = await this.#post(path, link === undefined ? entity : bare(entity), link);
    if (answer.status === 201 || answer.status === 204) return [accepted];
    if (!isAboutContent(answer)) {
      throw new Interruption(brokerError(answer, path), retryAfterMs(answer));
    }
    return [{ state: "refused", refusal: readProblem(answer.status, parseBody(answer.body)) }];
  }

  #post(path: string, body: unknown, link: string | undefined): Promise<HttpAnswer> {
    this.#counts.requests++;
    return this.#door.post(path, body, { link });
  }

  /** The Link header's context where it can stand for all of them. */
  #linkFor(batch: readonly object[]): string | undefined {
    if (!this.#useLink) return undefined;
    const links = new Set(batch.map((entity) => linkable((entity as Entity)["@context"])));
    const [only] = links;
    return links.size === 1 ? only : undefined;
  }
}

function bare(entity: object): object {
  const { "@context": context, ...rest } = entity as { "@context"?: unknown };
  return rest;
}
