import type { Hello } from "../bodies/hello.js";
import { LinkSession, type SessionLink } from "./link-session.js";

export interface LinkSessionsOptions {
  /**
   * Gives a node that cannot count its boots a number, 1 to 65535, that it has not had before. It
   * has to be on disk before this returns.
   */
  readonly allocateSession: (nodeId: string) => number;
  /** Most nodes remembered while they are on no line. Default: 10000. */
  readonly maxNodes?: number;
}

/** What is known of a session from before this program's start. */
export interface RestoredSession {
  readonly nodeId: string;
  readonly boot: number;
  /** The first sequence number that is not durable. */
  readonly next: number;
  /** As the node gave it; 0 or left out when it is not known. */
  readonly life?: number;
}

/** The session that a HELLO leads to. */
export interface OpenedSession {
  readonly session: LinkSession;
  /** It was known, and goes on. */
  readonly resumed: boolean;
  /** Messages that the node gave up since. */
  readonly missing: number;
  /** Another line has a living node of this name. */
  readonly conflict: boolean;
  /** The node started again, and its boot count did not: it was given a number of its own. */
  readonly bootReused: boolean;
}

/** A line that was heard within this time has a living node. */
const LIVING_MS = 3000;
/** Sessions remembered of one node. */
const SESSIONS_PER_NODE = 4;

/**
 * The sessions of all nodes on all lines of this program. One of it serves every {@link LinkHost},
 * so that a node which comes back on another port goes on where it was.
 */
export class LinkSessions {
  readonly #allocate: (nodeId: string) => number;
  readonly #maxNodes: number;
  /** Each node's sessions, the latest last; the node heard of last is the last. */
  readonly #nodes = new Map<string, LinkSession[]>();

  constructor(options: LinkSessionsOptions) {
    this.#allocate = options.allocateSession;
    this.#maxNodes = options.maxNodes ?? 10_000;
  }

  /** The node's latest session. */
  latest(nodeId: string): LinkSession | undefined {
    return this.#nodes.get(nodeId)?.at(-1);
  }

  /** Tells of a session from before this program's start, so that it goes on without duplicates. */
  restore(known: RestoredSession): void {
    const { nodeId, boot, life = 0, next } = known;
    this.#remember(new LinkSession(nodeId, boot, life, next));
  }

  /** @internal */
  open(hello: Hello, link: SessionLink, now: number): OpenedSession {
    const { nodeId, life } = hello;
    const others = this.#nodes.get(nodeId) ?? [];
    const isElsewhere = (session: LinkSession): boolean =>
      session.link !== undefined &&
      session.link !== link &&
      now - session.link.lastHeardAt < LIVING_MS;
    // A node that was plugged in elsewhere has the same life, and does not speak on its old line.
    const conflict = others.some(
      (session) =>
        isElsewhere(session) && (!sameLife(session.life, life) || session.leftLink === link),
    );
    // A HELLO said twice, before its answer came, costs one number.
    const given = others.find(
      (session) => session.link === link && !session.began && sameLife(session.life, life),
    );
    const known =
      given ?? (hello.boot ? others.find(({ boot }) => boot === hello.boot) : undefined);
    const bootReused =
      hello.boot !== 0 &&
      known !== undefined &&
      (otherLife(known.life, life) || (conflict && known.link !== link));
    const resumed = known !== undefined && !bootReused;
    const session = resumed ? known : this.#begin(hello, bootReused, others);
    const missing = session.resume(hello.oldest);
    session.life = life || session.life;
    session.hold = hello.hold;
    for (const other of others) if (other.link === link) other.link = undefined;
    session.leftLink = isElsewhere(session) ? session.link : undefined;
    session.link = link;
    this.#remember(session);
    return { session, resumed, missing, conflict, bootReused };
  }

  /** @internal */
  detach(link: SessionLink): void {
    for (const sessions of this.#nodes.values()) {
      for (const session of sessions) if (session.link === link) session.link = undefined;
    }
  }

  #begin(hello: Hello, bootReused: boolean, others: readonly LinkSession[]): LinkSession {
    const { nodeId, life, oldest } = hello;
    const ownNumber = hello.boot !== 0 && !bootReused;
    const boot = ownNumber ? hello.boot : this.#unused(nodeId, others);
    return new LinkSession(nodeId, boot, life, oldest);
  }

  #unused(nodeId: string, others: readonly LinkSession[]): number {
    let boot = this.#allocate(nodeId);
    while (others.some((session) => session.boot === boot)) boot = this.#allocate(nodeId);
    return boot;
  }

  #remember(session: LinkSession): void {
    const others = (this.#nodes.get(session.nodeId) ?? []).filter((other) => other !== session);
    const kept = [...others, session].slice(-SESSIONS_PER_NODE);
    this.#nodes.delete(session.nodeId);
    this.#nodes.set(session.nodeId, kept);
    if (this.#nodes.size <= this.#maxNodes) return;
    for (const [nodeId, sessions] of this.#nodes) {
      if (sessions.every(({ link }) => link === undefined)) {
        this.#nodes.delete(nodeId);
        return;
      }
    }
  }
}

/** Both are known and equal. */
function sameLife(a: number, b: number): boolean {
  return a !== 0 && a === b;
}

/** Both are known and differ. */
function otherLife(a: number, b: number): boolean {
  return a !== 0 && b !== 0 && a !== b;
}
