import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type LoadedScenario, readScenarioFile, runScenario, type Scenario } from "@bollard/fleet";
import { decodePayload } from "@bollard/payload";
import { readSchemaFile } from "@bollard/schema/file";
import { connectAsync, type IPublishPacket, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const ready = readdirSync(`${examples}scenarios`).filter((name) => name.endsWith(".yaml"));
const AIR = `${examples}street-air/street-air.schema.yaml`;
const air = readSchemaFile(AIR);

interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
}

needCommand("mosquitto", "apt install mosquitto")("scenarios against mosquitto", () => {
  let broker: Mosquitto;
  let watcher: MqttClient;
  let heard: Heard[];
  beforeEach(async () => {
    broker = await startMosquitto(["max_queued_messages 0", "max_inflight_messages 0"]);
    watcher = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5 });
    heard = [];
    watcher.on("message", (topic, payload, packet) => heard.push({ topic, payload, packet }));
  });
  afterEach(async () => {
    await watcher.endAsync(true);
    await broker.close();
  });

  const play = (loaded: LoadedScenario, more: object = {}) =>
    runScenario(loaded, { version: "test", port: broker.port, drainMs: 3000, ...more });

  const scenario = (given: Partial<Scenario>): LoadedScenario => ({
    scenario: {
      name: "test",
      broker: { reconnect: { minDelayMs: 20 } },
      streets: [{ name: "nodes", nodes: 50, everyS: 0.1 }],
      receivers: [{ filter: "simulated/nodes/+" }],
      phases: [{ kind: "hold", durationS: 1 }],
      ...given,
    },
    schemas: new Map([["air", air]]),
    texts: new Map(),
    credentials: undefined,
  });

  test.each(ready)("the ready scenario %s runs, a fiftieth of it", async (name) => {
    await watcher.subscribeAsync("simulated/#");
    const loaded = readScenarioFile(`${examples}scenarios/${name}`);
    const { result, manifest, assertions } = await play(loaded, { scale: 0.02, timeScale: 0.008 });
    expect(result.sent).toBeGreaterThan(5);
    expect(result.arrivals).toMatchObject({ received: result.sent, lost: 0, duplicates: 0 });
    expect(result.phases.map((phase) => phase.name)).toHaveLength(loaded.scenario.phases.length);
    expect(manifest).toMatchObject({ seed: loaded.scenario.seed, simulated: true });
    expect(assertions.length).toBeGreaterThan(0);
    expect(heard.length).toBeGreaterThanOrEqual(result.sent);
    const measured = heard.filter(({ topic }) => !topic.startsWith("simulated/down/"));
    expect(measured).toHaveLength(result.sent);
    for (const { packet } of measured) {
      expect(packet.properties?.userProperties).toEqual({ simulated: "true" });
    }
  });

  test("the same seed makes the same readings, and nobody else's", async () => {
    await watcher.subscribeAsync("simulated/#");
    const given = scenario({
      streets: [{ name: "nodes", nodes: 10, everyS: 0.1, schema: "air" }],
      simulatedTime: { start: "2026-01-15T16:00:00Z", speed: 60 },
    });
    const once = async (seed: number) => {
      heard.length = 0;
      await play(given, { seed, run: 5 });
      return heard.map(({ topic, payload }) => {
        const { key, readings } = decodePayload(air, payload);
        return `${topic} ${key?.sequence} ${JSON.stringify(readings)}`;
      });
    };
    const [first, second, other] = [await once(1), await once(1), await once(2)];
    expect(first).toHaveLength(100);
    expect(second.sort()).toEqual(first.sort());
    expect(other.sort()).not.toEqual(first);
  });

  test("everybody comes back after a reconnect storm, and nothing is lost", async () => {
    const { result } = await play(
      scenario({
        phases: [
          { kind: "hold", durationS: 0.5 },
          { kind: "reconnect-storm", durationS: 1 },
        ],
      }),
    );
    expect(result).toMatchObject({ cut: 50, connect: { reconnected: 50, lost: 0 } });
    expect(result.arrivals).toMatchObject({ received: result.sent, lost: 0 });
  });

  test("wills are published of who dies, and of nobody else", async () => {
    await watcher.subscribeAsync("will/#");
    const { result } = await play(
      scenario({
        streets: [
          {
            name: "nodes",
            nodes: 50,
            everyS: 0.1,
            will: { topic: "will/{node}", payload: "gone" },
          },
        ],
        phases: [
          { kind: "hold", durationS: 0.3 },
          { kind: "mass-will", share: 0.4, durationS: 0.5 },
        ],
      }),
    );
    expect(result.cut).toBe(heard.length);
    expect(result.cut).toBeGreaterThanOrEqual(19);
    expect(new Set(heard.map(({ payload }) => payload.toString()))).toEqual(new Set(["gone"]));
    expect(result.missed).toBeGreaterThan(0);
  });

  test("a consumer that does not read gets it all later", async () => {
    const { result } = await play(
      scenario({
        phases: [
          { kind: "hold", durationS: 0.5 },
          { kind: "slow-consumers", share: 1, durationS: 1 },
          { kind: "hold", name: "after", durationS: 0.5 },
        ],
      }),
    );
    expect(result.arrivals).toMatchObject({ received: result.sent, lost: 0 });
    expect(result.latency.arrivedFromDue?.maxMs).toBeGreaterThan(800);
  });

  test("retained messages flood the broker, and are gone after the run", async () => {
    let flooded = 0;
    await watcher.subscribeAsync("bollard/fleet/retained/#");
    const counted = new Set<string>();
    watcher.on("message", (topic, payload) => {
      if (payload.length > 0) flooded = counted.add(topic).size;
    });
    await play(scenario({ phases: [{ kind: "retained-flood", topics: 500, durationS: 1 }] }));
    expect(flooded).toBe(500);
    const later = await connectAsync(`mqtt://127.0.0.1:${broker.port}`);
    let retained = 0;
    later.on("message", () => retained++);
    await later.subscribeAsync("bollard/fleet/retained/#");
    await later.subscribeAsync("none");
    await later.endAsync();
    expect(retained).toBe(0);
  });

  test("each of several receivers gets all, and those who share get all together", async () => {
    const { result } = await play(
      scenario({
        receivers: [
          { filter: "simulated/nodes/+", count: 3 },
          { filter: "simulated/#", count: 2, share: "half" },
        ],
      }),
    );
    expect(result.arrivals).toMatchObject({ received: 4 * result.sent, lost: 0, duplicates: 0 });
  });

  test("faults are what they are called", async () => {
    await watcher.subscribeAsync("simulated/#");
    const { result } = await play(
      scenario({
        streets: [
          {
            name: "nodes",
            nodes: 20,
            everyS: 0.1,
            schema: "air",
            faults: { badPayload: { share: 0.2, every: 2 }, duplicateClientId: { share: 0.1 } },
          },
        ],
      }),
    );
    const broken = heard.filter(({ payload }) => {
      try {
        decodePayload(air, payload);
        return false;
      } catch {
        return true;
      }
    });
    expect(broken.length).toBeGreaterThan(4);
    expect(broken.length).toBeLessThan(heard.length / 3);
    expect(result.connect.lost + result.connect.reconnected).toBeGreaterThan(2);
  });

  test("a street behind gateways needs few connections, and turns to new firmware", async () => {
    await watcher.subscribeAsync("simulated/#");
    const given = scenario({
      streets: [
        {
          name: "nodes",
          nodes: 100,
          everyS: 0.2,
          schema: "air",
          nodesPerConnection: 25,
          faults: { rollout: { schema: "next", fromS: 0.4, overS: 0.2 } },
        },
      ],
    });
    const next = { ...air, id: 77, fields: air.fields.slice(0, 1) };
    const schemas = new Map([...given.schemas, ["next", next]]);
    const { result } = await play({ ...given, schemas });
    expect(result.connect.clients).toBe(4);
    expect(result.arrivals).toMatchObject({ received: 500, lost: 0 });
    const lengths = heard.map(({ payload }) => payload.length);
    expect(lengths).toHaveLength(500);
    const [before, after] = [lengths[0] as number, lengths.at(-1) as number];
    expect(after).toBeLessThan(before);
    // Nobody turns before 0.4 s, all have by 0.6 s.
    expect(lengths.filter((length) => length === before).length).toBeGreaterThanOrEqual(200);
    expect(lengths.filter((length) => length === after).length).toBeGreaterThanOrEqual(200);
  });
});

describe("scenario files", () => {
  test("the ready ones are all there", () => {
    expect(ready).toEqual([
      "broker-upgrade.yaml",
      "city.yaml",
      "district.yaml",
      "lighting-evening.yaml",
    ]);
  });
});
