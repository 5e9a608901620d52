import { afterEach, describe, expect, test } from "vitest";
import { contextsFor } from "../contexts.js";
import { BrokerDouble, type BrokerDoubleOptions } from "./index.js";

let broker: BrokerDouble | undefined;
afterEach(() => broker?.close());

const device = {
  id: "urn:ngsi-ld:Device:a",
  type: "Device",
  batteryLevel: { type: "Property", value: 0.5, observedAt: "2026-01-01T00:00:00Z" },
};
const context = { "@context": contextsFor("Device") };
const json = { "Content-Type": "application/json" };
const ld = { "Content-Type": "application/ld+json" };

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = ld,
  options: BrokerDoubleOptions = {},
): Promise<[status: number, body: unknown]> {
  broker ??= await BrokerDouble.open(options);
  const answer = await fetch(`${broker.url}/ngsi-ld/v1/${path}`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return [answer.status, text === "" ? undefined : JSON.parse(text)];
}

afterEach(() => {
  broker = undefined;
});

describe("BrokerDouble", () => {
  test("creates an entity once and gives it back", async () => {
    expect(await post("entities", { ...device, ...context })).toEqual([201, undefined]);
    expect(await post("entities", { ...device, ...context })).toMatchObject([409, { status: 409 }]);
    const answer = await fetch(`${broker?.url}/ngsi-ld/v1/entities/${device.id}`);
    expect(await answer.json()).toEqual(device);
    const none = await fetch(`${broker?.url}/ngsi-ld/v1/entities/urn:ngsi-ld:Device:b`);
    expect(none.status).toBe(404);
  });

  test("says which entities of a batch are new, and nothing when none is", async () => {
    const other = { ...device, id: "urn:ngsi-ld:Device:b", ...context };
    const batch = [{ ...device, ...context }, other];
    expect(await post("entityOperations/upsert?options=update", batch)).toEqual([
      201,
      ["urn:ngsi-ld:Device:a", "urn:ngsi-ld:Device:b"],
    ]);
    expect(await post("entityOperations/upsert?options=update", batch)).toEqual([204, undefined]);
  });

  test("keeps the attributes that an update does not name, and drops them without the option", async () => {
    const name = { name: { type: "Property", value: "lamp" } };
    await post("entities", { ...device, ...context });
    await post("entityOperations/upsert?options=update", [
      { id: device.id, type: "Device", ...name, ...context },
    ]);
    expect(broker?.store().entity(device.id)).toEqual({ ...device, ...name });
    await post("entityOperations/upsert", [{ id: device.id, type: "Device", ...name, ...context }]);
    expect(broker?.store().entity(device.id)).toEqual({ id: device.id, type: "Device", ...name });
  });

  test("refuses an id that comes twice in a batch", async () => {
    const batch = [
      { ...device, ...context },
      { ...device, ...context },
    ];
    expect(await post("entityOperations/upsert", batch)).toMatchObject([
      207,
      { success: [device.id], errors: [{ entityId: device.id, error: { status: 400 } }] },
    ]);
  });

  test.each([
    ["an empty batch", "entityOperations/upsert", [], ld, 400],
    ["one entity for a batch", "entityOperations/upsert", { ...device, ...context }, ld, 400],
    ["a batch for one entity", "entities", [{ ...device, ...context }], ld, 400],
    ["what is no JSON", "entities", "{", ld, 400],
    ["another media type", "entities", { ...device }, { "Content-Type": "text/plain" }, 415],
    ["an @context in plain JSON", "entities", { ...device, ...context }, json, 400],
    ["JSON-LD without an @context", "entities", device, ld, 400],
    [
      "JSON-LD with a Link header",
      "entities",
      { ...device, ...context },
      { ...ld, Link: '<https://c.example>; rel="http://www.w3.org/ns/json-ld#context"' },
      400,
    ],
    [
      "a context it cannot fetch",
      "entities",
      { ...device, "@context": ["https://c.invalid"] },
      ld,
      503,
    ],
    [
      "a linked context it cannot fetch",
      "entities",
      device,
      { ...json, Link: '<https://c.invalid>; rel="http://www.w3.org/ns/json-ld#context"' },
      503,
    ],
    [
      "an NGSI-LD Null",
      "entities",
      { ...device, name: { type: "Property", value: "urn:ngsi-ld:null" }, ...context },
      ld,
      400,
    ],
    ["a path it does not have", "nothing", { ...device, ...context }, ld, 404],
  ])("refuses %s", async (_, path, body, headers, status) => {
    expect((await post(path, body, headers as Record<string, string>))[0]).toBe(status);
  });

  test("has other methods refused", async () => {
    broker = await BrokerDouble.open();
    const answer = await fetch(`${broker.url}/ngsi-ld/v1/entities`, { method: "DELETE" });
    expect(answer.status).toBe(405);
  });

  test("takes plain JSON with a linked context, for the tenant named", async () => {
    const [url] = contextsFor("Device");
    const Link = `<${url}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;
    expect(await post("entities", device, { ...json, Link, "NGSILD-Tenant": "city" })).toEqual([
      201,
      undefined,
    ]);
    expect(broker?.store("city").entity(device.id)).toEqual(device);
    expect(broker?.store().entity(device.id)).toBeUndefined();
  });
});
