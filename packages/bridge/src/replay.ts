import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Delivery } from "./delivery.js";
import type { Pipeline } from "./pipeline.js";
import { ofLayout, ofNode } from "./schema-references.js";
import { ANY_DETAIL, type SetAsideGroup, type SetAsideLog } from "./set-aside-log.js";
import type { Drain } from "./sinks/drain.js";
import type { EntityView } from "./view/entity-view.js";

/** What a replay works with. */
export interface ReplayOptions {
  readonly spool: Spool;
  readonly setAside: SetAsideLog;
  /** Those there are now. */
  readonly drains: () => readonly Drain[];
  readonly pipeline: Pick<Pipeline, "interpret" | "forget">;
  readonly view: Pick<EntityView, "recall">;
  /** Whether what the group waits for is known now. */
  readonly isKnown: (group: SetAsideGroup) => boolean;
}

/**
 * Delivers what was set aside for want of a node or a schema, once that is known.
 *
 * A drain stands still from before the change until it has delivered what it had passed over, so the
 * readings of a node stay in order. A stop in the middle replays again at the next start: a reading
 * then comes twice under one key.
 */
export class Replay {
  readonly #options: ReplayOptions;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** Starts the drains, each after what is known by now; the view has it already. */
  start(): Promise<number> {
    const held = this.#holdAll();
    for (const { drain } of held) void drain.run();
    return this.#enqueue(held, false);
  }

  /**
   * Makes a change to the registry or the schemas, and replays what it makes known.
   *
   * @param change - throws to change nothing
   * @returns resolves with the messages replayed, once every sink that can be reached has had them
   */
  around(change: () => void): Promise<number> {
    const held = this.#holdAll();
    try {
      change();
    } catch (error) {
      for (const { drain } of held) drain.release();
      throw error;
    }
    this.#options.pipeline.forget();
    return this.#enqueue(held, true);
  }

  /** A replay under way ends at the next message. */
  close(): void {
    this.#isClosed = true;
  }

  #holdAll(): HeldDrain[] {
    return this.#options.drains().map((drain) => ({ drain, idle: drain.hold() }));
  }

  /** One after the other: the second finds what the first could not deliver. */
  #enqueue(held: readonly HeldDrain[], isShown: boolean): Promise<number> {
    // What comes after the change is shown when it comes.
    const shownTo = isShown ? this.#options.spool.last : 0;
    const run = this.#last.then(() => this.#run(held, shownTo));
    this.#last = run.catch(() => {});
    return run;
  }

  async #run(held: readonly HeldDrain[], shownTo: number): Promise<number> {
    const { setAside, isKnown, view } = this.#options;
    const groups = setAside.groups.filter((group) => group.detail === ANY_DETAIL || isKnown(group));
    const stillWaiting = new Set<string>();
    const toSink = async ({ drain, idle }: HeldDrain) => {
      try {
        await idle;
        return await this.#toSink(drain, groups, stillWaiting);
      } finally {
        drain.release();
      }
    };
    const shown =
      shownTo > 0
        ? this.#each(groups, shownTo, stillWaiting, (delivery) => view.recall(delivery))
        : 0;
    const counts = await Promise.all([shown, ...held.map(toSink)]);
    if (this.#isClosed) return 0;
    for (const group of groups) {
      if (!stillWaiting.has(nameOf(group))) await setAside.remove(group);
    }
    return Math.max(...counts);
  }

  async #toSink(
    drain: Drain,
    groups: readonly SetAsideGroup[],
    stillWaiting: Set<string>,
  ): Promise<number> {
    const { sink } = drain;
    let underWay = 0;
    let wake = () => {};
    const changed = () => new Promise<void>((resolve) => (wake = resolve));
    drain.onClosed(() => wake());
    const count = await this.#each(groups, drain.taken, stillWaiting, async (delivery) => {
      underWay++;
      void sink.deliver(delivery).finally(() => {
        underWay--;
        wake();
      });
      while (underWay >= sink.window && !drain.isClosed) await changed();
    });
    while (underWay > 0 && !drain.isClosed) await changed();
    return count;
  }

  /** Each entry of the groups that can be delivered now, up to a position. */
  async #each(
    groups: readonly SetAsideGroup[],
    to: number,
    stillWaiting: Set<string>,
    take: (delivery: Delivery) => unknown,
  ): Promise<number> {
    const { spool, setAside, pipeline } = this.#options;
    let count = 0;
    if (groups.length === 0) return count;
    // What is not on the disk yet cannot be read beside a cursor.
    await spool.commit();
    const from = Math.min(...groups.map((group) => group.first));
    for await (const stored of entriesOf(spool.replay({ from, to }))) {
      if (this.#isClosed) break;
      const interpreted = pipeline.interpret(stored);
      if (interpreted.kind === "set-aside") {
        await setAside.keep(interpreted);
        stillWaiting.add(`${interpreted.reason} ${interpreted.detail}`).add(ANY_DETAIL);
      } else if (groups.some((group) => isOf(group, interpreted))) {
        count++;
        await take(interpreted);
      }
    }
    return count;
  }
}

interface HeldDrain {
  readonly drain: Drain;
  /** Resolves once it stands still. */
  readonly idle: Promise<void>;
}

async function* entriesOf(
  runs: AsyncIterable<readonly SpoolEntry[]>,
): AsyncGenerator<SpoolEntry, void, undefined> {
  for await (const entries of runs) yield* entries;
}

function nameOf({ reason, detail }: SetAsideGroup): string {
  return detail === ANY_DETAIL ? ANY_DETAIL : `${reason} ${detail}`;
}

function isOf(group: SetAsideGroup, { position, entry, reference }: Delivery): boolean {
  const { reason, detail, first } = group;
  if (position < first) return false;
  if (detail === ANY_DETAIL) return true;
  if (reason === "unknown-node") return detail === entry.node;
  if (reason === "unmapped") {
    return entry.source.kind === "foreign" && detail.startsWith(`${entry.source.name}#`);
  }
  if (detail === reference || detail === ofNode(reference, entry.node)) return true;
  return entry.layout !== undefined && detail === ofLayout(reference, entry.layout);
}
