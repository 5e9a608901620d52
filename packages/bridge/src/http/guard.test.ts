import { hostname } from "node:os";
import { fastify } from "fastify";
import { describe, expect, test } from "vitest";
import { type GuardOptions, guard } from "./guard.js";

async function statusFor(options: GuardOptions, headers: Record<string, string>) {
  const app = fastify();
  guard(app, options);
  app.post("/", async () => "done");
  const { statusCode } = await app.inject({ method: "POST", url: "/", headers });
  await app.close();
  return statusCode;
}

describe("the guard", () => {
  test("on loopback answers under loopback's names, and those it was given", async () => {
    const answers = (host: string) =>
      statusFor({ host: "127.0.0.1", names: ["Bridge.example"] }, { host });
    expect(await answers("localhost:8080")).toBe(200);
    expect(await answers("[::1]:8080")).toBe(200);
    expect(await answers("bridge.example")).toBe(200);
    expect(await answers("192.168.1.20:8080")).toBe(421);
    expect(await answers(hostname())).toBe(421);
    expect(await answers("127.0.0.1.evil.example")).toBe(421);
  });

  test("elsewhere answers under the machine's name and any plain address too", async () => {
    const answers = (host: string) => statusFor({ host: "0.0.0.0", names: [] }, { host });
    expect(await answers("192.168.1.20:8080")).toBe(200);
    expect(await answers("[fe80::1]:8080")).toBe(200);
    expect(await answers(`${hostname()}.local:8080`)).toBe(200);
    expect(await answers("evil.example")).toBe(421);
    expect(await answers("192.168.1.20.evil.example")).toBe(421);
  });

  test("lets no other site change anything", async () => {
    const changes = (headers: Record<string, string>) =>
      statusFor({ host: "127.0.0.1", names: [] }, { host: "127.0.0.1:8080", ...headers });
    expect(await changes({})).toBe(200);
    expect(await changes({ origin: "http://127.0.0.1:8080" })).toBe(200);
    expect(await changes({ origin: "http://127.0.0.1:9090" })).toBe(403);
    expect(await changes({ origin: "null" })).toBe(403);
    expect(await changes({ "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await changes({ "sec-fetch-site": "same-origin" })).toBe(200);
  });
});
