import { afterEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { systemClock } from "../../clock.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { ConnectionAlarms } from "../../mqtt/connection-alarms.js";
import { silent } from "../../testing/street.js";
import { TestBroker } from "../../testing/test-broker.js";
import { MqttPublisher } from "./mqtt-publisher.js";

let broker: TestBroker | undefined;
let publisher: MqttPublisher | undefined;

afterEach(async () => {
  await publisher?.close();
  await broker?.close();
});

function open(url: string, inFlight = 20): MqttPublisher {
  const [config] = resolveConfig({ sinks: { mqtt: [{ name: "city", url }] } }).sinks.mqtt;
  if (!config) throw new Error("no sink");
  const clock = systemClock();
  publisher = new MqttPublisher({
    config,
    clientId: "bollard-city-out",
    inFlight,
    alarms: new ConnectionAlarms(new Alarms(clock), "sinks.mqtt.city", "bollard-city-out"),
    clock,
    log: silent,
  });
  publisher.open();
  return publisher;
}

/** Hands a message over; the inner promise resolves once it is acknowledged. */
async function handOver(
  out: MqttPublisher,
  number: number,
): Promise<{ acknowledged: Promise<void> }> {
  let done = () => {};
  const acknowledged = new Promise<void>((resolve) => {
    done = resolve;
  });
  await out.publish(message(number), done);
  return { acknowledged };
}

const message = (number: number) => ({ topic: "n", payload: String(number), retain: false });

describe("MqttPublisher", () => {
  test("publishes in order, each acknowledged", async () => {
    broker = await TestBroker.open();
    const out = open(broker.url);
    const done: Promise<unknown>[] = [];
    for (let i = 0; i < 500; i++) done.push((await handOver(out, i)).acknowledged);
    await Promise.all(done);
    expect(broker.taken.map(({ text }) => Number(text))).toEqual([...Array(500).keys()]);
    expect([out.state, out.taken, out.refused]).toEqual(["up", 500, 0]);
  });

  test("tells what went wrong, and when it tries again", async () => {
    broker = await TestBroker.open();
    const out = open(broker.url);
    await expect.poll(() => out.state).toBe("up");
    expect(out.trouble).toEqual({});
    await broker.cut();
    await expect.poll(() => out.state).toBe("down");
    const { lastError, retryInMs } = out.trouble;
    expect(lastError?.at).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(lastError?.message).not.toBe("");
    expect(retryInMs).toBeGreaterThanOrEqual(0);
    await broker.join();
    await expect.poll(() => out.state, { timeout: 4000 }).toBe("up");
    expect(Object.keys(out.trouble)).toEqual(["lastError"]);
  });

  test("loses nothing over cuts in the middle, and what comes twice is the same", {
    timeout: 30_000,
  }, async () => {
    broker = await TestBroker.open();
    const out = open(broker.url);
    const acknowledged: Promise<unknown>[] = [];
    const all = (async () => {
      for (let i = 0; i < 3000; i++) acknowledged.push((await handOver(out, i)).acknowledged);
    })();
    for (const count of [300, 900, 1500]) {
      await broker.until(() => (broker?.taken.length ?? 0) >= count);
      await broker.cut();
      await broker.join();
    }
    await all;
    await Promise.all(acknowledged);
    const numbers = broker.taken.map(({ text }) => Number(text));
    const firsts = numbers.filter((number, index) => numbers.indexOf(number) === index);
    expect(firsts).toEqual([...Array(3000).keys()]);
    expect(numbers.length - firsts.length).toBeLessThanOrEqual(3 * 20);
  });

  test("never has more in flight than it may, and takes more once some are acknowledged", async () => {
    broker = await TestBroker.open();
    let held: (() => void)[] = [];
    broker.aedes.authorizePublish = (_client, _packet, callback) => {
      held.push(() => callback(null));
    };
    const out = open(broker.url, 4);
    let handedOver = 0;
    const all = (async () => {
      for (let i = 0; i < 10; i++) {
        await handOver(out, i);
        handedOver++;
      }
    })();
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(handedOver).toBe(4);
    while (handedOver < 10) {
      const now = held;
      held = [];
      for (const release of now) release();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
  });

  test("waits for a broker that is not there yet, and says so", async () => {
    const away = await TestBroker.open();
    await away.cut();
    const out = open(away.url);
    expect(out.state).toBe("connecting");
    const { acknowledged } = await handOver(out, 1);
    while (out.state !== "down") await new Promise((resolve) => setImmediate(resolve));
    expect(out.detail).toContain("ECONNREFUSED");
    await away.join();
    broker = away;
    await acknowledged;
    expect(away.taken.map(({ text }) => text)).toEqual(["1"]);
    expect(out.state).toBe("up");
  });
});
