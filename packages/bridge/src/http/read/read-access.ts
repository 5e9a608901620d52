import type { FastifyInstance } from "fastify";
import type { BridgeClock } from "../../clock.js";
import type { AccessToken } from "../login/access-token.js";
import { AttemptLimiter } from "../login/attempt-limiter.js";
import { sendProblem } from "../problem.js";

/**
 * Who may read.
 *
 * - `page`: whoever may see the page
 * - `open`: anyone, pages of other sites too
 * - `token`: whoever has one of these tokens
 */
export type ReadAccess =
  | { readonly kind: "page" }
  | { readonly kind: "open" }
  | { readonly kind: "token"; readonly tokens: readonly AccessToken[] };

/** Where the read API is; the login of the page leaves these to the access of their own. */
export function isReadPath(path: string): boolean {
  return /^\/v1(\.1)?(\/|$)/.test(path);
}

/** What the guard is told with. */
export interface ReadGuardOptions {
  readonly access: ReadAccess;
  readonly clock: BridgeClock;
  /** Told of the address that each wrong token came from. */
  readonly onFailure: (address: string) => void;
}

/** Lets in whom the access lets in. `page` is left to the login. */
export function guardReads(app: FastifyInstance, options: ReadGuardOptions): void {
  const { access, clock, onFailure } = options;
  if (access.kind === "open") {
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("access-control-allow-origin", "*");
      reply.header("access-control-expose-headers", "ETag, Link, Next-Cursor, Retry-After");
      reply.header("cross-origin-resource-policy", "cross-origin");
    });
  }
  if (access.kind !== "token") return;
  const limiter = new AttemptLimiter(() => clock.monotonicMs());
  app.addHook("onRequest", async (request, reply) => {
    const { authorization = "" } = request.headers;
    const bearer = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    const waitS = limiter.waitS(request.ip);
    if (bearer !== undefined && waitS > 0) {
      reply.header("retry-after", String(waitS));
      return sendProblem(reply, { status: 429, title: "Too many wrong tokens" });
    }
    if (bearer !== undefined && access.tokens.some((token) => token.matches(bearer))) {
      limiter.succeeded(request.ip);
      return undefined;
    }
    if (bearer !== undefined) {
      limiter.failed(request.ip);
      onFailure(request.ip);
    }
    reply.header("www-authenticate", 'Bearer realm="bollard"');
    return sendProblem(reply, {
      status: 401,
      title: "A token is needed",
      detail: "Send Authorization: Bearer and the token that the owner of this bridge gave you.",
    });
  });
}
