import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { runPublishLoad } from "@bollard/fleet";
import { parser } from "mqtt-packet";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort, type Mosquitto, startMosquitto } from "./mosquitto.js";
import { needCommand } from "./need.js";

/** Hands bytes on to a broker, and keeps what each client sent. */
class RecordingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** By connection, what the client sent. */
  readonly sent: Buffer[][] = [];

  constructor(brokerPort: number) {
    this.#server = createServer((client) => {
      const chunks: Buffer[] = [];
      this.sent.push(chunks);
      const broker = dial(brokerPort, "127.0.0.1");
      for (const socket of [client, broker]) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
      }
      client.on("data", (chunk) => chunks.push(chunk));
      client.pipe(broker);
      broker.pipe(client);
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Bytes 12 to 23 of a stamp say when it was due and how late it was: no two runs have them alike. */
const TIMED = [12, 24] as const;

function packetsOf(chunks: readonly Buffer[], version: 4 | 5): unknown[] {
  const packets: unknown[] = [];
  /** Which identifier stands for a message is each driver's own matter: here it is its number. */
  const numbers = new Map<number, number>();
  let publishes = 0;
  const reader = parser({ protocolVersion: version });
  reader.on("packet", (packet) => {
    // PINGREQ depends on the time alone, and the length is that of what is compared anyway.
    if (packet.cmd === "pingreq") return;
    const { length, ...rest } = packet;
    const id = packet.messageId ?? 0;
    if (packet.cmd === "publish" && id > 0) numbers.set(id, ++publishes);
    packets.push({
      ...rest,
      messageId: numbers.get(id),
      ...(packet.cmd === "publish" && { payload: timeless(packet.payload) }),
    });
  });
  for (const chunk of chunks) reader.parse(chunk);
  return packets;
}

function timeless(payload: string | Buffer): string {
  const bytes = Buffer.from(payload);
  bytes.fill(0, ...TIMED);
  return bytes.toString("hex");
}

needCommand("mosquitto", "apt install mosquitto")("both drivers", () => {
  let broker: Mosquitto;
  beforeEach(async () => {
    broker = await startMosquitto(["max_topic_alias 10"]);
  });
  afterEach(async () => {
    await broker.close();
  });

  async function record(driver: "engine" | "mqtt", version: 4 | 5, qos: 0 | 1 | 2) {
    const proxy = new RecordingProxy(broker.port);
    const port = await freePort();
    await proxy.listen(port);
    try {
      const result = await runPublishLoad({
        target: {
          host: "127.0.0.1",
          port,
          run: 7,
          driver,
          protocolVersion: version,
          credentials: [{ username: "user-%i", password: "secret" }],
          topicAliases: version === 5,
          keepAliveS: 30,
        },
        clients: 5,
        intervalMs: 40,
        count: 6,
        durationMs: 5000,
        qos,
        receivers: 1,
      });
      expect(result).toMatchObject({ sent: 30, arrivals: { received: 30, lost: 0 } });
      expect(result.acknowledged).toBe(qos === 0 ? 0 : 30);
      const clients = proxy.sent.map((chunks) => packetsOf(chunks, version));
      return clients.sort((one, other) => (clientId(one) < clientId(other) ? -1 : 1));
    } finally {
      await proxy.close();
    }
  }

  test.each([
    [4, 0],
    [4, 1],
    [4, 2],
    [5, 1],
    [5, 2],
  ] as const)("put the same packets on the wire: MQTT %i, QoS %i", async (version, qos) => {
    const [ours, theirs] = [
      await record("engine", version, qos),
      await record("mqtt", version, qos),
    ];
    expect(ours).toHaveLength(6);
    expect(ours.flat().length).toBeGreaterThan(36);
    const publishers = (all: readonly unknown[][]) => all.slice(0, 5);
    expect(publishers(ours)).toEqual(publishers(theirs));
    // A receiver's acknowledgements depend on the order in which the broker hands on.
    const commands = (packets: unknown[] = []) =>
      packets.map((packet) => (packet as { cmd: string }).cmd).sort();
    expect(commands(ours[5])).toEqual(commands(theirs[5]));
  });
});

function clientId(packets: readonly unknown[]): string {
  return String((packets[0] as { clientId?: string } | undefined)?.clientId);
}
