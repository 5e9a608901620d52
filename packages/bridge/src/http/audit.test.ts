import { type FastifyInstance, fastify } from "fastify";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../clock.js";
import { type AuditRecord, audit } from "./audit.js";

let app: FastifyInstance;
afterEach(() => app.close());

function serve(clock = systemClock()): AuditRecord[] {
  const records: AuditRecord[] = [];
  app = fastify();
  audit(app, clock, (record) => records.push(record));
  app.get("/api/v1/status", async () => ({}));
  app.get("/api/v1/secret", async (_request, reply) => reply.code(401).send());
  app.delete("/api/v1/nothing", async (_request, reply) => reply.code(404).send());
  app.patch("/api/v1/registry/:id", async (_request, reply) => reply.code(200).send());
  return records;
}

test("a change and a refusal are told, what only looks is not, and no token is in it", async () => {
  const records = serve();
  await app.inject("/api/v1/status");
  await app.inject({
    method: "PATCH",
    url: "/api/v1/registry/lamp-12?token=secret-token",
    headers: { authorization: "Bearer secret-token" },
  });
  await app.inject({ url: "/api/v1/secret", headers: { cookie: "session=1" } });
  await app.inject({ method: "DELETE", url: "/api/v1/nothing" });
  expect(records).toEqual([
    {
      ...{ method: "PATCH", path: "/api/v1/registry/lamp-12", status: 200 },
      ...{ address: "127.0.0.1", by: "token" },
    },
    {
      ...{ method: "GET", path: "/api/v1/secret", status: 401 },
      ...{ address: "127.0.0.1", by: "session" },
    },
    {
      ...{ method: "DELETE", path: "/api/v1/nothing", status: 404 },
      ...{ address: "127.0.0.1", by: "nobody" },
    },
  ]);
  expect(JSON.stringify(records)).not.toContain("secret-token");
});

test("whoever hammers at the door fills no log: 60 refusals a minute, the rest counted", async () => {
  let nowMs = 0;
  const records = serve({ ...systemClock(), monotonicMs: () => nowMs });
  for (let time = 0; time < 100; time++) await app.inject("/api/v1/secret");
  expect(records).toHaveLength(60);
  nowMs = 60_000;
  await app.inject("/api/v1/secret");
  expect(records.at(-1)).toMatchObject({ status: 401, suppressed: 40 });
});
