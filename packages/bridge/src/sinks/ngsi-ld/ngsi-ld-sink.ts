import {
  type ContextBroker,
  contextsFor,
  type Entity,
  type EntityGates,
  type Delivery as Outcome,
} from "@bollard/ngsi-ld";
import type { Logger } from "pino";
import type { BridgeClock } from "../../clock.js";
import type { DeliveredReading, Delivery } from "../../delivery.js";
import { NewestOfEach } from "../newest-of-each.js";
import { Rounds } from "../rounds.js";
import type { RefusedEntity, Sink, SinkState } from "../sink.js";
import { toEntities } from "../to-entities.js";
import { DeviceRegistration } from "./device-registration.js";
import { type Outgoing, type PlanOptions, planRequests } from "./plan-requests.js";
import type { RefusedLog } from "./refused-log.js";

/** What the sink is made of. */
export interface NgsiLdSinkOptions extends PlanOptions {
  /** From the configuration. */
  readonly name: string;
  readonly url: string;
  /** Most entries that are on their way at a time. */
  readonly window: number;
  /** Entries it may be behind before it holds the spool no more. Default: as many as there are. */
  readonly maxBehind?: number | undefined;
  /** What is new goes before a backlog. Default: everything in order. */
  readonly isLiveFirst?: boolean;
  /** Who makes the nodes, for their DeviceModel; undefined registers no devices. */
  readonly manufacturer: string | undefined;
  /** URLs of the owner's own contexts. */
  readonly contexts: readonly string[];
  /** Where the bridge serves the shipped contexts; undefined names them where they are published. */
  readonly contextsServedAt: string | undefined;
  readonly broker: ContextBroker;
  readonly gates: EntityGates;
  readonly refused: RefusedLog;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

/** An entry that waits until the broker has all that it came to. */
interface Waiting {
  readonly delivery: Delivery;
  /** What was refused of it, where only that is tried again. */
  readonly refused?: readonly RefusedEntity[];
}

/** Entities whose newest time is remembered. */
const MAX_ENTITIES = 100_000;

/**
 * Brings each reading's entities to a context broker: the newest as the entities' state, what is
 * older or superseded as their history, each with the time at which it was observed.
 *
 * What waits while a request is under way goes with the next, so a slow broker gets larger batches
 * and a backlog drains by them. What a gate or the broker refuses is noted with its reason, on disk,
 * before the cursor passes it; the rest goes on.
 */
export class NgsiLdSink implements Sink {
  readonly kind = "ngsi-ld";
  readonly name: string;
  readonly window: number;
  readonly maxBehind: number | undefined;
  readonly isLiveFirst: boolean;
  readonly #options: NgsiLdSinkOptions;
  readonly #newest = new NewestOfEach(MAX_ENTITIES);
  readonly #devices: DeviceRegistration | undefined;
  readonly #rounds: Rounds<Waiting>;
  #messages = 0;

  constructor(options: NgsiLdSinkOptions) {
    this.name = options.name;
    this.window = options.window;
    this.maxBehind = options.maxBehind;
    this.isLiveFirst = options.isLiveFirst ?? false;
    this.#options = options;
    const { clock, log } = options;
    const send = (taken: readonly Waiting[]) => this.#send(taken);
    this.#rounds = new Rounds({ farEnd: "broker", send, clock, log });
    if (options.manufacturer !== undefined) {
      const { manufacturer } = options;
      const contextOf = (type: string) => this.#contextOf(type);
      this.#devices = new DeviceRegistration({ manufacturer, contextOf });
    }
  }

  open(): void {
    this.#options.refused.open();
    this.#rounds.open();
  }

  deliver(delivery: Delivery): Promise<void> {
    return this.#rounds.add({ delivery });
  }

  readonly refusals = {
    entries: () => this.#options.refused.entries,
    count: () => this.#options.refused.count,
    retry: (delivery: Delivery) => this.#retry(delivery),
    giveUp: async (positions: readonly number[]) => {
      const { refused } = this.#options;
      refused.remove(positions.flatMap((position) => refused.of(position)));
      await this.#persist();
    },
  };

  #retry(delivery: Delivery): Promise<void> {
    const refused = this.#options.refused.of(delivery.position);
    const ids = new Set(refused.map(({ id }) => id));
    this.#devices?.forget(ids);
    return this.#rounds.add({ delivery, refused });
  }

  recall(delivery: Delivery): void {
    for (const type of delivery.schema.models.keys()) {
      for (const reading of delivery.readings) this.#isNewest(type, delivery, reading);
    }
  }

  caughtUp(): void {}

  state(): SinkState {
    const { refused, url, broker } = this.#options;
    const last = refused.entries.at(-1);
    const note = last ? `; ${refused.count} refused, the last: ${last.reason}` : "";
    const { batchSize, parallel } = broker.stats();
    const pace = `batches of ${batchSize}, ${parallel} at a time`;
    const view = this.#rounds.view(`${url}, ${pace}`);
    return {
      ...view,
      detail: view.detail + note,
      messages: this.#messages,
      errors: refused.count,
    };
  }

  async close(): Promise<void> {
    this.#rounds.close();
    this.#options.broker.close();
  }

  /** False where the sink was closed before the broker had it all. */
  async #send(taken: readonly Waiting[]): Promise<boolean> {
    const { broker } = this.#options;
    const outgoing: Outgoing[] = [];
    for (const one of taken) outgoing.push(...(await this.#outgoingOf(one)));
    const { upserts, history } = planRequests(outgoing, this.#options);
    for (const items of upserts) {
      if (!(await this.#settle(items, (entities) => broker.upsert(entities)))) return false;
    }
    if (!(await this.#settle(history, (entities) => broker.addHistory(entities)))) return false;
    const { refused } = this.#options;
    refused.remove(taken.flatMap((one) => one.refused ?? []));
    return await this.#persist();
  }

  /** Sends until each is accepted or refused. */
  async #settle(
    items: readonly Outgoing[],
    send: (entities: readonly Entity[]) => Promise<readonly Outcome[]>,
  ): Promise<boolean> {
    let rest = items;
    for (let attempt = 0; rest.length > 0; attempt++) {
      const outcomes = await send(rest.map(({ entity }) => entity));
      const undelivered: Outgoing[] = [];
      let waitMs = 0;
      let problem = "";
      for (const [index, outcome] of outcomes.entries()) {
        const item = rest[index] as Outgoing;
        if (outcome.state === "accepted") this.#messages++;
        else if (outcome.state === "refused") {
          const { status, type, message } = outcome.refusal;
          this.#refuse(item, [status, type, message].filter(Boolean).join(" "));
        } else {
          undelivered.push(item);
          problem = outcome.error.message;
          waitMs = Math.max(waitMs, outcome.retryAfterMs);
        }
      }
      if (undelivered.length === 0) this.#rounds.isUp();
      else if (!(await this.#rounds.isDown(problem, attempt, waitMs))) return false;
      rest = undelivered;
    }
    return true;
  }

  async #outgoingOf({ delivery, refused }: Waiting): Promise<Outgoing[]> {
    const { node, schema, position } = delivery;
    // A reading that no entity could be made of was noted under its node's name.
    const ids = refused && new Set(refused.map(({ id }) => id));
    const isWanted = (id: string) => !ids || ids.has(id) || ids.has(node.name);
    const outgoing: Outgoing[] = [];
    for (const entity of this.#devices?.take(delivery) ?? []) {
      outgoing.push({ entity, position, kind: "registration" });
    }
    const options = {
      refDevice: this.#devices !== undefined,
      contextOf: (type: string) => this.#contextOf(type),
    };
    for (const reading of delivery.readings) {
      const { entities, refusals } = toEntities(node, schema, reading, options);
      for (const reason of isWanted(node.name) ? refusals : []) {
        this.#note(position, node.name, reason);
      }
      for (const entity of entities) {
        const isNewest = this.#isNewest(entity.type, delivery, reading);
        outgoing.push({ entity, position, kind: isNewest ? "state" : "late" });
      }
    }
    const checked: Outgoing[] = [];
    for (const item of outgoing) {
      if (isWanted(item.entity.id) && (await this.#passes(item))) checked.push(item);
    }
    return checked;
  }

  async #passes(item: Outgoing): Promise<boolean> {
    const { gates } = this.#options;
    const result = gates.checkKnown(item.entity) ?? (await gates.check(item.entity));
    if (result.ok) return true;
    const [problem] = result.problems;
    this.#refuse(
      item,
      problem ? `${problem.gate} gate: ${problem.path} ${problem.message}` : "gate",
    );
    return false;
  }

  #contextOf(type: string): readonly string[] {
    const { contexts, contextsServedAt: servedAt } = this.#options;
    return contextsFor(type, { extra: contexts, ...(servedAt !== undefined && { servedAt }) });
  }

  #isNewest(type: string, { node }: Delivery, reading: DeliveredReading): boolean {
    return this.#newest.isNewest(`${type}:${node.name}`, reading);
  }

  #refuse({ entity, position }: Outgoing, reason: string): void {
    this.#note(position, entity.id, reason);
  }

  #note(position: number, id: string, reason: string): void {
    const { log, refused, clock } = this.#options;
    log.warn({ position, id, reason }, "an entity was refused");
    refused.add({ position, id, reason, atMs: Math.trunc(clock.wallMs()) });
  }

  #persist(): Promise<boolean> {
    const { refused } = this.#options;
    const words = "cannot note what was refused; it is tried again";
    return this.#rounds.persist(() => refused.save(), words);
  }
}
