import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Logger } from "pino";
import type { Interpreted } from "./delivery.js";
import { BridgeError } from "./error.js";
import type { Refusals, RefusedEntity, Sink } from "./sinks/sink.js";
import { Slots } from "./sinks/slots.js";

/** What it works with. */
export interface RetryRefusedOptions {
  readonly spool: Pick<Spool, "replay" | "commit">;
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  /** Those there are now. */
  readonly sinks: () => readonly Sink[];
  readonly log: Logger;
}

/** What a sink keeps of what was refused. */
export interface RefusedReport {
  readonly count: number;
  /** The latest, oldest first. */
  readonly entries: readonly RefusedEntity[];
}

/** What came of a retry. */
export interface RetryOutcome {
  /** Entities that were sent once more; those refused again are noted again. */
  readonly retried: number;
  /** Entities whose entry is not in the spool any more, or comes to no reading. */
  readonly gone: number;
}

/**
 * Sends once more what a far end refused, once what was wrong is mended: from the bytes in the spool,
 * by the schemas, the registry and the rules of now.
 *
 * What was refused stays noted until it has been settled, so a stop in the middle forgets nothing.
 */
export class RetryRefused {
  readonly #options: RetryRefusedOptions;
  readonly #underWay = new Set<Refusals>();

  constructor(options: RetryRefusedOptions) {
    this.#options = options;
  }

  /** @throws BridgeError `BRIDGE_SINK_UNKNOWN` for a sink that is not there or keeps no refusals */
  list(sink: string): RefusedReport {
    const refusals = this.#refusalsOf(sink);
    return { count: refusals.count(), entries: refusals.entries() };
  }

  /**
   * Begins to send again what is noted now.
   *
   * @returns the entities that are tried, at once; and what came of them, once the far end has
   * answered for all
   * @throws BridgeError `BRIDGE_SINK_UNKNOWN`, `BRIDGE_RETRY_UNDER_WAY`
   */
  start(sink: string): { readonly entities: number; readonly outcome: Promise<RetryOutcome> } {
    const refusals = this.#refusalsOf(sink);
    if (this.#underWay.has(refusals)) {
      const message = "What was refused is tried again already; it goes on until it is settled";
      throw new BridgeError("BRIDGE_RETRY_UNDER_WAY", sink, message);
    }
    const entries = [...refusals.entries()];
    this.#underWay.add(refusals);
    const outcome = this.#retry(refusals, entries).finally(() => {
      this.#underWay.delete(refusals);
    });
    outcome.then(
      (counts) => this.#options.log.info({ sink, ...counts }, "what was refused was tried again"),
      (error: unknown) => this.#options.log.error({ err: error, sink }, "the retry failed"),
    );
    return { entities: entries.length, outcome };
  }

  #refusalsOf(name: string): Refusals {
    const sinks = this.#options.sinks();
    const refusals = sinks.find((sink) => sink.name === name && sink.refusals)?.refusals;
    if (refusals) return refusals;
    const names = sinks.filter((sink) => sink.refusals).map((sink) => sink.name);
    const known = names.length === 0 ? "none does" : `these do: ${names.join(", ")}`;
    throw new BridgeError(
      "BRIDGE_SINK_UNKNOWN",
      name,
      `No sink of this name keeps refusals; ${known}`,
    );
  }

  async #retry(refusals: Refusals, entries: readonly RefusedEntity[]): Promise<RetryOutcome> {
    const { spool, sinks } = this.#options;
    const window = sinks().find((sink) => sink.refusals === refusals)?.window ?? 1;
    const slots = new Slots(window);
    const underWay = new Set<Promise<unknown>>();
    const counts = new Map<number, number>();
    for (const { position } of entries) counts.set(position, (counts.get(position) ?? 0) + 1);
    const gone: number[] = [];
    // What is not on the disk yet cannot be read beside a cursor.
    await spool.commit();
    for (const position of [...counts.keys()].sort((one, other) => one - other)) {
      const delivery = await this.#read(position);
      if (delivery?.kind !== "delivery") {
        gone.push(position);
        continue;
      }
      await slots.take();
      const done = refusals.retry(delivery).finally(() => {
        underWay.delete(done);
        slots.release();
      });
      underWay.add(done);
    }
    await Promise.all(underWay);
    if (gone.length > 0) await refusals.giveUp(gone);
    const lost = gone.reduce((sum, position) => sum + (counts.get(position) ?? 0), 0);
    return { retried: entries.length - lost, gone: lost };
  }

  async #read(position: number): Promise<Interpreted | undefined> {
    for await (const run of this.#options.spool.replay({ from: position, to: position })) {
      for (const stored of run) return this.#options.interpret(stored);
    }
    return undefined;
  }
}
