import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Delivery, Interpreted } from "./delivery.js";
import type { SchemaReferences } from "./schema-references.js";
import { ANY_DETAIL, type SetAsideGroup, type SetAsideLog } from "./set-aside-log.js";
import type { Drain } from "./sinks/drain.js";

/** What a replay works with. */
export interface ReplayOptions {
  readonly spool: Spool;
  readonly setAside: SetAsideLog;
  readonly drains: readonly Drain[];
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  readonly references: SchemaReferences;
  /** Whether what the group waits for is known now. */
  readonly isKnown: (group: SetAsideGroup) => boolean;
  readonly isClosed: () => boolean;
}

/**
 * Starts the drains, each after it has delivered what was set aside for want of a node or a schema
 * that is known by now: of that, the entries which its cursor has passed.
 *
 * A stop in the middle replays again at the next start: a reading then comes twice under one key.
 *
 * @returns resolves with the messages replayed, once every sink has had them
 */
export async function replayAndDrain(options: ReplayOptions): Promise<number> {
  const { setAside, drains } = options;
  const groups = setAside.groups.filter(
    (group) => group.detail === ANY_DETAIL || options.isKnown(group),
  );
  const stillWaiting = new Set<string>();
  const counts = await Promise.all(
    drains.map(async (drain) => {
      const count = groups.length === 0 ? 0 : await replay(drain, groups, stillWaiting, options);
      void drain.run();
      return count;
    }),
  );
  if (options.isClosed()) return 0;
  for (const group of groups) {
    if (!stillWaiting.has(nameOf(group))) await setAside.remove(group);
  }
  return Math.max(0, ...counts);
}

async function replay(
  drain: Drain,
  groups: readonly SetAsideGroup[],
  stillWaiting: Set<string>,
  { spool, setAside, interpret, references, isClosed }: ReplayOptions,
): Promise<number> {
  const { sink } = drain;
  const first = Math.min(...groups.map((group) => group.first));
  const underWay = new Set<Promise<unknown>>();
  let count = 0;
  const { position } = drain;
  for await (const stored of entriesOf(spool.replay({ from: first, to: position }))) {
    if (isClosed()) break;
    const interpreted = interpret(stored);
    if (interpreted.kind === "set-aside") {
      await setAside.keep(interpreted);
      stillWaiting.add(`${interpreted.reason} ${interpreted.detail}`).add(ANY_DETAIL);
    } else if (groups.some((group) => isOf(group, interpreted, references))) {
      count++;
      const done = sink.deliver(interpreted).finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size >= sink.window) await Promise.race(underWay);
    }
  }
  await Promise.all(underWay);
  return count;
}

async function* entriesOf(
  runs: AsyncIterable<readonly SpoolEntry[]>,
): AsyncGenerator<SpoolEntry, void, undefined> {
  for await (const entries of runs) yield* entries;
}

function nameOf({ reason, detail }: SetAsideGroup): string {
  return detail === ANY_DETAIL ? ANY_DETAIL : `${reason} ${detail}`;
}

function isOf(
  group: SetAsideGroup,
  { position, entry }: Delivery,
  references: SchemaReferences,
): boolean {
  if (position < group.first) return false;
  if (group.detail === ANY_DETAIL) return true;
  switch (group.reason) {
    case "unknown-node":
      return group.detail === entry.node;
    case "unknown-schema":
      return group.detail === references.of(entry);
    case "unmapped":
      return entry.source.kind === "foreign" && group.detail.startsWith(`${entry.source.name}#`);
  }
}
