import type { BridgeClock } from "../../clock.js";
import type { Delivery } from "../../delivery.js";

/** How a node is, as its status topic tells it. */
export interface NodeStatus {
  /** The owner's name. */
  readonly node: string;
  /** `silent`: nothing came for three report intervals, five minutes where the schema states none. */
  readonly state: "up" | "silent";
  /** Boot count of the node, or the session that the bridge gave it: another one at each start. */
  readonly session: number;
  /** When its last message came in, ISO 8601 UTC; with `up`: the one that made it so. */
  readonly lastSeen: string;
}

interface Known {
  session: number;
  lastMs: number;
  silentAfterMs: number;
  isUp: boolean;
}

const MAX_NODES = 30_000;
const USUAL_SILENCE_MS = 5 * 60_000;

/**
 * Tells when nodes come, start anew and fall silent, each change once.
 *
 * What is delivered late, after an outage, changes nothing unless it came in not long ago. Bounded:
 * the node that was silent for longest is forgotten.
 */
export class NodePresence {
  readonly #clock: BridgeClock;
  readonly #nodes = new Map<string, Known>();

  constructor(clock: BridgeClock) {
    this.#clock = clock;
  }

  /** Notes what was delivered; the node's status where it has changed. */
  note({ node, schema, entry }: Delivery): NodeStatus | undefined {
    const arrivedMs = entry.arrival.wallMs;
    const intervalMs = (schema.schema.reportInterval ?? 0) * 3000 || USUAL_SILENCE_MS;
    const known = this.#nodes.get(node.name);
    const silentAfterMs = Math.max(intervalMs, known?.silentAfterMs ?? 0);
    if (known && arrivedMs < known.lastMs) return undefined;
    const isUp = this.#clock.wallMs() - arrivedMs <= silentAfterMs;
    const next = { session: entry.boot, lastMs: arrivedMs, silentAfterMs, isUp };
    this.#nodes.delete(node.name);
    this.#nodes.set(node.name, next);
    const eldest = this.#nodes.keys().next();
    if (this.#nodes.size > MAX_NODES && !eldest.done) this.#nodes.delete(eldest.value);
    const isSame = known?.isUp === isUp && known.session === next.session;
    return isSame ? undefined : statusOf(node.name, next);
  }

  forget(name: string): void {
    this.#nodes.delete(name);
  }

  /** The nodes that have fallen silent since the last call. */
  takeSilent(): NodeStatus[] {
    const now = this.#clock.wallMs();
    const silent: NodeStatus[] = [];
    for (const [name, known] of this.#nodes) {
      if (!known.isUp || now - known.lastMs <= known.silentAfterMs) continue;
      known.isUp = false;
      silent.push(statusOf(name, known));
    }
    return silent;
  }
}

function statusOf(node: string, { isUp, session, lastMs }: Known): NodeStatus {
  const lastSeen = new Date(lastMs).toISOString();
  return { node, state: isUp ? "up" : "silent", session, lastSeen };
}
