import type { FastifyInstance } from "fastify";
import type { BridgeClock } from "../clock.js";

/** Who asked for a change, or was refused, and what came of it. */
export interface AuditRecord {
  readonly method: string;
  /** Without what stands behind a question mark. */
  readonly path: string;
  readonly status: number;
  readonly address: string;
  /** How they showed who they are. */
  readonly by: "token" | "session" | "nobody";
  /** Refusals before this one that were not told, since there were too many. */
  readonly suppressed?: number;
}

const REFUSED = new Set([401, 403, 429]);
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const MINUTE_MS = 60_000;
/** Refusals that are told in a minute: who hammers at the door does not fill the log. */
const MOST_REFUSALS = 60;
const LONGEST_PATH = 200;

/**
 * Tells each change that was asked for and each request that was refused.
 *
 * @see ISO/IEC 27001:2022, control A.8.15
 */
export function audit(
  app: FastifyInstance,
  clock: BridgeClock,
  tell: (record: AuditRecord) => void,
): void {
  let minute = 0;
  let told = 0;
  let suppressed = 0;
  app.addHook("onResponse", async (request, reply) => {
    const isRefused = REFUSED.has(reply.statusCode);
    if (SAFE.has(request.method) && !isRefused) return;
    if (isRefused) {
      const now = Math.floor(clock.monotonicMs() / MINUTE_MS);
      if (now !== minute) [minute, told] = [now, 0];
      if (++told > MOST_REFUSALS) {
        suppressed++;
        return;
      }
    }
    const { authorization, cookie } = request.headers;
    tell({
      method: request.method,
      path: (request.url.split("?", 1)[0] ?? "").slice(0, LONGEST_PATH),
      status: reply.statusCode,
      address: request.ip,
      by: authorization ? "token" : cookie ? "session" : "nobody",
      ...(suppressed > 0 && { suppressed }),
    });
    suppressed = 0;
  });
}
