import type { Spool } from "@bollard/spool";
import type { FirstSeen } from "./details/first-seen.js";
import type { Pipeline } from "./pipeline.js";
import type { Registry } from "./registry/registry.js";
import type { SchemaSet } from "./schema-set.js";
import type { SetAsideLog } from "./set-aside-log.js";
import type { Drain } from "./sinks/drain.js";
import type { EntityView } from "./view/entity-view.js";

/** All that holds something of a node. */
export interface EraseParts {
  readonly spool: Pick<Spool, "erase">;
  readonly drains: readonly Drain[];
  readonly registry: Registry;
  readonly schemas: SchemaSet;
  readonly pipeline: Pick<Pipeline, "forget">;
  readonly view: EntityView;
  readonly setAside: SetAsideLog;
  readonly firstSeen: FirstSeen | undefined;
}

/**
 * Erases what the bridge holds of a node: its messages on the disk, what the page shows, and what
 * brokers keep of it as retained. What was delivered besides is with those who got it.
 *
 * The registry stays as it is, and so does what comes from the node later. Where other hardware has
 * its name by now, page and brokers show that one's readings, and are left alone.
 *
 * @returns messages erased from the disk
 * @throws SpoolError `SPOOL_FAILING` when the disk refuses; it can be asked again
 */
export async function eraseNode(id: string, parts: EraseParts): Promise<number> {
  const { registry, drains, schemas, view } = parts;
  const name = registry.nameOf(id) ?? id;
  const erased = await parts.spool.erase(id);
  parts.pipeline.forget();
  if (!registry.isSharedName(id)) {
    view.forget(name);
    for (const { sink } of drains) sink.forget?.(name, schemas.all);
  }
  for (const group of parts.setAside.groups) {
    const isOf = group.reason === "unknown-node" && group.detail === id;
    if (isOf) await parts.setAside.remove(group);
  }
  await parts.firstSeen?.forget(id);
  return erased;
}
