import { afterEach, describe, expect, test } from "vitest";
import { contextsFor } from "../contexts.js";
import type { Entity } from "../entity.js";
import { entityId } from "../entity-id.js";
import { BrokerDouble, type BrokerDoubleOptions } from "../testing/index.js";
import {
  clientCert,
  clientKey,
  serverCert,
  serverKey,
  testCa,
} from "../testing/test-certificates.js";
import { toEntity } from "../to-entity.js";
import type { ContextBrokerOptions } from "./broker-options.js";
import { ContextBroker } from "./context-broker.js";
import type { Delivery } from "./delivery.js";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(
  double: BrokerDoubleOptions = {},
  options: Partial<ContextBrokerOptions> = {},
): Promise<{ broker: BrokerDouble; client: ContextBroker }> {
  const broker = await BrokerDouble.open(double);
  const client = new ContextBroker({ url: broker.url, ...options });
  closers.push(
    () => broker.close(),
    () => client.close(),
  );
  return { broker, client };
}

function air(name: string, second = 0, value = 7): Entity {
  return toEntity([{ name: "pm25", unit: "ug/m3", value, time: 1_764_000_000 + second }], {
    id: entityId("AirQualityObserved", name),
    type: "AirQualityObserved",
    properties: { pm25: "pm25" },
    location: { latitude: 55.6759, longitude: 12.5655 },
  });
}

function street(count: number): Entity[] {
  return Array.from({ length: count }, (_, i) => air(`lamp-${i}`, 0, i));
}

function poison(name: string): Entity {
  return { ...air(name), pm25: { type: "Property" } as never };
}

const accepted: Delivery = { state: "accepted" };
const states = (deliveries: readonly Delivery[]) => deliveries.map(({ state }) => state);
const batchSizes = (broker: BrokerDouble) =>
  broker.requests.map(({ body }) => [body].flat().length);

describe("ContextBroker", () => {
  test("creates entities, then updates them, ten at a time", async () => {
    const { broker, client } = await open();
    expect(await client.upsert(street(25))).toEqual(Array(25).fill(accepted));
    expect(broker.store().size).toBe(25);
    expect(batchSizes(broker)).toEqual([10, 10, 5]);
    expect(await client.upsert([air("lamp-3", 60, 99)])).toEqual([accepted]);
    expect(broker.store().entity("urn:ngsi-ld:AirQualityObserved:lamp-3")).toMatchObject({
      pm25: { value: 99, observedAt: "2025-11-24T16:01:00.000Z" },
    });
    expect(client.stats()).toMatchObject({ requests: 4, accepted: 26, refused: 0, undelivered: 0 });
  });

  test("sends each id once, as its newest state, and tells every entity", async () => {
    const { broker, client } = await open();
    const deliveries = await client.upsert([air("a", 60, 2), air("b"), air("a", 0, 1)]);
    expect(deliveries).toEqual([accepted, accepted, accepted]);
    expect(batchSizes(broker)).toEqual([2]);
    expect(broker.store().entity("urn:ngsi-ld:AirQualityObserved:a")).toMatchObject({
      pm25: { value: 2 },
    });
  });

  test.each(["entityId", "id", "list"] as const)(
    "tells a poison entity from the others by a 207 in the shape %s",
    async (errorShape) => {
      const { client } = await open({ errorShape });
      const deliveries = await client.upsert([air("a"), poison("b"), air("c")]);
      expect(deliveries).toEqual([
        accepted,
        {
          state: "refused",
          refusal: {
            status: 400,
            type: "BadRequestData",
            message: "/pm25/value is missing: /pm25/value",
          },
        },
        accepted,
      ]);
      expect(client.stats()).toMatchObject({ accepted: 2, refused: 1, error: undefined });
    },
  );

  test("finds the poison entity where the broker only refuses the whole batch", async () => {
    const { broker, client } = await open();
    const bad = { status: 400, title: "Bad Request Data", type: "BadRequestData" };
    const refusal = { kind: "answer", status: 400, body: bad } as const;
    // 8 entities, the third of them to blame: 8, 4, 2 (1-2 pass), 2, 1 (the third), 1, 4.
    broker.faults.push(refusal, refusal, undefined, refusal, refusal);
    const deliveries = await client.upsert(street(8));
    expect(states(deliveries)).toEqual([
      ...["accepted", "accepted", "refused", "accepted"],
      ...["accepted", "accepted", "accepted", "accepted"],
    ]);
    expect(batchSizes(broker)).toEqual([8, 4, 2, 2, 1, 1, 4]);
    expect(broker.store().size).toBe(7);
  });

  test("leaves entities undelivered that a 207 says to try later, or does not speak of", async () => {
    const { broker, client } = await open();
    const entry = (id: string, type: string) => ({ entityId: id, error: { status: 503, type } });
    const [a, b, c] = ["a", "b", "c"].map((name) => air(name)) as [Entity, Entity, Entity];
    const body = {
      success: [],
      errors: [entry(a.id, "InternalError"), entry(b.id, "LdContextNotAvailable")],
    };
    const silent = { success: [], errors: [] };
    broker.faults.push({ kind: "answer", status: 207, body });
    broker.faults.push({ kind: "answer", status: 207, body: silent });
    expect(await client.upsert([a, b, c])).toMatchObject([
      { state: "undelivered", error: { code: "NGSI_LD_BROKER_BUSY" } },
      { state: "undelivered", error: { code: "NGSI_LD_BROKER_CONTEXT" } },
      { state: "undelivered", error: { code: "NGSI_LD_BROKER_ANSWER" } },
    ]);
  });

  test("makes batches smaller when the broker says they are too large", async () => {
    const { broker, client } = await open({ maxBatch: 4 });
    expect(await client.upsert(street(20))).toEqual(Array(20).fill(accepted));
    expect(broker.store().size).toBe(20);
    expect(client.stats().batchSize).toBeLessThanOrEqual(5);
  });

  test.each([
    [503, "NGSI_LD_BROKER_BUSY"],
    [502, "NGSI_LD_BROKER_BUSY"],
    [429, "NGSI_LD_BROKER_BUSY"],
    [403, "NGSI_LD_BROKER_DENIED"],
    [404, "NGSI_LD_BROKER_ANSWER"],
    [200, "NGSI_LD_BROKER_ANSWER"],
    [302, "NGSI_LD_BROKER_ANSWER"],
  ])("keeps everything undelivered on a %d, and says %s", async (status, code) => {
    const { broker, client } = await open();
    broker.faults.push({
      kind: "answer",
      status,
      headers: { "Retry-After": "7" },
      body: "<h1>a proxy speaks</h1>",
    });
    const deliveries = await client.upsert(street(12));
    expect(deliveries).toEqual(
      Array(12).fill({
        state: "undelivered",
        error: expect.objectContaining({ code }),
        retryAfterMs: 7000,
      }),
    );
    expect(client.stats()).toMatchObject({ requests: 1, undelivered: 12, error: { code } });
    expect(states(await client.upsert(street(12)))).toEqual(Array(12).fill("accepted"));
    expect(client.stats().error).toBeUndefined();
  });

  test("says that a context cannot be fetched by the broker", async () => {
    const { client } = await open();
    const context = contextsFor("AirQualityObserved", { servedAt: "http://bridge.invalid/" });
    const [delivery] = await client.upsert([{ ...air("a"), "@context": context }]);
    expect(delivery).toMatchObject({
      state: "undelivered",
      error: { code: "NGSI_LD_BROKER_CONTEXT" },
    });
  });

  test("gives up a request that gets no answer, and tries smaller batches", async () => {
    const { broker, client } = await open({}, { timeoutMs: 50 });
    broker.faults.push({ kind: "hang" });
    const [delivery] = await client.upsert(street(10));
    expect(delivery).toMatchObject({
      state: "undelivered",
      error: { code: "NGSI_LD_BROKER_SLOW" },
    });
    expect(client.stats().batchSize).toBe(5);
    expect(states(await client.upsert(street(10)))).toEqual(Array(10).fill("accepted"));
  });

  test("says that the broker is away when the connection breaks, and when nobody listens", async () => {
    const { broker, client } = await open();
    broker.faults.push({ kind: "reset" });
    const [broken] = await client.upsert([air("a")]);
    expect(broken).toMatchObject({ state: "undelivered", error: { code: "NGSI_LD_BROKER_AWAY" } });
    await broker.close();
    const [away] = await client.upsert([air("a")]);
    expect(away).toMatchObject({ state: "undelivered", error: { code: "NGSI_LD_BROKER_AWAY" } });
  });

  test("sends again at once when a kept connection turns out to be closed", async () => {
    const { broker, client } = await open();
    await client.upsert([air("a")]);
    broker.faults.push({ kind: "lost" });
    expect(await client.upsert([air("a", 60, 8)])).toEqual([accepted]);
    expect(broker.requests.length).toBe(3);
  });

  test("delivers what others in the call lost: a second try brings the rest", async () => {
    const { broker, client } = await open();
    broker.faults.push(undefined, { kind: "answer", status: 503 });
    const first = await client.upsert(street(30));
    expect(states(first).filter((state) => state === "accepted").length).toBe(10);
    const rest = street(30).filter((_, i) => first[i]?.state === "undelivered");
    expect(await client.upsert(rest)).toEqual(Array(20).fill(accepted));
    expect(broker.store().size).toBe(30);
  });

  test("keeps the order of calls made at once", async () => {
    const { broker, client } = await open();
    broker.faults.push({ kind: "late", ms: 30 });
    await Promise.all([client.upsert([air("a", 0, 1)]), client.upsert([air("a", 60, 2)])]);
    expect(broker.store().entity("urn:ngsi-ld:AirQualityObserved:a")).toMatchObject({
      pm25: { value: 2 },
    });
  });

  test("speaks for a tenant, with headers of your own", async () => {
    const { broker, client } = await open(
      { tenants: ["city"] },
      { tenant: "city", headers: { "X-Api-Key": "secret" } },
    );
    expect(await client.upsert([air("a")])).toEqual([accepted]);
    expect(broker.store("city").size).toBe(1);
    expect(broker.requests[0]?.headers).toMatchObject({
      "ngsild-tenant": "city",
      "x-api-key": "secret",
      "content-type": "application/ld+json",
    });
    const other = new ContextBroker({ url: broker.url, tenant: "town" });
    closers.push(() => other.close());
    expect(await other.upsert([air("a")])).toMatchObject([
      { state: "undelivered", error: { code: "NGSI_LD_BROKER_DENIED" } },
    ]);
  });

  test("names the context in a Link header where one will do", async () => {
    const { broker, client } = await open({}, { context: "link" });
    expect(await client.upsert([air("a"), air("b")])).toEqual([accepted, accepted]);
    const [model] = contextsFor("AirQualityObserved");
    expect(broker.requests[0]?.headers).toMatchObject({
      "content-type": "application/json",
      link: `<${model}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`,
    });
    expect(JSON.stringify(broker.requests[0]?.body)).not.toContain("@context");
    expect(await client.addHistory([air("a")])).toEqual([accepted]);
  });

  test("carries contexts inline where a Link header cannot hold them", async () => {
    const extra = "https://city.example/c.jsonld";
    const { broker, client } = await open({ contexts: [extra] }, { context: "link" });
    const context = contextsFor("AirQualityObserved", { extra: [extra] });
    expect(await client.upsert([{ ...air("a"), "@context": context }])).toEqual([accepted]);
    expect(broker.requests[0]?.headers["content-type"]).toBe("application/ld+json");
  });

  test("fetches a token, keeps it, and fetches another when it is refused", async () => {
    const { broker, client } = await open({ client: { id: "bridge", secret: "s3" } });
    const oauth = { tokenUrl: `${broker.url}/token`, clientId: "bridge", clientSecret: "s3" };
    const known = new ContextBroker({ url: broker.url, oauth });
    closers.push(() => known.close());
    expect(await client.upsert([air("a")])).toMatchObject([
      { state: "undelivered", error: { code: "NGSI_LD_BROKER_DENIED" } },
    ]);
    expect(await known.upsert([air("a")])).toEqual([accepted]);
    expect(await known.upsert([air("a")])).toEqual([accepted]);
    broker.revokeTokens();
    expect(await known.upsert([air("a")])).toEqual([accepted]);
    const tokens = broker.requests.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual([
      undefined,
      ...["Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"],
    ]);
  });

  test("says that the client is denied when the token server refuses", async () => {
    const { broker } = await open({ client: { id: "bridge", secret: "s3" } });
    const oauth = { tokenUrl: `${broker.url}/token`, clientId: "bridge", clientSecret: "wrong" };
    const client = new ContextBroker({ url: broker.url, oauth });
    closers.push(() => client.close());
    expect(await client.upsert([air("a")])).toMatchObject([
      { state: "undelivered", error: { code: "NGSI_LD_BROKER_DENIED" } },
    ]);
  });

  test("shows a certificate to a broker that asks for one", async () => {
    const { broker } = await open({ tls: { cert: serverCert, key: serverKey, ca: testCa } });
    const named = { ca: testCa, cert: clientCert, key: clientKey };
    const results = [];
    for (const tls of [named, { ca: testCa }, {}]) {
      const client = new ContextBroker({ url: broker.url, tls });
      closers.push(() => client.close());
      results.push(...(await client.upsert([air("a")])));
    }
    const away = { state: "undelivered", error: { code: "NGSI_LD_BROKER_AWAY" } };
    expect(results).toMatchObject([accepted, away, away]);
  });

  test("brings a drained backlog into history with its true times", async () => {
    const { broker, client } = await open();
    const backlog = [air("a", 0, 1), air("a", 60, 2), air("b", 0, 5), air("a", 120, 3)];
    expect(await client.addHistory(backlog)).toEqual(Array(4).fill(accepted));
    expect(broker.requests.length).toBe(2);
    expect(broker.store().history("urn:ngsi-ld:AirQualityObserved:a")?.pm25).toEqual([
      { type: "Property", value: 1, unitCode: "GQ", observedAt: "2025-11-24T16:00:00.000Z" },
      { type: "Property", value: 2, unitCode: "GQ", observedAt: "2025-11-24T16:01:00.000Z" },
      { type: "Property", value: 3, unitCode: "GQ", observedAt: "2025-11-24T16:02:00.000Z" },
    ]);
    expect(broker.store().size).toBe(0);
  });

  test("sets a poison history aside and goes on with the others", async () => {
    const { client } = await open();
    expect(states(await client.addHistory([air("a"), poison("b"), air("c")]))).toEqual([
      "accepted",
      "refused",
      "accepted",
    ]);
  });

  test("settles on large batches with a broker that has a price per request", async () => {
    let requests: readonly unknown[] = [];
    const { broker, client } = await open({}, { maxParallel: 1, now: () => requests.length * 10 });
    requests = broker.requests;
    await client.upsert(street(3000));
    expect(client.stats().batchSize).toBe(100);
  });

  test("ends an upsert under way as undelivered when it is closed", async () => {
    const { broker, client } = await open();
    broker.faults.push({ kind: "hang" });
    const pending = client.upsert([air("a")]);
    while (broker.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    client.close();
    expect(await pending).toMatchObject([{ state: "undelivered" }]);
  });

  test("takes nothing for a list of nothing", async () => {
    const { broker, client } = await open();
    expect(await client.upsert([])).toEqual([]);
    expect(broker.requests).toEqual([]);
  });
});
