import { crc32 } from "node:zlib";
import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import { systemClock } from "../../clock.js";
import type { LorawanSourceConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { silent } from "../../testing/street.js";
import { TestBroker } from "../../testing/test-broker.js";
import type { LastKey, SourceMessage } from "../source.js";
import { LorawanSource } from "./lorawan-source.js";
import { sessionNumber } from "./uplink.js";

const DEV_EUI = "0004A30B001C0530";
const session = "AXBSH1Pk6Z0G166KyNcwgw==";
const boot = sessionNumber(session);

let broker: TestBroker;
let server: MqttClient;
let source: LorawanSource;
let taken: SourceMessage[];
let arrived: (() => void) | undefined;

beforeEach(async () => {
  broker = await TestBroker.open();
  server = await connectAsync(broker.url);
  taken = [];
});
afterEach(async () => {
  await source.close();
  await server.endAsync(true);
  await broker.close();
});

async function open(
  config: Partial<LorawanSourceConfig> = {},
  lastKeys: LastKey[] = [],
): Promise<void> {
  const [resolved] = resolveConfig({
    sources: {
      lorawan: [{ name: "ttn", server: "the-things-stack", url: broker.url, ...config }],
    },
  }).sources.lorawan;
  if (!resolved) throw new Error("no source");
  source = new LorawanSource({
    config: resolved,
    bridgeName: "bollard",
    accept: (message) => {
      taken.push(message);
      message.kept();
      arrived?.();
      return true;
    },
    commit: async () => {},
    lastKeys,
    alarms: new Alarms(systemClock()),
    clock: systemClock(),
    log: silent,
  });
  const subscribed = new Promise((resolve) => broker.aedes.once("subscribe", resolve));
  await source.open();
  await subscribed;
}

async function untilTaken(count: number): Promise<void> {
  while (taken.length < count) {
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

function uplink(counter: number): string {
  return JSON.stringify({
    end_device_ids: { device_id: "lamp-12", dev_eui: DEV_EUI },
    uplink_message: {
      session_key_id: session,
      f_port: 3,
      f_cnt: counter,
      frm_payload: "AQID",
      received_at: "2026-02-12T15:15:45.500Z",
    },
  });
}

describe("LorawanSource", () => {
  test("takes an uplink under the key of its device, session and frame", async () => {
    await open();
    await server.publishAsync("v3/street@ttn/devices/lamp-12/up", uplink(70_000));
    await server.publishAsync("v3/street@ttn/devices/lamp-12/up", "no JSON");
    await server.publishAsync("v3/street@ttn/devices/lamp-12/up", uplink(70_003));
    await untilTaken(2);
    expect(taken[0]).toMatchObject({
      source: { kind: "lorawan", name: "ttn" },
      node: DEV_EUI,
      boot,
      sequence: 70_000,
      binding: 3,
      payload: Uint8Array.of(1, 2, 3),
      receivedMs: Date.parse("2026-02-12T15:15:45.500Z"),
    });
    expect(source.status()[0]).toMatchObject({ state: "up", messages: 2, errors: 1 });
    expect(source.status()[0]?.detail).toMatch(/v3\/\+\/devices\/\+\/up; 2 lost upstream$/);
  });

  test("sends commands to a device whose uplinks have told where its downlinks go", async () => {
    await open({ downPort: 9 });
    const request = { id: "7" };
    expect(source.command(DEV_EUI, Uint8Array.of(1), request)).toBeUndefined();
    await server.publishAsync("v3/street@ttn/devices/lamp-12/up", uplink(1));
    await untilTaken(1);
    const down = new Promise<{ topic: string; payload: Buffer | string }>((resolve) =>
      broker.aedes.on("publish", (packet) => {
        if (packet.topic.endsWith("/down/push")) resolve(packet);
      }),
    );
    expect(await source.command(DEV_EUI, Uint8Array.of(1), request)).toEqual({ status: "sent" });
    const { topic, payload } = await down;
    expect(topic).toBe("v3/street@ttn/devices/lamp-12/down/push");
    expect(JSON.parse(payload.toString()).downlinks[0]).toMatchObject({
      f_port: 9,
      frm_payload: "AQ==",
    });
  });

  test("goes on from the frame before the start where a counter has 16 bits", async () => {
    const mine = { kind: "lorawan", name: "ttn" } as const;
    await open({}, [{ source: mine, node: DEV_EUI, boot, sequence: 0x1fffe }]);
    await server.publishAsync("v3/street/devices/lamp-12/up", uplink(1));
    await untilTaken(1);
    expect(taken[0]?.sequence).toBe(0x20001);
  });

  test("reads ChirpStack, and leaves to another bridge what is that one's", async () => {
    const of = 1000;
    const part = 1 + (crc32(DEV_EUI) % of);
    await open({ server: "chirpstack", split: { part, of } });
    const message = (devEui: string) =>
      JSON.stringify({
        deviceInfo: { devEui },
        devAddr: "00189440",
        fPort: 3,
        fCnt: 1,
        data: "AQ==",
      });
    for (const devEui of ["0004a30b001c0531", "0004a30b001c0530"]) {
      await server.publishAsync(`application/1/device/${devEui}/event/up`, message(devEui));
    }
    await untilTaken(1);
    expect(taken.map(({ node }) => node)).toEqual([DEV_EUI]);
  });
});
