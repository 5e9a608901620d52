import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EntityGates } from "@bollard/ngsi-ld";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bridge } from "../../bridge.js";
import type { WebhookSinkConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { isBridgeError } from "../../error.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { passUntil } from "../../testing/pass-until.js";
import { silent, testStreet } from "../../testing/street.js";
import { streetAir, streetPayload } from "../../testing/street-air.js";
import { TestBroker } from "../../testing/test-broker.js";
import { WebhookReceiver } from "../../testing/webhook-receiver.js";
import { makeWebhookSink } from "./make-webhook-sink.js";
import type { WebhookSink } from "./webhook-sink.js";

const SECRET = "a-secret-of-the-map-0123";
const AIR = "urn:ngsi-ld:AirQualityObserved:oak-street-12";
const WEATHER = "urn:ngsi-ld:WeatherObserved:oak-street-12";

const { delivery } = testStreet();
const gates = new EntityGates();
let folder: string;
let secretFile: string;
let receiver: WebhookReceiver;
let clock: ManualClock;
let sinks: WebhookSink[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bollard-webhook-"));
  secretFile = join(folder, "secret");
  writeFileSync(secretFile, `${SECRET}\n`);
  receiver = await WebhookReceiver.open(SECRET);
  clock = new ManualClock();
  sinks = [];
});
afterEach(async () => {
  for (const sink of sinks) await sink.close();
  await receiver.close();
  rmSync(folder, { recursive: true });
});

function open(more: Partial<WebhookSinkConfig> = {}): WebhookSink {
  const given = { name: "map", url: receiver.url, secretFile, ...more };
  const [config] = resolveConfig({ sinks: { webhook: [given] } }).sinks.webhook;
  if (!config) throw new Error("the configuration has no webhook");
  const sink = makeWebhookSink(config, { gates, clock, log: silent });
  sinks.push(sink);
  sink.open();
  return sink;
}

const idsOf = (index: number) => receiver.received[index]?.body.data.map(({ id }) => id);

describe("WebhookSink", () => {
  test("posts signed entities that pass the gates, and is done when they are taken", async () => {
    const sink = open();
    await sink.deliver(delivery(1));
    const [message] = receiver.received;
    expect(message).toMatchObject({
      isSigned: true,
      headers: {
        "content-type": "application/json",
        "user-agent": expect.stringMatching(/^bollard\//),
      },
      body: { type: "entities.observed", timestamp: "2026-09-10T00:27:40.000Z" },
    });
    expect(idsOf(0)).toEqual([AIR, WEATHER]);
    for (const entity of message?.body.data ?? []) {
      expect(await gates.check(entity as never)).toMatchObject({ ok: true });
    }
    expect(sink.state()).toMatchObject({ state: "up", messages: 2, errors: 0 });
  });

  test("sends the same message under the same id until it is taken", async () => {
    const sink = open();
    receiver.answers.push("reset", 500, { status: 429, retryAfterS: 30 }, 302);
    const passedMs = await passUntil(clock, sink.deliver(delivery(1)));
    expect(passedMs).toBeGreaterThanOrEqual(30_000);
    expect(receiver.received.length).toBe(5);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(receiver.received.every(({ isSigned }) => isSigned)).toBe(true);
    expect(sink.state()).toMatchObject({
      ...{ state: "up", messages: 2, errors: 0 },
      lastError: { message: "answered 302" },
    });
  });

  test("gives up a request that is not answered, and sends it again", async () => {
    const sink = open({ timeoutMs: 100 });
    receiver.answers.push("hang");
    await passUntil(clock, sink.deliver(delivery(1)));
    expect(receiver.received.length).toBeGreaterThanOrEqual(2);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(sink.state()).toMatchObject({
      ...{ state: "up", messages: 2 },
      lastError: { message: "no answer within 100 ms" },
    });
  });

  test("tells that the receiver is away, and nothing of its address behind the host", async () => {
    const sink = open({ url: `${receiver.url}?key=hidden` });
    expect(sink.state().detail).toBe(new URL(receiver.url).origin);
    receiver.answers.push(503);
    const done = sink.deliver(delivery(1));
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect(sink.state()).toMatchObject({ state: "down", detail: "answered 503" });
    await passUntil(clock, done);
  });

  test("sends what waits in one message, in order, and no more than its bound", async () => {
    const sink = open({ maxBatch: 3 });
    await Promise.all([1, 2, 3].map((number) => sink.deliver(delivery(number))));
    expect(receiver.received.map(({ body }) => body.data.length)).toEqual([3, 3]);
    const values = receiver.received.flatMap(({ body }) =>
      body.data.flatMap(({ pm25 }) => (pm25 as { value: number } | undefined)?.value ?? []),
    );
    expect(values).toEqual([0.1, 0.2, 0.3]);
  });

  test("leaves out the entity that the receiver calls wrong, and no other", async () => {
    const sink = open();
    receiver.poison.add(AIR);
    await Promise.all([sink.deliver(delivery(1)), sink.deliver(delivery(2))]);
    const taken = receiver.received.filter(({ body }) => body.data.every(({ id }) => id !== AIR));
    expect(taken.flatMap(({ body }) => body.data.map(({ id }) => id))).toEqual([WEATHER, WEATHER]);
    expect(sink.state()).toMatchObject({
      ...{ state: "up", messages: 2, errors: 2 },
      lastError: { message: `${AIR}: the receiver answered 422` },
    });
  });

  test("sends only what was subscribed to, in the form that was asked for", async () => {
    const sink = open({ types: ["WeatherObserved"], attrs: ["temperature"], form: "keyValues" });
    await sink.deliver(delivery(1));
    expect(receiver.received[0]?.body.data).toMatchObject([{ id: WEATHER, temperature: 20 }]);
    const other = open({ nodes: ["elm-street-3"] });
    await other.deliver(delivery(1));
    const east = open({ bbox: [24, 42, 25, 43] });
    await east.deliver(delivery(1));
    expect(receiver.received.length).toBe(1);
  });

  test("signs with each secret of the file, so that a receiver can change over", async () => {
    const sink = open();
    writeFileSync(secretFile, `whsec_${Buffer.from("another-secret-0123").toString("base64")}\n`);
    await sink.deliver(delivery(1));
    expect(receiver.received[0]?.isSigned).toBe(false);
    writeFileSync(secretFile, `another-secret-0123\n${SECRET}\n`);
    await sink.deliver(delivery(2));
    expect(receiver.received[1]?.isSigned).toBe(true);
    rmSync(secretFile);
    const done = sink.deliver(delivery(3));
    while (clock.waiting === 0) await new Promise(setImmediate);
    expect(sink.state()).toMatchObject({
      state: "down",
      detail: expect.stringMatching(/Cannot read it/),
    });
    expect(receiver.received.length).toBe(2);
    writeFileSync(secretFile, `${SECRET}\n`);
    await passUntil(clock, done);
  });

  test("ends at once while it waits, and keeps what was not taken", async () => {
    const sink = open();
    receiver.answers.push("hang");
    let isDone = false;
    void sink.deliver(delivery(1)).then(() => (isDone = true));
    await receiver.until(1);
    await sink.close();
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
  });

  test("delivers after a restart what the receiver was away for", async () => {
    const street = await TestBroker.open();
    const start = async () => {
      const bridge = new Bridge({
        config: {
          dataDir: join(folder, "data"),
          sources: { mqtt: [{ name: "street", url: street.url }] },
          sinks: { webhook: [{ name: "map", url: receiver.url, secretFile }] },
          nodes: { list: { "a1-b2": { name: "oak-street-12", position: [23.32, 42.69] } } },
          spool: { commitDelayMs: 10 },
          http: { port: 0 },
        },
        schemas: [streetAir],
        log: silent,
      });
      await bridge.start();
      return bridge;
    };
    receiver.answers.push(...Array.from({ length: 100 }, () => 503));
    const first = await start();
    const node = await connectAsync(street.url);
    for (let number = 0; number < 20; number++) {
      const payload = Buffer.from(streetPayload(number));
      await node.publishAsync("bollard/a1-b2/up", payload, { qos: 1 });
    }
    await node.endAsync();
    while (first.status().spool.backlog < 20) await new Promise(setImmediate);
    await receiver.until(1);
    await first.close();
    receiver.received.length = 0;
    receiver.answers.length = 0;
    const second = await start();
    while (second.status().spool.backlog > 0) await new Promise(setImmediate);
    await second.close();
    await street.close();
    const values = receiver.received.flatMap(({ body }) =>
      body.data.flatMap(({ pm25 }) => (pm25 as { value: number } | undefined)?.value ?? []),
    );
    expect(values).toEqual(Array.from({ length: 20 }, (_, number) => number / 10));
  });

  test("refuses a secret that could be guessed", () => {
    writeFileSync(secretFile, "short\n");
    let code: string | undefined;
    try {
      open();
    } catch (error) {
      if (isBridgeError(error)) code = error.code;
    }
    expect(code).toBe("BRIDGE_CONFIG_INVALID");
  });
});
