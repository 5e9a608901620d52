import { connect, type MqttClient } from "mqtt";
import { describe, expect, expectTypeOf, test } from "vitest";
import { air } from "../testing/street-air.js";
import { mqttTransport, type PublishingClient } from "./mqtt-transport.js";
import { Node } from "./node.js";

/** A client that says PUBACK when the test says so. */
class FakeClient implements PublishingClient {
  readonly published: { topic: string; message: Buffer; qos: number }[] = [];
  readonly acks: (() => void)[] = [];

  publishAsync(topic: string, message: Buffer, options: { readonly qos: 1 }): Promise<unknown> {
    this.published.push({ topic, message, qos: options.qos });
    return new Promise<void>((resolve) => this.acks.push(resolve));
  }
}

describe("mqttTransport", () => {
  test("publishes at QoS 1 under the node's id, and a message is delivered at its PUBACK", async () => {
    const client = new FakeClient();
    const transport = mqttTransport({ client, maxInFlight: 3 });
    const node = new Node({ id: "air-1", boot: 1, schemas: [air], transport });
    for (let i = 0; i < 5; i++) node.report({ pm25: i });
    expect(client.published.map(({ topic, qos }) => [topic, qos])).toEqual([
      ["bollard/air-1/up", 1],
      ["bollard/air-1/up", 1],
      ["bollard/air-1/up", 1],
    ]);
    expect(node.stats()).toMatchObject({ held: 5, delivered: 0 });
    const flushed = node.flushed();
    while (node.stats().held > 0) {
      client.acks.shift()?.();
      await Promise.resolve();
    }
    await flushed;
    expect(node.stats()).toMatchObject({ held: 0, delivered: 5 });
    await node.close();
  });

  test("publishes where it is told", () => {
    const client = new FakeClient();
    const transport = mqttTransport({ client, topic: "a/b" });
    new Node({ id: "air-1", boot: 1, schemas: [air], transport }).report({ pm25: 1 });
    expect(client.published[0]?.topic).toBe("a/b");
  });

  test("takes a client of the mqtt package, and keeps what an ended one will not take", async () => {
    expectTypeOf<MqttClient>().toExtend<PublishingClient>();
    const client = connect("mqtt://127.0.0.1:1", { reconnectPeriod: 0 });
    client.on("error", () => {});
    await client.endAsync(true);
    const transport = mqttTransport({ client });
    const node = new Node({ id: "air-1", boot: 1, schemas: [air], transport, retryMs: 1 });
    node.report({ pm25: 1 });
    await expect.poll(() => node.stats().failed).toBeGreaterThan(2);
    expect(node.stats()).toMatchObject({ held: 1, delivered: 0 });
    await node.close();
  });
});
