import { createServer, type Server, type Socket } from "node:net";
import { judge, runConnectLoad, runPublishLoad, runSubscribeLoad } from "@bollard/fleet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort, type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

needCommand("mosquitto", "apt install mosquitto")("a fleet against mosquitto", () => {
  let broker: Mosquitto;
  beforeEach(async () => {
    broker = await startMosquitto(["max_queued_messages 0", "max_inflight_messages 0"]);
  });
  afterEach(async () => {
    await broker.close();
  });
  const target = () => ({ host: "127.0.0.1", port: broker.port });

  test.each([
    [0, 4],
    [1, 4],
    [2, 5],
  ] as const)("counts every QoS %i message by node and number, MQTT %i", async (qos, version) => {
    const result = await runPublishLoad({
      target: { ...target(), protocolVersion: version },
      clients: 100,
      intervalMs: 50,
      durationMs: 1000,
      qos,
      receivers: 1,
    });
    expect(result).toMatchObject({
      due: 2000,
      sent: 2000,
      missed: 0,
      acknowledged: qos === 0 ? 0 : 2000,
      unacknowledged: 0,
      arrivals: { received: 2000, lost: 0, duplicates: 0, outOfOrder: 0, unknown: 0 },
    });
    expect(result.latency.arrivedFromDue?.count).toBe(2000);
    expect(result.connect).toMatchObject({ clients: 100, connected: 100, failed: 0, lost: 0 });
  });

  test("shows a broker's stall in full, and does not blame itself for it", async () => {
    const STALL_MS = 2000;
    const result = runPublishLoad({
      target: target(),
      clients: 50,
      intervalMs: 20,
      durationMs: 6000,
      qos: 1,
      onProgress: ({ phase, elapsedMs }) => {
        if (phase !== "publishing" || elapsedMs < 1500 || elapsedMs > 2600) return;
        broker.process.kill("SIGSTOP");
        setTimeout(() => broker.process.kill("SIGCONT"), STALL_MS);
      },
    });
    const { latency, lateness, sent, acknowledged, heldBack } = await result;
    expect(acknowledged).toBe(sent);
    // A third of the time: nearly all that was due meanwhile waited, up to the whole of it.
    expect(latency.acknowledgedFromDue?.p90Ms).toBeGreaterThan(STALL_MS / 2);
    expect(latency.acknowledgedFromDue?.p99Ms).toBeGreaterThan(STALL_MS * 0.75);
    expect(heldBack).toBeGreaterThan(1000);
    expect(latency.acknowledgedFromDue?.p90Ms).toBeGreaterThan(
      3 * (latency.acknowledgedFromSend?.p90Ms ?? Number.POSITIVE_INFINITY),
    );
    expect(lateness?.p90Ms).toBeLessThan(STALL_MS / 20);
  });

  test("ends with what it knows when the broker dies", async () => {
    const running = runPublishLoad({
      target: target(),
      clients: 20,
      intervalMs: 10,
      durationMs: 3000,
      drainMs: 500,
      qos: 1,
      onProgress: ({ phase }) => {
        if (phase === "publishing") void broker.kill();
      },
    });
    const result = await running;
    expect(result.connect.lost).toBe(20);
    expect(result.missed).toBeGreaterThan(0);
    expect(result.sent).toBe(result.acknowledged + result.unacknowledged);
    expect(judge(result, true).limit).toBe("connections");
  });

  test("publishes as much as the broker takes, and no more than is asked", async () => {
    const result = await runPublishLoad({
      target: target(),
      clients: 10,
      intervalMs: 0,
      count: 2000,
      qos: 1,
      receivers: 2,
    });
    expect(result).toMatchObject({ sent: 20_000, acknowledged: 20_000 });
    expect(result.arrivals).toMatchObject({ received: 20_000, lost: 0, duplicates: 0 });
  });

  test("another process's fleet is heard, with its latencies", async () => {
    const hearing = runSubscribeLoad({
      target: target(),
      clients: 1,
      durationMs: 20_000,
      count: 500,
    });
    let isUp = false;
    const sending = runPublishLoad({
      target: target(),
      clients: 10,
      intervalMs: 10,
      durationMs: 5000,
      onProgress: () => {
        isUp = true;
      },
    });
    const heard = await hearing;
    await sending;
    expect(isUp).toBe(true);
    expect(heard.received).toBeGreaterThanOrEqual(500);
    expect(heard.fromDue?.count).toBe(heard.received);
    expect(heard.refused).toBe(0);
  });

  test("opens and holds connections from several addresses", async () => {
    const { connect } = await runConnectLoad({
      target: { ...target(), sourceAddresses: ["127.0.0.1", "127.0.0.2"] },
      clients: 300,
      connectsPerSecond: 1000,
    });
    expect(connect).toMatchObject({ connected: 300, failed: 0, lost: 0 });
    expect(connect.elapsedMs).toBeGreaterThan(250);
  });
});

describe("a fleet against what is no broker", () => {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    server = undefined;
  });

  async function listen(answer: (socket: Socket) => void): Promise<number> {
    const port = await freePort();
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      answer(socket);
    });
    await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
    return port;
  }

  const load = (port: number) =>
    runConnectLoad({
      target: { host: "127.0.0.1", port, connectTimeoutMs: 1000 },
      clients: 20,
    });

  test("says that nobody listens", async () => {
    await expect(load(await freePort())).rejects.toMatchObject({
      code: "FLEET_NO_CONNECTION",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test.each([
    ["sends noise", (socket: Socket) => socket.write(Buffer.alloc(64, 0xff)), /Remaining Length/],
    ["hangs up", (socket: Socket) => socket.end(), /closed/],
    ["never answers", () => {}, /CONNACK/],
  ])("ends in time where it %s", async (_, answer, message) => {
    await expect(load(await listen(answer))).rejects.toMatchObject({
      code: "FLEET_NO_CONNECTION",
      message: expect.stringMatching(message),
    });
  });
});
