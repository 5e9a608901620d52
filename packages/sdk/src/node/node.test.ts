import { commandSchema } from "@bollard/payload";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compileSchema, decodePayload, defineSchema } from "../index.js";
import { air, health } from "../testing/street-air.js";
import { functionTransport } from "./function-transport.js";
import type { CommandHandler } from "./incoming-commands.js";
import { Node, type NodeOptions } from "./node.js";
import type { IncomingCommand, OutgoingMessage, Transport } from "./transport.js";

/** A transport whose far end answers when the test says so. */
class FarEnd {
  readonly sent: OutgoingMessage[] = [];
  readonly #answers: { resolve(): void; reject(error: Error): void }[] = [];
  closed = false;

  transport(options: { maxInFlight?: number; carriesKey?: boolean } = {}): Transport {
    return () => ({
      maxInFlight: options.maxInFlight ?? 2,
      carriesKey: options.carriesKey ?? false,
      send: (message) => {
        this.sent.push(message);
        return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
      },
      close: async () => {
        this.closed = true;
      },
    });
  }

  async accept(): Promise<void> {
    this.#answers.shift()?.resolve();
    await settled();
  }

  async refuse(): Promise<void> {
    this.#answers.shift()?.reject(new Error("not now"));
    await settled();
  }

  get sequences(): number[] {
    return this.sent.map(({ sequence }) => sequence);
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 9; i++) await Promise.resolve();
}

const nodes: { close(): Promise<void> }[] = [];
let farEnd: FarEnd;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_500 });
  farEnd = new FarEnd();
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  vi.useRealTimers();
});

function nodeWith(options: Partial<NodeOptions<[typeof air, typeof health]>> = {}) {
  const transport = options.transport ?? farEnd.transport();
  const node = new Node({ id: "n1", boot: 3, schemas: [air, health], ...options, transport });
  nodes.push(node);
  return node;
}

describe("Node", () => {
  test("encodes a reading with its key and time, and forgets it once the far end has it", async () => {
    const node = nodeWith();
    expect(node.report({ pm25: 12.3 })).toEqual({ boot: 3, sequence: 0 });
    expect(node.stats()).toMatchObject({ reported: 1, held: 1, delivered: 0 });
    const [message] = farEnd.sent;
    expect(decodePayload(air, message?.payload ?? new Uint8Array())).toMatchObject({
      key: { boot: 3, sequence: 0 },
      schemaId: 7,
      readings: [{ time: 1_700_000_000, values: { pm25: 12.3, temperature: null } }],
    });
    await farEnd.accept();
    expect(node.stats()).toEqual({
      reported: 1,
      delivered: 1,
      held: 0,
      dropped: 0,
      refused: 0,
      failed: 0,
      commands: 0,
    });
  });

  test("leaves the key out where the carrier names messages", () => {
    const node = nodeWith({ transport: farEnd.transport({ carriesKey: true }) });
    node.report({ pm25: 1 }, { alarm: true });
    const [message] = farEnd.sent;
    expect(decodePayload(air, message?.payload ?? new Uint8Array()).key).toBeUndefined();
    expect(message).toMatchObject({ sequence: 0, alarm: true });
  });

  test("numbers the readings of all its schemas in one row, each with its own time", async () => {
    const node = nodeWith({ transport: farEnd.transport({ maxInFlight: 9 }) });
    vi.advanceTimersByTime(90_000);
    expect(node.report({ pm25: 1 })?.sequence).toBe(0);
    expect(node.reportOf("node-health", { battery: 3.3 })?.sequence).toBe(1);
    expect(node.reportOf("street-air", { pm25: 2 }, { time: 1000 })?.sequence).toBe(2);
    const [first, second, third] = farEnd.sent.map(({ payload }) => payload);
    expect(first && decodePayload(air, first).readings[0]?.time).toBe(1_700_000_090);
    expect(second && decodePayload(health, second).readings[0]?.time).toBe(90);
    expect(third && decodePayload(air, third).readings[0]?.time).toBe(1000);
  });

  test("hands over no more than the transport takes", async () => {
    const node = nodeWith();
    for (let i = 0; i < 5; i++) node.report({ pm25: i });
    expect(farEnd.sequences).toEqual([0, 1]);
    await farEnd.accept();
    expect(farEnd.sequences).toEqual([0, 1, 2]);
  });

  test("tries again what failed, first and ever more slowly", async () => {
    const node = nodeWith({ transport: farEnd.transport({ maxInFlight: 1 }), retryMs: 100 });
    node.report({ pm25: 1 });
    node.report({ pm25: 2 });
    const sentAfter: number[] = [];
    for (let round = 0; round < 4; round++) {
      await farEnd.refuse();
      const { length } = farEnd.sent;
      const start = Date.now();
      while (farEnd.sent.length === length) vi.advanceTimersByTime(10);
      sentAfter.push(Date.now() - start);
    }
    expect(sentAfter).toEqual([100, 200, 400, 800]);
    expect(farEnd.sequences).toEqual([0, 0, 0, 0, 0]);
    await farEnd.accept();
    expect(farEnd.sequences.at(-1)).toBe(1);
    expect(node.stats()).toMatchObject({ failed: 4, delivered: 1, held: 1 });
  });

  test("drops the oldest that is not on its way, or refuses, when full", () => {
    const dropping = nodeWith({ maxHeld: 4 });
    for (let i = 0; i < 7; i++) dropping.report({ pm25: i });
    expect(dropping.stats()).toMatchObject({ reported: 7, held: 4, dropped: 3, refused: 0 });
    const refusing = nodeWith({ maxHeld: 4, whenFull: "refuse" });
    const keys = Array.from({ length: 6 }, (_, i) => refusing.report({ pm25: i }));
    expect(keys.map((key) => key?.sequence)).toEqual([0, 1, 2, 3, undefined, undefined]);
    expect(refusing.stats()).toMatchObject({ reported: 4, held: 4, dropped: 0, refused: 2 });
  });

  test("everything reported is delivered, held or dropped, whatever the far end does", async () => {
    vi.useRealTimers();
    const step = fc.constantFrom("report", "accept", "refuse", "wait");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        vi.useFakeTimers();
        farEnd = new FarEnd();
        const node = nodeWith({ maxHeld: 5, retryMs: 10 });
        for (const each of steps) {
          if (each === "report") node.report({ pm25: 1 });
          else if (each === "accept") await farEnd.accept();
          else if (each === "refuse") await farEnd.refuse();
          else vi.advanceTimersByTime(100);
        }
        const { reported, delivered, held, dropped } = node.stats();
        expect(reported).toBe(delivered + held + dropped);
        expect(held).toBeLessThanOrEqual(5);
        await node.close();
        vi.useRealTimers();
      }),
    );
  });

  test("flushed waits until the far end has everything, or the node is closed", async () => {
    const node = nodeWith();
    await node.flushed();
    node.report({ pm25: 1 });
    let flushed = false;
    const waiting = node.flushed().then(() => {
      flushed = true;
    });
    await settled();
    expect(flushed).toBe(false);
    await farEnd.accept();
    await waiting;
    node.report({ pm25: 2 });
    const closing = node.flushed();
    await node.close();
    await closing;
    expect(farEnd.closed).toBe(true);
    expect(() => node.report({ pm25: 3 })).toThrow(/SDK_CLOSED/);
  });

  test("refuses a value that the schema does not allow, and sends nothing", () => {
    const node = nodeWith();
    expect(() => node.report({ pm25: 5000 })).toThrow(/pm25/);
    expect(node.stats()).toMatchObject({ reported: 0, held: 0 });
    expect(node.report({ pm25: 5 })?.sequence).toBe(0);
  });

  test("refuses options that cannot be, by name", () => {
    expect(() => nodeWith({ id: "a/b" })).toThrow(/SDK_BAD_OPTION/);
    expect(() => nodeWith({ boot: 0 })).toThrow(/boot 0.*SDK_BAD_OPTION/);
    expect(() => nodeWith({ boot: 70_000 })).toThrow(/SDK_BAD_OPTION/);
    expect(() => nodeWith({ maxHeld: 0 })).toThrow(/SDK_BAD_OPTION/);
    const transport = farEnd.transport();
    expect(() => new Node({ id: "a", boot: 1, schemas: [air, air], transport })).toThrow(/same id/);
    expect(() => nodeWith().reportOf("nothing" as "street-air", { pm25: 1 })).toThrow(
      /"nothing"; this node speaks street-air, node-health \(SDK_UNKNOWN_SCHEMA\)/,
    );
  });
});

describe("a node with batches", () => {
  function readingsOf({ payload }: OutgoingMessage): unknown[] {
    const [schema] = payload[1] === 7 ? [air] : [health];
    return decodePayload(schema, payload).readings.map(({ values }) => Object.values(values)[0]);
  }

  test("fills a message by count, and gives its key to each reading", async () => {
    const node = nodeWith({ batch: { maxReadings: 3 } });
    const keys = [1, 2, 3, 4].map((pm25) => node.report({ pm25 })?.sequence);
    expect(keys).toEqual([0, 0, 0, 1]);
    const [message] = farEnd.sent;
    expect(farEnd.sent).toHaveLength(1);
    expect(message && readingsOf(message)).toEqual([1, 2, 3]);
    expect(message).toMatchObject({ sequence: 0, readings: 3 });
    expect(message && decodePayload(air, message.payload).key).toEqual({ boot: 3, sequence: 0 });
    expect(node.stats()).toMatchObject({ reported: 4, held: 2, delivered: 0 });
    const flushed = node.flushed();
    await farEnd.accept();
    await farEnd.accept();
    await flushed;
    expect(farEnd.sent.map(readingsOf)).toEqual([[1, 2, 3], [4]]);
    expect(node.stats()).toMatchObject({ reported: 4, held: 0, delivered: 2 });
  });

  test("never makes a message longer than it may be", () => {
    const maxBytes = 30;
    const node = nodeWith({
      batch: { maxBytes },
      transport: farEnd.transport({ maxInFlight: 99, carriesKey: true }),
    });
    for (let i = 0; i < 60; i++) node.report({ pm25: (i * 37) % 900 }, { time: 1e9 + 60 * i });
    void node.flushed();
    expect(farEnd.sent.length).toBeGreaterThan(2);
    for (const { payload } of farEnd.sent) expect(payload.length).toBeLessThanOrEqual(maxBytes);
    expect(farEnd.sent.flatMap(readingsOf)).toEqual(
      Array.from({ length: 60 }, (_, i) => (i * 37) % 900),
    );
    expect(farEnd.sequences).toEqual(farEnd.sent.map((_, index) => index));
  });

  test("sends a batch when its first reading is old enough", () => {
    const node = nodeWith({ batch: { maxAgeMs: 5000 } });
    node.report({ pm25: 1 });
    vi.advanceTimersByTime(3000);
    node.report({ pm25: 2 });
    vi.advanceTimersByTime(1999);
    expect(farEnd.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(farEnd.sent.map(readingsOf)).toEqual([[1, 2]]);
    node.report({ pm25: 3 });
    vi.advanceTimersByTime(5000);
    expect(farEnd.sent.map(readingsOf)).toEqual([[1, 2], [3]]);
  });

  test("sends an alarm at once, behind what was measured before it", () => {
    const node = nodeWith({ batch: {}, transport: farEnd.transport({ maxInFlight: 9 }) });
    node.report({ pm25: 1 });
    expect(node.reportOf("node-health", { battery: 3 })?.sequence).toBe(1);
    expect(node.report({ pm25: 2 })?.sequence).toBe(0);
    expect(node.report({ pm25: 900 }, { alarm: true })?.sequence).toBe(2);
    expect(farEnd.sequences).toEqual([0, 1, 2]);
    expect(farEnd.sent.map(readingsOf)).toEqual([[1, 2], [3], [900]]);
    expect(farEnd.sent.map(({ alarm }) => alarm)).toEqual([false, false, true]);
    const keys = farEnd.sent.map(({ payload }) =>
      decodePayload(payload[1] === 7 ? air : health, payload),
    );
    expect(keys.map(({ key }) => key?.sequence)).toEqual([0, 1, 2]);
  });

  test("sends by itself what is longer than a batch may be", () => {
    const node = nodeWith({ batch: { maxBytes: 5 } });
    expect(node.report({ pm25: 1 })?.sequence).toBe(0);
    expect(farEnd.sent).toMatchObject([{ sequence: 0, readings: 1 }]);
  });

  test("refuses a reading that the schema does not allow, and keeps the batch", () => {
    const node = nodeWith({ batch: {} });
    node.report({ pm25: 1 });
    expect(() => node.report({ pm25: 5000 })).toThrow(/pm25/);
    node.report({ pm25: 2 });
    void node.flushed();
    expect(farEnd.sent.map(readingsOf)).toEqual([[1, 2]]);
  });

  test("counts open batches as held, and refuses when they fill the queue", () => {
    const node = nodeWith({ batch: {}, maxHeld: 1, whenFull: "refuse" });
    node.report({ pm25: 1 });
    expect(node.reportOf("node-health", { battery: 3 })).toBeUndefined();
    expect(node.report({ pm25: 2 })?.sequence).toBe(0);
    expect(node.stats()).toMatchObject({ reported: 2, held: 1, refused: 1 });
  });

  test("closes cleanly: what waits is sent, as long as that takes no longer than allowed", async () => {
    const node = nodeWith({ batch: {} });
    node.report({ pm25: 1 });
    const closing = node.close({ flushMs: 1000 });
    await settled();
    await farEnd.accept();
    await closing;
    expect(node.stats()).toMatchObject({ delivered: 1, held: 0 });
    const stuck = nodeWith({ batch: {} });
    stuck.report({ pm25: 1 });
    const giving = stuck.close({ flushMs: 1000 });
    await settled();
    await vi.advanceTimersByTimeAsync(1000);
    await giving;
    expect(stuck.stats()).toMatchObject({ delivered: 0, held: 1 });
  });

  test("refuses options that cannot be, by name", () => {
    expect(() => nodeWith({ batch: { maxReadings: 1 } })).toThrow(/batch.maxReadings 1/);
    expect(() => nodeWith({ batch: { maxBytes: 0 } })).toThrow(/batch.maxBytes 0/);
    expect(() => nodeWith({ batch: { maxAgeMs: -1 } })).toThrow(/batch.maxAgeMs -1/);
  });
});

describe("a node that takes commands", () => {
  const lamp = defineSchema({
    name: "lamp",
    id: 9,
    fields: [{ name: "lit", kind: "boolean" }],
    commands: [
      {
        name: "dim",
        id: 1,
        fields: [{ name: "level", unit: "/100", min: 0, max: 100, resolution: 1 }],
      },
      { name: "reboot", id: 2 },
    ],
  });

  function commandPayload(name: "dim" | "reboot", values: object): Uint8Array {
    const asSchema = commandSchema(lamp, name);
    if (asSchema === undefined) throw new Error(`there is no command ${name}`);
    return compileSchema(asSchema).encode({ values: { ...values } });
  }

  function lampWith(onCommand: CommandHandler<[typeof lamp]>, carriesResults = true) {
    let give: (command: IncomingCommand) => void = () => {};
    const transport: Transport = (context) => {
      give = context.onCommand ?? give;
      return { ...farEnd.transport({ carriesKey: true })(context), carriesResults };
    };
    const node = new Node({ id: "l1", boot: 1, schemas: [lamp], transport, onCommand });
    nodes.push(node);
    return { node, give: (command: IncomingCommand) => give(command) };
  }

  test("does them, typed by its schema, and answers in the row of its messages", async () => {
    const levels: number[] = [];
    const { node, give } = lampWith((command) => {
      if (command.name === "dim") levels.push(command.values.level);
      return command.name === "dim";
    });
    node.report({ lit: true });
    give({ id: 500, payload: commandPayload("dim", { level: 40 }) });
    give({ id: 501, payload: commandPayload("reboot", {}) });
    await settled();
    expect(levels).toEqual([40]);
    await farEnd.accept();
    await farEnd.accept();
    expect(farEnd.sent).toMatchObject([
      { sequence: 0, readings: 1 },
      { sequence: 1, readings: 0, result: { commandId: 500, status: "done" } },
      { sequence: 2, readings: 0, result: { commandId: 501, status: "refused" } },
    ]);
    expect(node.stats()).toMatchObject({ commands: 2, reported: 1 });
  });

  test("says of what is unknown, broken or fails that it is so", async () => {
    const { give } = lampWith(async () => {
      throw new Error("no lamp");
    });
    const unknown = Uint8Array.of(0x04, 77);
    give({ id: 1, payload: unknown });
    give({ id: 2, payload: commandPayload("dim", { level: 40 }).slice(0, -1) });
    give({ id: 3, payload: Uint8Array.of(0xff) });
    give({ id: 4, payload: commandPayload("reboot", {}) });
    await settled();
    for (let i = 0; i < 4; i++) await farEnd.accept();
    const results = farEnd.sent.map(({ result }) => result);
    expect(results.toSorted((a, b) => (a?.commandId ?? 0) - (b?.commandId ?? 0))).toEqual([
      { commandId: 1, status: "unknown" },
      { commandId: 2, status: "refused" },
      { commandId: 3, status: "refused" },
      { commandId: 4, status: "failed" },
    ]);
  });

  test("answers nothing where nobody carries it", async () => {
    const { node, give } = lampWith(() => true, false);
    give({ id: 1, payload: commandPayload("reboot", {}) });
    await settled();
    expect(farEnd.sent).toEqual([]);
    expect(node.stats()).toMatchObject({ commands: 1 });
  });

  test("cannot be made of schemas whose commands share an id", () => {
    const other = defineSchema({
      name: "other",
      id: 10,
      fields: [{ name: "a", kind: "boolean" }],
      commands: [{ name: "stop", id: 2 }],
    });
    const transport = farEnd.transport();
    expect(
      () => new Node({ id: "l", boot: 1, schemas: [lamp, other], transport, onCommand: () => {} }),
    ).toThrow(/the commands reboot and stop both have the id 2; give one of them another/);
  });
});

test("any function carries a node's payloads, one after the other", async () => {
  vi.useRealTimers();
  const got: string[] = [];
  const transport = functionTransport(async ({ sequence, payload }, { nodeId }) => {
    got.push(`${nodeId} ${sequence} ${payload.length}`);
  });
  const node = nodeWith({ transport });
  for (let i = 0; i < 3; i++) node.report({ pm25: i });
  await node.flushed();
  expect(got).toEqual(["n1 0 14", "n1 1 14", "n1 2 14"]);
});
