import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Bridge,
  type BridgeConfig,
  readConfigFile,
  replayToSink,
  SpoolArchive,
} from "@bollard/bridge";
import { pinnedContexts } from "@bollard/ngsi-ld";
import { BrokerDouble } from "@bollard/ngsi-ld/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CutBroker, lampSchema, lampValue, MqttLamp } from "./bridge-parts.js";

const WEATHER = "urn:ngsi-ld:WeatherObserved:lamp-b";
const READINGS = 300;

let folder: string;
let street: CutBroker;
let city: BrokerDouble;
let closing: (() => Promise<unknown>)[];
let url: string;

const usualNodes: NonNullable<BridgeConfig["nodes"]> = {
  unknown: "accept",
  list: { "lamp-b": { position: [23.33, 42.7] } },
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-ngsi-ld-"));
  street = await CutBroker.open();
  city = await BrokerDouble.open({ contexts: pinnedContexts() });
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  await street.close();
  await city.close();
  rmSync(folder, { recursive: true });
});

async function start(sink: object = {}, nodes = usualNodes): Promise<Bridge> {
  const config: BridgeConfig = {
    dataDir: join(folder, "data"),
    sources: { mqtt: [{ name: "street", url: street.url }] },
    sinks: { ngsiLd: [{ name: "city", url: city.url, ...sink }] },
    nodes,
    spool: { commitDelayMs: 50 },
    http: { port: 0 },
    log: { level: "silent" },
  };
  const bridge = new Bridge({ config, schemas: [lampSchema] });
  closing.push(() => bridge.close());
  ({ url } = await bridge.start());
  return bridge;
}

async function openLamp(): Promise<MqttLamp> {
  const lamp = await MqttLamp.open("lamp-b", street.url);
  closing.push(() => lamp.close());
  return lamp;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const isDelivered = (bridge: Bridge) => () => {
  const { spool, sinks } = bridge.status();
  return spool.backlog === 0 && sinks[0]?.state === "up";
};

/** Every time at which the broker has a value, as state or as history, and the value. */
function temperatures(): Map<string, number> {
  const instances = [
    city.store().history(WEATHER)?.temperature ?? [],
    city.store().entity(WEATHER)?.temperature ?? [],
    ...city.requests
      .flatMap(({ body }) => body as { id: string; temperature?: unknown }[])
      .flatMap(({ id, temperature }) => (id === WEATHER ? (temperature ?? []) : [])),
  ].flat() as { observedAt: string; value: number }[];
  return new Map(instances.map(({ observedAt, value }) => [observedAt, value]));
}

function expectAll(count: number): void {
  const expected = Array.from({ length: count }, (_, number) => [
    new Date((1_789_000_000 + number) * 1000).toISOString(),
    Number(lampValue(number).toFixed(2)),
  ]);
  expect([...temperatures()].sort()).toEqual(expected);
  expect(city.store().entity(WEATHER)).toMatchObject({
    temperature: { value: expected.at(-1)?.[1], observedAt: expected.at(-1)?.[0] },
    refDevice: { object: "urn:ngsi-ld:Device:lamp-b" },
  });
}

describe("a bridge and a context broker that refuses what the standard refuses", () => {
  test("every reading gets there with its true time, over resets, hangs, 503s and lost answers", async () => {
    const bridge = await start({ timeoutMs: 300 });
    const lamp = await openLamp();
    city.faults.push(
      { kind: "reset" },
      { kind: "answer", status: 503, headers: { "retry-after": "1" } },
      { kind: "hang" },
      { kind: "lost" },
    );
    for (let number = 0; number < READINGS; number++) await lamp.report();
    await until(isDelivered(bridge));
    expectAll(READINGS);
    expect(bridge.status().sinks[0]).toMatchObject({ kind: "ngsi-ld", errors: 0, dropped: 0 });
  });

  test("what waited over a restart is delivered", async () => {
    const away = Array.from({ length: 50 }, () => ({ kind: "reset" }) as const);
    city.faults.push(...away);
    const first = await start();
    const lamp = await openLamp();
    for (let number = 0; number < READINGS; number++) await lamp.report();
    await until(() => first.status().spool.backlog === READINGS);
    await first.close();
    city.faults.length = 0;
    const second = await start();
    await until(isDelivered(second));
    expectAll(READINGS);
  });

  test("a replay beside the bridge tells what is refused, and leaves the bridge's own note of it", async () => {
    const bridge = await start({}, { unknown: "accept" });
    const lamp = await openLamp();
    await lamp.report();
    await until(() => (bridge.status().sinks[0]?.errors ?? 0) > 0);
    await until(() => bridge.status().spool.backlog === 0);
    const note = () => readFileSync(join(folder, "data", "refused-city.json"), "utf8");
    const before = note();
    const file = join(folder, "bridge.json");
    writeFileSync(join(folder, "lamp.schema.json"), JSON.stringify(lampSchema));
    writeFileSync(
      file,
      JSON.stringify({
        dataDir: join(folder, "data"),
        schemas: [join(folder, "lamp.schema.json")],
        sinks: { ngsiLd: [{ name: "city", url: city.url }] },
        nodes: { unknown: "accept" },
      }),
    );
    const archive = await SpoolArchive.open({ config: readConfigFile(file) });
    const counts = await replayToSink({ archive, sink: "city", range: {} });
    const [[why, count] = []] = [...counts.leftOut];
    expect([why, count]).toEqual([expect.stringContaining(`refused ${WEATHER}: `), 1]);
    expect(note()).toBe(before);
  });

  test("what was refused for want of a place is delivered once the node has one", async () => {
    const bridge = await start({}, { unknown: "accept" });
    const lamp = await openLamp();
    await lamp.report();
    await until(() => (bridge.status().sinks[0]?.errors ?? 0) > 0);
    await until(() => bridge.status().spool.backlog === 0);
    const ask = (method: string, path: string, body?: object) =>
      fetch(`${url}/api/v1/${path}`, {
        method,
        ...(body && {
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }),
      });
    const refused = await (await ask("GET", "sinks/city/refused")).json();
    expect(refused).toMatchObject({ sink: "city", entities: [{ id: WEATHER }] });
    expect(city.store().entity(WEATHER)).toBeUndefined();
    await ask("PUT", "registry/lamp-b", { position: [23.33, 42.7] });
    const answer = await ask("POST", "sinks/city/retry");
    expect([answer.status, await answer.json()]).toEqual([202, { sink: "city", entities: 1 }]);
    await until(() => bridge.status().sinks[0]?.errors === 0);
    expectAll(1);
    expect((await ask("POST", "sinks/nowhere/retry")).status).toBe(404);
  });

  test("a broker without a way out gets the contexts from the bridge", async () => {
    await city.close();
    const servedAt = "http://bridge.example:8080/contexts/";
    const served = "http://bridge.example:8080/contexts/dataModel.Weather.jsonld";
    const device = "http://bridge.example:8080/contexts/dataModel.Device.jsonld";
    city = await BrokerDouble.open({ contexts: [served, device] });
    const bridge = await start({ contextsServedAt: servedAt });
    const lamp = await openLamp();
    await lamp.report();
    await until(isDelivered(bridge));
    expectAll(1);
  });
});
