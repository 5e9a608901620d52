import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Delivery, Interpreted } from "./delivery.js";
import { readAgain } from "./recall.js";
import { ANY_DETAIL, type SetAsideGroup, type SetAsideLog } from "./set-aside-log.js";
import type { Drain } from "./sinks/drain.js";

/** What a replay works with. */
export interface ReplayOptions {
  readonly spool: Spool;
  readonly setAside: SetAsideLog;
  readonly drains: readonly Drain[];
  readonly interpret: (stored: SpoolEntry) => Interpreted;
  /** Whether what the group waits for is known now. */
  readonly isKnown: (group: SetAsideGroup) => boolean;
  readonly isClosed: () => boolean;
}

/**
 * Delivers what was set aside for want of a node or a schema that is known by now: to each sink the
 * entries that its cursor has passed; those it has not come by themselves.
 *
 * A stop in the middle replays again at the next start: a reading then comes twice under one key.
 *
 * @returns messages replayed
 */
export async function replaySetAside(options: ReplayOptions): Promise<number> {
  const { setAside, spool } = options;
  const groups = setAside.groups.filter(
    (group) => group.detail === ANY_DETAIL || options.isKnown(group),
  );
  if (groups.length === 0) return 0;
  const passed = options.drains.map((drain) => ({ drain, upTo: drain.position }));
  const first = Math.min(...groups.map((group) => group.first));
  const last = Math.max(0, ...passed.map(({ upTo }) => upTo));
  let replayed = 0;
  const underWay = new Set<Promise<unknown>>();
  const stillWaiting = new Set<string>();
  await readAgain(spool, "replay", first, last, async (stored) => {
    if (options.isClosed()) return;
    const interpreted = options.interpret(stored);
    if (interpreted.kind === "set-aside") {
      stillWaiting.add(`${interpreted.reason} ${interpreted.detail}`).add(ANY_DETAIL);
      return setAside.keep(interpreted);
    }
    if (!groups.some((group) => isOf(group, interpreted))) return;
    replayed++;
    for (const { drain, upTo } of passed) {
      if (stored.position > upTo) continue;
      const done = drain.sink.deliver(interpreted).finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size >= drain.sink.window) await Promise.race(underWay);
    }
  });
  await Promise.all(underWay);
  if (options.isClosed()) return replayed;
  for (const group of groups) {
    const { reason, detail } = group;
    const key = detail === ANY_DETAIL ? ANY_DETAIL : `${reason} ${detail}`;
    if (!stillWaiting.has(key)) setAside.remove(group);
  }
  return replayed;
}

function isOf(group: SetAsideGroup, { position, entry, schema }: Delivery): boolean {
  if (position < group.first) return false;
  if (group.detail === ANY_DETAIL) return true;
  return group.reason === "unknown-node"
    ? group.detail === entry.node
    : group.detail === String(schema.schema.id) || group.detail === "none";
}
