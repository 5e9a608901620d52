import type { Entity } from "@bollard/ngsi-ld";
import type { Delivery } from "../../delivery.js";
import { type EntityFilter, wantedOf } from "../../entity-filter.js";
import { type HttpProblem, HttpSender, type HttpTls, isOk, problemOf } from "../http-sender.js";
import { Rounds } from "../rounds.js";
import type { SharedParts } from "../shared-parts.js";
import type { Sink, SinkState } from "../sink.js";
import { validEntities } from "../valid-entities.js";
import { messageId, signatureHeaders } from "./sign-webhook.js";

/** What the sink is made of. */
export interface WebhookSinkOptions extends SharedParts {
  /** From the configuration. */
  readonly name: string;
  readonly url: string;
  /** Most entries that are on their way at a time. */
  readonly window: number;
  /** Most entities in a message. */
  readonly maxBatch: number;
  readonly timeoutMs: number;
  readonly tls: HttpTls;
  readonly maxBehind: number;
  readonly filter: EntityFilter;
  /** How an entity is written. */
  readonly form: (entity: Entity) => object;
  /** Read anew for each message. */
  readonly secrets: () => readonly Buffer[];
  readonly version: string;
}

/** What came of a message. */
type Outcome =
  | { readonly kind: "taken" }
  /** The receiver will never take it; another may be taken all the same. */
  | { readonly kind: "refused"; readonly reason: string }
  | ({ readonly kind: "failed" } & HttpProblem);

/** Answers that say that the message itself is wrong. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * Tells a subscriber of each new reading: signed messages of entities, one after the other, each sent
 * until the receiver has taken it.
 *
 * What waits while a message is under way goes with the next. A message that the receiver calls wrong
 * is halved until the entity to blame is found; that one is counted and left out.
 */
export class WebhookSink implements Sink {
  readonly kind = "webhook";
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number;
  readonly #options: WebhookSinkOptions;
  readonly #rounds: Rounds<Delivery>;
  readonly #http: HttpSender;
  #messages = 0;
  #errors = 0;

  constructor(options: WebhookSinkOptions) {
    this.name = options.name;
    this.window = options.window;
    this.maxBehind = options.maxBehind;
    this.#options = options;
    const { clock, log } = options;
    const send = (taken: readonly Delivery[]) => this.#send(taken);
    this.#rounds = new Rounds({ farEnd: "receiver", send, clock, log });
    const { tls, timeoutMs } = options;
    this.#http = new HttpSender({ tls, timeoutMs, signal: this.#rounds.closing });
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
    const { origin } = new URL(this.#options.url);
    // An address may hold a secret behind its host.
    return { ...this.#rounds.view(origin), messages: this.#messages, errors: this.#errors };
  }

  async close(): Promise<void> {
    this.#rounds.close();
    this.#http.close();
  }

  /** False where the sink was closed before the receiver had it all. */
  async #send(taken: readonly Delivery[]): Promise<boolean> {
    const { maxBatch } = this.#options;
    const entities: Entity[] = [];
    for (const delivery of taken) entities.push(...(await this.#wanted(delivery)));
    for (let from = 0; from < entities.length; from += maxBatch) {
      if (!(await this.#post(entities.slice(from, from + maxBatch)))) return false;
    }
    return !this.#rounds.isClosed;
  }

  async #wanted({ node, schema, readings }: Delivery): Promise<Entity[]> {
    const { filter, gates } = this.#options;
    const wanted: Entity[] = [];
    for (const reading of readings) {
      const { entities, refusals } = await validEntities(node, schema, reading, gates, filter);
      for (const reason of refusals) this.#refuse(reason);
      wanted.push(...entities.flatMap((entity) => wantedOf(entity, filter) ?? []));
    }
    return wanted;
  }

  /** Sends one message until it is taken or refused. */
  async #post(entities: readonly Entity[]): Promise<boolean> {
    const body = this.#bodyOf(entities);
    const id = messageId(body);
    for (let attempt = 0; !this.#rounds.isClosed; attempt++) {
      const outcome = await this.#postOnce(id, body);
      if (outcome.kind === "taken") {
        this.#messages += entities.length;
        this.#rounds.isUp();
        return true;
      }
      if (outcome.kind === "refused") {
        this.#rounds.isUp();
        const half = Math.ceil(entities.length / 2);
        if (half < entities.length) {
          return (await this.#post(entities.slice(0, half))) && this.#post(entities.slice(half));
        }
        this.#refuse(`${entities[0]?.id}: the receiver ${outcome.reason}`);
        return true;
      }
      await this.#rounds.isDown(outcome.reason, attempt, outcome.retryAfterMs);
    }
    return false;
  }

  async #postOnce(id: string, body: string): Promise<Outcome> {
    const { url, secrets, version, clock } = this.#options;
    // Where the file with the secret cannot be read, nothing goes out unsigned.
    const outcome = await this.#http.send({ method: "POST", url, body }, () => ({
      "content-type": "application/json",
      "user-agent": `bollard/${version}`,
      ...signatureHeaders(id, Math.floor(clock.wallMs() / 1000), body, secrets()),
    }));
    if (isOk(outcome)) return { kind: "taken" };
    const problem = problemOf(outcome);
    if (outcome.kind === "answered" && REFUSALS.has(outcome.status)) {
      return { kind: "refused", reason: problem.reason };
    }
    return { kind: "failed", ...problem };
  }

  /** The same for the same entities: its time is that of the newest of them. */
  #bodyOf(entities: readonly Entity[]): string {
    const times = entities.flatMap((entity) =>
      Object.values(entity).flatMap((attribute) => {
        const { observedAt } = Object(attribute) as { observedAt?: string };
        return observedAt ?? [];
      }),
    );
    const timestamp = times.sort().at(-1) ?? new Date(0).toISOString();
    const data = entities.map(this.#options.form);
    return JSON.stringify({ type: "entities.observed", timestamp, data });
  }

  #refuse(message: string): void {
    this.#errors++;
    this.#rounds.wasRefused(message);
    this.#options.log.warn({ reason: message }, "an entity was left out");
  }
}
