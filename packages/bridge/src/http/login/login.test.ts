import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { resolveConfig } from "../../config/resolve-config.js";
import { isBridgeError } from "../../error.js";
import { httpOptions } from "../../testing/http-options.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { type HttpServer, startHttpServer } from "../http-server.js";
import { AccessToken } from "./access-token.js";
import { readAccessToken } from "./read-access-token.js";

const TOKEN = "correct-horse-battery-staple";

describe("a server with a token", () => {
  let server: HttpServer;
  let clock: ManualClock;
  let failures: string[];

  beforeEach(async () => {
    clock = new ManualClock();
    failures = [];
    server = await startHttpServer(
      httpOptions(clock, {
        token: new AccessToken(TOKEN, "http.tokenFile"),
        onLoginFailure: (address) => failures.push(address),
      }),
    );
  });
  afterEach(() => server.close());

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(server.url + path, { redirect: "manual", ...init });
  const logIn = (token: string) =>
    ask("/login", { method: "POST", body: new URLSearchParams({ token }) });
  const withCookie = (path: string, cookie: string, init: RequestInit = {}) =>
    ask(path, { ...init, headers: { cookie } });

  test("lets nobody in without it", async () => {
    for (const path of ["/api/v1/status", "/api/v1/events", "/metrics", "/page.js", "/nowhere"]) {
      const response = await ask(path);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("www-authenticate")).toBe('Bearer realm="bollard"');
    }
    const page = await ask("/");
    expect([page.status, page.headers.get("location")]).toEqual([303, "login"]);
    const inAddress = await ask(`/api/v1/status?token=${TOKEN}&access_token=${TOKEN}`);
    expect(inAddress.status).toBe(401);
  });

  test("tells a supervisor its health, and no more than that", async () => {
    const response = await ask("/health");
    expect([response.status, await response.json()]).toEqual([200, { health: "holding" }]);
  });

  test("asks for it on a page that needs no script", async () => {
    const response = await ask("/login");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("form-action 'self'");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).toContain('<form method="post" action="login">');
  });

  test("lets a browser in until it logs out", async () => {
    const response = await logIn(` ${TOKEN}\n`);
    expect([response.status, response.headers.get("location")]).toEqual([303, "./"]);
    const port = new URL(server.url).port;
    const setCookie = response.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(
      new RegExp(`^bollard_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect(setCookie).not.toContain(TOKEN);
    const [cookie = ""] = setCookie.split(";");
    expect((await withCookie("/api/v1/status", cookie)).status).toBe(200);
    expect(await (await withCookie("/api/v1/session", cookie)).json()).toEqual({ login: true });
    const out = await withCookie("/logout", cookie, { method: "POST" });
    expect([out.status, out.headers.get("set-cookie")]).toEqual([
      204,
      `bollard_${port}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`,
    ]);
    expect((await withCookie("/api/v1/status", cookie)).status).toBe(401);
  });

  test("lets programs in, whatever page they come from", async () => {
    const asProgram = (token: string) =>
      ask("/metrics", { headers: { authorization: `Bearer ${token}` } });
    expect((await asProgram(TOKEN)).status).toBe(200);
    expect((await asProgram(`${TOKEN}x`)).status).toBe(401);
    expect(failures).toEqual(["127.0.0.1"]);
  });

  test("refuses the sixth wrong one for a while, even when it is right", async () => {
    for (let attempt = 0; attempt < 5; attempt++) {
      const wrong = await logIn(`guess-${attempt}`);
      expect(wrong.status).toBe(401);
      expect(await wrong.text()).toContain("This is not the token.");
    }
    const sixth = await logIn(TOKEN);
    expect([sixth.status, sixth.headers.get("retry-after")]).toEqual([429, "15"]);
    expect(await sixth.text()).toContain("Try again in 15 seconds.");
    const program = await ask("/metrics", { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(program.status).toBe(429);
    clock.pass(15_000);
    expect((await logIn(TOKEN)).status).toBe(303);
  });

  test("takes a form for the login only, and not from another site", async () => {
    const body = new URLSearchParams({ token: TOKEN });
    const foreign = { method: "POST", body, headers: { origin: "https://evil.example" } };
    expect((await ask("/login", foreign)).status).toBe(403);
    const [cookie = ""] = ((await logIn(TOKEN)).headers.get("set-cookie") ?? "").split(";");
    const form = await withCookie("/api/v1/controls/city", cookie, { method: "POST", body });
    expect(form.status).toBe(415);
    const long = await logIn("x".repeat(5000));
    expect(long.status).toBe(413);
    expect(failures).toEqual([]);
  });
});

describe("readAccessToken", () => {
  const folder = mkdtempSync(join(tmpdir(), "bollard-token-"));
  const tokenFile = join(folder, "page.token");
  afterEach(() => rmSync(tokenFile, { force: true }));

  function read(http: { host?: string; tokenFile?: string; enabled?: boolean }): unknown {
    try {
      return readAccessToken(resolveConfig({ http }).http);
    } catch (error) {
      return isBridgeError(error) ? `${error.code} ${error.place}` : error;
    }
  }

  test("is needed wherever others can reach the page", () => {
    const refused = "BRIDGE_CONFIG_INVALID http.tokenFile";
    for (const host of ["0.0.0.0", "::", "192.168.1.20", "bridge.local", "127.0.0.1.example"]) {
      expect([host, read({ host })]).toEqual([host, refused]);
    }
    for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) {
      expect([host, read({ host })]).toEqual([host, undefined]);
    }
    expect(read({ host: "0.0.0.0", enabled: false })).toBeUndefined();
  });

  test("is the first line of its file, and not a short one", () => {
    expect(read({ host: "0.0.0.0", tokenFile })).toBe(`BRIDGE_CONFIG_UNREADABLE ${tokenFile}`);
    writeFileSync(tokenFile, "short\n");
    expect(read({ tokenFile })).toBe("BRIDGE_CONFIG_INVALID http.tokenFile");
    writeFileSync(tokenFile, `${TOKEN}\nnothing else counts\n`);
    const token = read({ host: "0.0.0.0", tokenFile });
    expect(token instanceof AccessToken && token.matches(TOKEN)).toBe(true);
    expect(token instanceof AccessToken && token.matches(`${TOKEN} `)).toBe(false);
  });
});
