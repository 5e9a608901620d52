import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodePayload } from "../index.js";
import { air, health } from "../testing/street-air.js";
import { functionTransport } from "./function-transport.js";
import { Node, type NodeOptions } from "./node.js";
import type { OutgoingMessage, Transport } from "./transport.js";

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
  for (let i = 0; i < 5; i++) await Promise.resolve();
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
