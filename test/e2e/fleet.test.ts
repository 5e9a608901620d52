import { createServer, type Server, type Socket } from "node:net";
import { judge, runConnectLoad, runPublishLoad, runSubscribeLoad } from "@bollard/fleet";
import { type Packet, parser } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort, type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

const CONNACK = Buffer.of(0x20, 2, 0, 0);

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

  test("comes back after a broker's restart, and counts what it cost", async () => {
    let restarted: Promise<void> | undefined;
    const result = await runPublishLoad({
      target: { ...target(), reconnect: { minDelayMs: 50, maxDelayMs: 400 } },
      clients: 20,
      intervalMs: 20,
      durationMs: 4000,
      drainMs: 500,
      qos: 1,
      receivers: 1,
      onProgress: () => {
        restarted ??= broker.kill().then(() => broker.restart());
      },
    });
    await restarted;
    const { connect, sent, acknowledged, unacknowledged, missed, due } = result;
    expect(connect).toMatchObject({ connected: 20, lost: 20, reconnected: 20 });
    expect(Object.keys(connect.reasons).length).toBeGreaterThan(0);
    expect(missed).toBeGreaterThan(0);
    expect(due).toBe(sent + missed);
    expect(sent).toBe(acknowledged + unacknowledged);
    // The receiver came back, too, and what is known as lost is what was sent while it was away.
    expect(result.arrivals?.received).toBe(sent - (result.arrivals?.lost ?? 0));
    expect(result.arrivals?.received).toBeGreaterThan(sent / 2);
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

  /** A broker that lets everybody in and then does what it is told to. */
  const lets = (then: (socket: Socket, packet: Packet) => void) => (socket: Socket) => {
    const reader = parser();
    reader.on("packet", (packet) => {
      if (packet.cmd === "connect") socket.write(CONNACK);
      then(socket, packet);
    });
    socket.on("data", (bytes) => reader.parse(bytes));
  };

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

  test("gives the reason for which a broker refuses", async () => {
    const refuse = (socket: Socket) => socket.write(Buffer.of(0x20, 2, 0, 5));
    await expect(load(await listen(refuse))).rejects.toMatchObject({
      code: "FLEET_NO_CONNECTION",
      message: expect.stringMatching(/refused: not authorized/i),
    });
  });

  const publish = (port: number, more: object = {}) =>
    runPublishLoad({
      target: { host: "127.0.0.1", port, connectTimeoutMs: 1000, maxInFlight: 5 },
      clients: 3,
      intervalMs: 10,
      durationMs: 300,
      drainMs: 300,
      qos: 1,
      ...more,
    });

  test("waits no longer than it may for acknowledgements that never come", async () => {
    const result = await publish(await listen(lets(() => {})));
    expect(result).toMatchObject({ sent: 15, acknowledged: 0, unacknowledged: 15 });
    expect(result.due).toBeGreaterThan(15);
    expect(judge(result, true)).toMatchObject({ limit: "broker" });
  });

  test("counts acknowledgements of what it never sent, and is not led astray", async () => {
    const port = await listen(
      lets((socket, packet) => {
        if (packet.cmd !== "publish") return;
        const id = Number(packet.messageId);
        socket.write(Buffer.of(0x40, 2, 0x77, 0x77, 0x40, 2, id >> 8, id & 255));
      }),
    );
    const result = await publish(port);
    expect(result).toMatchObject({ unacknowledged: 0, missed: 0 });
    expect(result.acknowledged).toBe(result.sent);
    expect(result.unknownAcks).toBe(result.sent);
  });

  test.each([
    ["sends what is no packet", Buffer.alloc(8, 0xff), /Remaining Length/],
    ["sends a second CONNACK", Buffer.of(0x20, 2, 0, 0), /second CONNACK/],
    ["sends a PUBLISH that is cut short", Buffer.of(0x32, 3, 0, 9, 0x61), /ends within its header/],
  ])("ends with the reason where a broker in the middle of a run %s", async (_, bytes, reason) => {
    const port = await listen(
      lets((socket, packet) => {
        if (packet.cmd === "publish") socket.write(bytes);
      }),
    );
    const result = await publish(port);
    expect(result.connect.lost).toBe(3);
    expect(Object.keys(result.connect.reasons)[0]).toMatch(reason);
    expect(result.sent).toBe(result.unacknowledged);
    expect(judge(result, true).limit).toBe("connections");
  });

  test("says that a broker does not answer the receivers' subscriptions", async () => {
    await expect(publish(await listen(lets(() => {})), { receivers: 2 })).rejects.toMatchObject({
      code: "FLEET_NO_CONNECTION",
      message: expect.stringMatching(/has not answered 2 of 2 subscriptions/),
    });
  });

  test("names the open files and ports that so many connections need", async () => {
    const target = { host: "127.0.0.1", port: 1 };
    await expect(runConnectLoad({ target, clients: 999_999 })).rejects.toMatchObject({
      code: expect.stringMatching(/^FLEET_TOO_FEW_(FILES|PORTS)$/),
      message: expect.stringMatching(/999999 connections need/),
    });
  });
});
