import { isIP } from "node:net";
import { hostname } from "node:os";
import type { FastifyInstance } from "fastify";
import { sendProblem } from "./problem.js";

/** The page loads nothing from elsewhere, and sends forms to `formAction` only. */
function contentSecurityPolicy(formAction: "'none'" | "'self'"): string {
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
    `form-action ${formAction}; frame-ancestors 'none'`
  );
}

/** The page loads nothing from elsewhere, and nobody may frame it. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy("'none'"),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // With `no-referrer` a browser would send the login form under the origin `null`.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "geolocation=(), camera=(), microphone=()",
};

/** The same for the login page, which has a form. */
export const loginSecurityPolicy = contentSecurityPolicy("'self'");

/** True for an address that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

/** Whose name the server answers under. */
export interface GuardOptions {
  /** Address it listens on. On loopback it answers under loopback's names only. */
  readonly host: string;
  /** Further host names, such as `bridge.example` of a proxy in front. */
  readonly names: readonly string[];
}

/**
 * Sets the security headers, and refuses what a page of another site may have made a browser ask:
 * another host name (DNS rebinding), and a change asked for from another origin.
 */
export function guard(app: FastifyInstance, options: GuardOptions): void {
  const isOurs = ownNames(options);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    const host = request.headers.host ?? "";
    if (!isOurs(host.replace(/:\d+$/, "").toLowerCase())) {
      return sendProblem(reply, {
        status: 421,
        title: "Not this host",
        detail: `This server does not answer as ${host || "a request without a host"}. Names besides its own are listed under http.names.`,
      });
    }
    const isRead = request.method === "GET" || request.method === "HEAD";
    const origin = request.headers.origin;
    const site = request.headers["sec-fetch-site"] ?? "same-origin";
    const isOther = origin !== undefined && origin.replace(/^https?:\/\//, "") !== host;
    if (!isRead && (isOther || (site !== "same-origin" && site !== "none"))) {
      return sendProblem(reply, {
        status: 403,
        title: "Not from this page",
        detail: `A page of ${origin ?? "another site"} may not change anything here.`,
      });
    }
    return undefined;
  });
}

/** Rebinding needs a name, so away from loopback a plain address is safe. */
function ownNames({ host, names }: GuardOptions): (name: string) => boolean {
  const own = hostname().toLowerCase();
  const listed = new Set(names.map((name) => name.toLowerCase()));
  if (!isLoopback(host)) for (const name of [own, `${own}.local`]) listed.add(name);
  return (name) =>
    isLoopback(name) ||
    listed.has(name) ||
    (!isLoopback(host) && isIP(name.replace(/^\[|\]$/g, "")) !== 0);
}
