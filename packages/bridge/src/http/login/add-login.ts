import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { BridgeClock } from "../../clock.js";
import { CONTEXTS_PATH } from "../contexts.js";
import { loginSecurityPolicy } from "../guard.js";
import { sendProblem } from "../problem.js";
import type { AccessToken } from "./access-token.js";
import { AttemptLimiter } from "./attempt-limiter.js";
import { loginPage } from "./login-page.js";
import { PageSessions } from "./page-sessions.js";

/** What the login is made of. */
export interface LoginOptions {
  readonly token: AccessToken;
  readonly clock: BridgeClock;
  /** Told of the address that each wrong token came from. */
  readonly onFailure: (address: string) => void;
  /** Paths whose access is looked after elsewhere. Default: none. */
  readonly isElsewhere?: (path: string) => boolean;
}

/** What the login page is drawn with, and what a supervisor asks. */
const OPEN_PATHS = new Set(["/login", "/page.css", "/icon.svg", "/health"]);
const isOpen = (path: string) => OPEN_PATHS.has(path) || path.startsWith(CONTEXTS_PATH);
const LONGEST_FORM_BYTES = 2048;
const WRONG = "This is not the token. Mind that it is one line, without a space at its end.";

/**
 * Lets in only who has the token: a browser by a session cookie, which `POST /login` gives, and
 * programs by `Authorization: Bearer <token>`. The token is never taken from an address.
 *
 * @see RFC 6750, section 2.1
 */
export function addLogin(app: FastifyInstance, options: LoginOptions): void {
  const { token, clock, onFailure } = options;
  const now = () => clock.monotonicMs();
  const sessions = new PageSessions(now);
  const limiter = new AttemptLimiter(now);

  /** Whether the token is right; or how many seconds this address has to wait. */
  const attempt = (request: FastifyRequest, candidate: string): boolean | number => {
    const waitS = limiter.waitS(request.ip);
    if (waitS > 0) return waitS;
    if (token.matches(candidate)) {
      limiter.succeeded(request.ip);
      return true;
    }
    limiter.failed(request.ip);
    onFailure(request.ip);
    return false;
  };

  app.addHook("onRequest", async (request, reply) => {
    const [path = ""] = request.url.split("?", 1);
    if (options.isElsewhere?.(path)) return undefined;
    const bearer = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (bearer !== undefined) {
      const outcome = attempt(request, bearer);
      if (outcome === true) return undefined;
      if (outcome !== false) return sendTooMany(reply, outcome);
    } else {
      const session = sessionOf(request);
      if (isOpen(path) || (session !== undefined && sessions.use(session))) return undefined;
      if (path === "/" && request.method === "GET") return reply.redirect("login", 303);
    }
    reply.header("www-authenticate", 'Bearer realm="bollard"');
    return sendProblem(reply, {
      status: 401,
      title: "Log in first",
      detail: "A browser logs in at /login, a program sends Authorization: Bearer and the token.",
    });
  });

  app.get("/api/v1/session", async () => ({ login: true }));
  app.post("/logout", async (request, reply) => {
    const session = sessionOf(request);
    if (session !== undefined) sessions.end(session);
    reply.header(
      "set-cookie",
      `${cookieName(request)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`,
    );
    return reply.code(204).send();
  });
  app.get("/login", (_request, reply) => sendLoginPage(reply, 200));
  // Only this one takes a form: every other change asks for JSON, which no form can send.
  app.register(async (formApp) => {
    formApp.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: LONGEST_FORM_BYTES },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    formApp.post("/login", (request, reply) => {
      const { body } = request;
      const candidate = body instanceof URLSearchParams ? (body.get("token") ?? "") : "";
      const outcome = attempt(request, candidate.trim());
      if (outcome === true) {
        const cookie = `${cookieName(request)}=${sessions.begin()}`;
        reply.header("set-cookie", `${cookie}; Path=/; HttpOnly; SameSite=Strict`);
        return reply.redirect("./", 303);
      }
      if (outcome === false) return sendLoginPage(reply, 401, WRONG);
      reply.header("retry-after", String(outcome));
      return sendLoginPage(reply, 429, `Too many wrong tokens. Try again in ${outcome} seconds.`);
    });
  });
}

function sendLoginPage(reply: FastifyReply, status: number, mistake?: string): FastifyReply {
  return reply
    .code(status)
    .header("content-security-policy", loginSecurityPolicy)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(loginPage(mistake));
}

function sendTooMany(reply: FastifyReply, waitS: number): FastifyReply {
  reply.header("retry-after", String(waitS));
  return sendProblem(reply, { status: 429, title: "Too many wrong tokens" });
}

/** Cookies do not tell ports apart, so the name does: two bridges on one host do not log each other out. */
function cookieName(request: FastifyRequest): string {
  return `bollard_${request.socket.localPort}`;
}

function sessionOf(request: FastifyRequest): string | undefined {
  const start = `${cookieName(request)}=`;
  const cookies = (request.headers.cookie ?? "").split(/; */);
  return cookies.find((cookie) => cookie.startsWith(start))?.slice(start.length);
}
