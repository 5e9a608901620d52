import { LinkSessions } from "@bollard/link";
import { encodePayload } from "@bollard/payload";
import { defineSchema, layoutFingerprint } from "@bollard/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Alarms } from "../../alarms.js";
import type { SerialSourceConfig } from "../../config/config.js";
import { resolveConfig } from "../../config/resolve-config.js";
import { SchemaSet } from "../../schema-set.js";
import { FakeNode, FakePorts } from "../../testing/fake-ports.js";
import { ManualClock } from "../../testing/manual-clock.js";
import { silent } from "../../testing/street.js";
import { streetAir, streetPayload } from "../../testing/street-air.js";
import type { SourceMessage } from "../source.js";
import { SerialSource } from "./serial-source.js";

let clock: ManualClock;
let ports: FakePorts;
let alarms: Alarms;
let source: SerialSource;
let taken: SourceMessage[];
let accepts: boolean;
let commits: number;

beforeEach(() => {
  clock = new ManualClock();
  ports = new FakePorts();
  alarms = new Alarms(clock);
  let session = 32_767;
  allocate = () => ++session;
  taken = [];
  accepts = true;
  commits = 0;
});
afterEach(async () => {
  await source.close();
  ports.remove();
});

/** Gives session numbers. */
let allocate: () => number;

function make(config: Partial<SerialSourceConfig> = {}): SerialSource {
  const [resolved] = resolveConfig({
    sources: { serial: [{ name: "cabinet", ports: [ports.path("tty*")], ...config }] },
  }).sources.serial;
  if (!resolved) throw new Error("no source");
  source = new SerialSource({
    config: resolved,
    openPort: ports.openPort,
    linkSessions: new LinkSessions({ allocateSession: () => allocate() }),
    schemas: new SchemaSet([streetAir]),
    accept: (message) => {
      if (accepts) taken.push({ ...message, payload: Uint8Array.from(message.payload) });
      return accepts;
    },
    commit: async () => {
      commits++;
    },
    commitDelayMs: 1000,
    alarms,
    clock,
    log: silent,
  });
  return source;
}

/** Lets time pass in small steps, with all that happens in between. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 20) {
    clock.pass(20);
    await settle();
  }
}

/** Lets everything that is under way come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const sequences = () => taken.map(({ sequence }) => sequence);

describe("SerialSource", () => {
  test("takes a node's messages, and tells it that they are kept once they are", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3, firmware: "street 1.0" });
    ports.plug("ttyACM0", node);
    await make().open();
    for (let i = 0; i < 3; i++) node.link.offer(streetPayload(i));
    await pass(200);
    expect(taken.map(({ kept: _, ...message }) => message)).toEqual(
      [0, 1, 2].map((sequence) => ({
        source: { kind: "serial", name: "cabinet" },
        node: "lamp-12",
        boot: 3,
        sequence,
        payload: streetPayload(sequence),
        layout: undefined,
      })),
    );
    expect(node.link.stats()).toMatchObject({ held: 3, durable: 0 });
    taken[0]?.kept();
    taken[1]?.kept();
    await pass(100);
    expect(node.link.stats()).toMatchObject({ held: 1, durable: 2 });
    expect(source.status()).toEqual([
      {
        name: ports.path("ttyACM0"),
        kind: "serial",
        state: "up",
        detail: "lamp-12, street 1.0",
        messages: 3,
        errors: 0,
      },
    ]);
    const [link] = source.links();
    expect(link).toMatchObject({
      port: ports.path("ttyACM0"),
      source: "cabinet",
      state: "up",
      detail: "",
      link: {
        node: { id: "lamp-12", firmware: "street 1.0", boot: 3, window: 8 },
        badFrames: 0,
        messages: 3,
        repeated: 0,
        waiting: 1,
      },
    });
    await pass(1000);
    expect(source.links()[0]?.link?.roundTripMs).toBeLessThan(100);
    ports.unplug("ttyACM0");
    await pass(20);
    const message = expect.stringMatching(/unplugged|no such port/);
    expect(source.links()).toMatchObject([
      {
        port: ports.path("ttyACM0"),
        source: "cabinet",
        state: "down",
        detail: message,
        lastError: { message },
      },
    ]);
  });

  test("hands on what a node marks as an alarm, and has it brought to the disk at once", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3 });
    ports.plug("ttyACM0", node);
    await make().open();
    node.link.offer(streetPayload(0));
    node.link.offer(streetPayload(1), { alarm: true });
    await pass(200);
    expect(taken.map(({ sequence, isAlarm }) => [sequence, isAlarm])).toEqual([
      [0, undefined],
      [1, true],
    ]);
    expect(commits).toBe(1);
  });

  test("takes nothing from a node whose session number cannot be kept, until it can be", async () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device"), { syscall: "write" });
    allocate = () => {
      throw full;
    };
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 0 });
    ports.plug("ttyACM0", node);
    await make().open();
    node.link.offer(streetPayload(0));
    await pass(200);
    expect([taken, alarms.list().map(({ code }) => code)]).toEqual([[], ["SESSION_NOT_KEPT"]]);
    allocate = () => 32_770;
    await pass(2000);
    expect(taken.map(({ boot, sequence }) => [boot, sequence])).toEqual([[32_770, 0]]);
  });

  test("sends a command to the node it is for, and tells what came of it", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3, takesCommands: true });
    ports.plug("ttyACM0", node);
    await make().open();
    await pass(200);
    const request = { id: "1", withinMs: 2000 };
    expect(source.command("lamp-13", Uint8Array.of(7), request)).toBeUndefined();
    const answers: unknown[] = [];
    const ask = (byte: number) => {
      void source
        .command("lamp-12", Uint8Array.of(byte), request)
        ?.then((one) => answers.push(one));
    };
    ask(7);
    await pass(100);
    expect(node.commands.map(({ payload }) => [...payload])).toEqual([[7]]);
    node.link.answer(node.commands[0]?.id ?? 0, "refused");
    await pass(100);
    expect(answers).toEqual([{ status: "refused" }]);
    ask(8);
    await pass(3000);
    expect(answers[1]).toMatchObject({ status: "expired" });
    ask(9);
    await pass(100);
    ports.unplug("ttyACM0");
    await pass(100);
    expect(answers[2]).toMatchObject({ status: "expired" });
    expect(source.command("lamp-12", Uint8Array.of(7), request)).toBeUndefined();
  });

  test("goes on where it was after the cable was pulled and put back, also into another port", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3 });
    ports.plug("ttyACM0", node);
    await make({ pollMs: 100 }).open();
    node.link.offer(streetPayload(0));
    node.link.offer(streetPayload(1));
    await pass(100);
    taken[0]?.kept();
    await pass(100);
    ports.unplug("ttyACM0");
    for (let i = 2; i < 30; i++) node.link.offer(streetPayload(i));
    await untilThere(() => source.status()[0]?.detail === "there is no such port now");
    expect(source.status()[0]).toMatchObject({ state: "down", messages: 2 });
    ports.plug("ttyACM7", node);
    await untilThere(() => ports.opened.length === 2);
    for (let i = 1; taken.length < 30 && i < 100; i++) {
      await pass(20);
      for (const message of taken) message.kept();
    }
    expect(sequences()).toEqual([...Array(30).keys()]);
    for (const message of taken) message.kept();
    for (let i = 0; node.link.stats().held > 0 && i < 100; i++) await pass(20);
    expect(node.link.stats()).toMatchObject({ held: 0, durable: 30, dropped: 0 });
  });

  test("finds a port that comes later, by watching the folder", async () => {
    await make({ pollMs: 600_000 }).open();
    expect(source.status()).toEqual([]);
    ports.plug("ttyUSB3", new FakeNode(clock, { nodeId: "lamp-12", boot: 3 }));
    await untilThere(() => ports.opened.length === 1);
    await pass(100);
    expect(source.status()).toMatchObject([{ name: ports.path("ttyUSB3"), state: "up" }]);
  });

  test("tries again, ever more slowly, to open what cannot be opened", async () => {
    const path = ports.path("ttyACM0");
    ports.broken.add(path);
    ports.plug("ttyACM0", new FakeNode(clock, { nodeId: "lamp-12", boot: 3 }));
    await make({ ports: [path], pollMs: 1000 }).open();
    expect(source.status()).toMatchObject([
      { state: "down", detail: "cannot open: no such device", retryInMs: 250 },
    ]);
    expect(source.links()).toMatchObject([
      { state: "down", retryInMs: 250, lastError: { message: "cannot open: no such device" } },
    ]);
    for (let i = 0; i < 20; i++) {
      clock.pass(1000);
      await untilIdle();
    }
    expect(ports.opened.length).toBeGreaterThanOrEqual(4);
    expect(ports.opened.length).toBeLessThanOrEqual(9);
    ports.broken.delete(path);
    for (let i = 0; i < 6; i++) {
      clock.pass(1000);
      await untilIdle();
    }
    expect(source.status()).toMatchObject([{ state: "up" }]);
  });

  test("keeps two living nodes of one id apart, and says so", async () => {
    const one = new FakeNode(clock, { nodeId: "lamp-12", boot: 3, life: 100 });
    const two = new FakeNode(clock, { nodeId: "lamp-12", boot: 3, life: 200 });
    ports.plug("ttyACM0", one);
    await make().open();
    one.link.offer(streetPayload(1));
    await pass(100);
    ports.plug("ttyACM1", two);
    await untilThere(() => ports.opened.length === 2);
    await pass(100);
    two.link.offer(streetPayload(2));
    one.link.offer(streetPayload(3));
    await pass(200);
    expect(taken.map(({ boot, payload }) => [boot, payload])).toEqual([
      [3, streetPayload(1)],
      [32_768, streetPayload(2)],
      [3, streetPayload(3)],
    ]);
    expect(alarms.list()).toMatchObject([{ code: "NODE_ID_TWICE", place: "lamp-12" }]);
  });

  test("lets a node keep what cannot be kept here, and takes it later", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3 });
    ports.plug("ttyACM0", node);
    await make().open();
    await pass(100);
    accepts = false;
    for (let i = 0; i < 20; i++) node.link.offer(streetPayload(i));
    await pass(1000);
    expect(node.link.stats()).toMatchObject({ held: 20, durable: 0 });
    accepts = true;
    for (let i = 0; i < 300 && taken.length < 20; i++) {
      await pass(20);
      for (const message of taken) message.kept();
    }
    expect(sequences()).toEqual([...Array(20).keys()]);
  });

  test("tells what a node's clock showed when a payload with an uptime came", async () => {
    const counted = defineSchema({
      name: "counted",
      id: 18,
      time: "uptime",
      fields: [{ name: "cars", kind: "counter", bits: 32 }],
    });
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3 });
    await pass(5000);
    ports.plug("ttyACM0", node);
    await make().open();
    await pass(200);
    node.link.offer(encodePayload(counted, { time: 5, values: { cars: 1 } } as never));
    node.link.offer(streetPayload(0));
    await pass(100);
    expect(taken.map(({ nodeClock }) => nodeClock !== undefined)).toEqual([true, false]);
    const { uptimeMs = 0, slowPpm } = taken[0]?.nodeClock ?? {};
    expect(slowPpm).toBe(0);
    expect(Math.abs(uptimeMs - 5200)).toBeLessThanOrEqual(100);
  });

  test("finds the line speed at which a node is heard, and keeps it", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3 });
    ports.plug("ttyACM0", Object.assign(node, { baudRate: 57_600 }));
    await make({ otherBaudRates: [9600, 57_600, 115_200], pollMs: 100 }).open();
    await untilThere(() => source.status()[0]?.state === "up");
    expect(ports.speeds).toEqual([115_200, 9600, 57_600]);
    ports.unplug("ttyACM0");
    ports.plug("ttyACM0", node);
    await untilThere(() => ports.speeds.length === 4 && source.status()[0]?.state === "up");
    expect(ports.speeds[3]).toBe(57_600);
  });

  test("asks for the disk at once when a node has little room left", async () => {
    const node = new FakeNode(clock, { nodeId: "lamp-12", boot: 3, maxHeld: 4 });
    ports.plug("ttyACM0", node);
    await make().open();
    node.link.offer(streetPayload(0));
    await pass(100);
    expect(commits).toBe(0);
    node.link.offer(streetPayload(1));
    await pass(100);
    expect(commits).toBe(1);
  });

  test("opens a silent port anew", async () => {
    ports.plug("ttyACM0", { receive: () => {}, lineUp: () => {}, lineDown: () => {} });
    await make({ silenceMs: 10_000, pollMs: 500 }).open();
    await pass(9500);
    expect(ports.opened).toHaveLength(1);
    expect(source.status()).toMatchObject([
      { state: "connecting", detail: "no node has said HELLO" },
    ]);
    clock.pass(1000);
    await untilIdle();
    clock.pass(1000);
    await untilIdle();
    expect(ports.opened).toHaveLength(2);
  });

  test("marks what a node of another layout sends, and says so", async () => {
    const good = layoutFingerprint(streetAir);
    const other = "0123456789abcdef";
    const node = new FakeNode(clock, {
      nodeId: "lamp-12",
      boot: 3,
      schemas: [{ id: 17, fingerprint: other }],
    });
    ports.plug("ttyACM0", node);
    ports.plug(
      "ttyACM1",
      new FakeNode(clock, {
        nodeId: "lamp-13",
        boot: 3,
        schemas: [{ id: 17, fingerprint: good }],
      }),
    );
    await make().open();
    node.link.offer(streetPayload(0));
    await pass(100);
    expect(taken[0]?.layout).toBe(other);
    expect(alarms.list()).toMatchObject([{ code: "LAYOUT_DIFFERS", place: "lamp-12 schema 17" }]);
  });
});

/** The folder is watched by the system, which takes its own time. */
async function untilThere(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) {
    clock.pass(20);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (!condition()) throw new Error("it did not come");
}

/** Looking for ports goes through the file system. */
async function untilIdle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}
