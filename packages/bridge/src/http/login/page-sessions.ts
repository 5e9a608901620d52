import { createHash, randomBytes } from "node:crypto";

interface PageSession {
  readonly begunMs: number;
  seenMs: number;
}

const HOUR_MS = 3_600_000;
const IDLE_MS = 12 * HOUR_MS;
const LONGEST_MS = 30 * 24 * HOUR_MS;
const MOST_SESSIONS = 100;

/**
 * The browsers that have logged in. A session ends 12 hours after it was last used, after 30 days,
 * or when the bridge stops; of more than 100 the one not used for longest goes.
 *
 * Only hashes of the ids are kept.
 */
export class PageSessions {
  readonly #now: () => number;
  /** The one used last is at the end. */
  readonly #sessions = new Map<string, PageSession>();

  /** @param now - milliseconds that never jump */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the id to keep in the cookie: 43 characters */
  begin(): string {
    const id = randomBytes(32).toString("base64url");
    const now = this.#now();
    this.#sessions.set(hashOf(id), { begunMs: now, seenMs: now });
    if (this.#sessions.size > MOST_SESSIONS) {
      const [eldest] = this.#sessions.keys();
      if (eldest !== undefined) this.#sessions.delete(eldest);
    }
    return id;
  }

  /** True for a session that goes on; it is used by this. */
  use(id: string): boolean {
    const hash = hashOf(id);
    const session = this.#sessions.get(hash);
    if (!session) return false;
    this.#sessions.delete(hash);
    const now = this.#now();
    if (now - session.seenMs > IDLE_MS || now - session.begunMs > LONGEST_MS) return false;
    session.seenMs = now;
    this.#sessions.set(hash, session);
    return true;
  }

  end(id: string): void {
    this.#sessions.delete(hashOf(id));
  }
}

function hashOf(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
