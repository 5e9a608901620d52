import type { FastifyInstance } from "fastify";
import { sendProblem } from "./problem.js";

/** The page loads nothing from elsewhere, and nobody may frame it. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "geolocation=(), camera=(), microphone=()",
};

/** Host names of this computer's own loopback. */
const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Sets the security headers, and refuses what a page of another site may have made a browser ask:
 * another host name (DNS rebinding), and a change asked for from another origin.
 */
export function guard(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(securityHeaders);
    const host = request.headers.host ?? "";
    if (!OWN_HOST.test(host)) {
      return sendProblem(reply, {
        status: 421,
        title: "Not this host",
        detail: `This server answers as localhost, not as ${host || "a request without a host"}.`,
      });
    }
    const isRead = request.method === "GET" || request.method === "HEAD";
    const origin = request.headers.origin;
    if (!isRead && origin !== undefined && origin.replace(/^https?:\/\//, "") !== host) {
      return sendProblem(reply, {
        status: 403,
        title: "Not from this page",
        detail: `A page of ${origin} may not change anything here.`,
      });
    }
    return undefined;
  });
}
