import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodePayload } from "../index.js";
import { air } from "../testing/street-air.js";
import { type DiskQueueOptions, openQueue } from "./disk-queue.js";
import { Node } from "./node.js";
import type { OutgoingMessage, Transport } from "./transport.js";

let folder = "";
const nodes: { close(): Promise<void> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bollard-queue-"));
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  rmSync(folder, { recursive: true });
});

/** A far end that takes so many messages and then is away. */
class FarEnd {
  readonly got: OutgoingMessage[] = [];
  room = 0;

  readonly transport: Transport = () => ({
    maxInFlight: 4,
    carriesKey: false,
    send: async (message) => {
      if (this.got.length >= this.room) throw new Error("away");
      this.got.push(message);
    },
    close: async () => {},
  });

  get values(): unknown[] {
    return this.got.flatMap(({ payload }) =>
      decodePayload(air, payload).readings.map(({ values }) => values.pm25),
    );
  }

  get keys(): string[] {
    return this.got.map(({ payload }) => {
      const { boot, sequence } = decodePayload(air, payload).key ?? {};
      return `${boot}-${sequence}`;
    });
  }
}

async function startNode(
  farEnd: FarEnd,
  boot: number,
  options: Partial<DiskQueueOptions> & { batch?: { maxReadings: number } } = {},
) {
  const { batch, ...more } = options;
  const dir = join(folder, "queue");
  const queue = await openQueue({ dir, boot, commitDelayMs: 0, ...more });
  const node = new Node({
    id: "n1",
    schemas: [air],
    transport: farEnd.transport,
    retryMs: 1,
    queue,
    ...(batch === undefined ? {} : { batch }),
  });
  nodes.push(node);
  return node;
}

describe("a queue on disk", () => {
  test("sends after a restart what the far end did not have, under the keys it had", async () => {
    const farEnd = new FarEnd();
    farEnd.room = 2;
    const first = await startNode(farEnd, 7);
    for (const pm25 of [1, 2, 3, 4, 5]) {
      expect(first.report({ pm25 })).toEqual({ boot: 7, sequence: pm25 - 1 });
    }
    await expect.poll(() => first.stats().held).toBe(3);
    await first.close();
    farEnd.room = 99;
    const second = await startNode(farEnd, 8);
    expect(second.boot).toBe(7);
    expect(second.report({ pm25: 6 })).toEqual({ boot: 7, sequence: 5 });
    await second.flushed();
    expect(farEnd.values).toEqual([1, 2, 3, 4, 5, 6]);
    expect(farEnd.keys).toEqual(["7-0", "7-1", "7-2", "7-3", "7-4", "7-5"]);
    expect(second.stats()).toMatchObject({ held: 0, dropped: 0, delivered: 4 });
  });

  test("holds a batch as one message", async () => {
    const farEnd = new FarEnd();
    const node = await startNode(farEnd, 1, { batch: { maxReadings: 2 } });
    for (const pm25 of [1, 2, 3, 4, 5]) node.report({ pm25 });
    expect(node.stats()).toMatchObject({ reported: 5, held: 3 });
    farEnd.room = 99;
    await node.flushed();
    expect(farEnd.got.map(({ readings }) => readings)).toEqual([2, 2, 1]);
    expect(farEnd.keys).toEqual(["1-0", "1-1", "1-2"]);
  });

  test("a crash takes the batch that is open, and nothing of what was closed before it", async () => {
    const node = await startNode(new FarEnd(), 1, { batch: { maxReadings: 2 } });
    const afterCrash = async (): Promise<unknown[]> => {
      const farEnd = new FarEnd();
      farEnd.room = 99;
      // What is on disk now, without what the program has in memory; it holds no lock any more.
      const dir = join(folder, "crashed");
      const filter = (path: string) => basename(path) !== "lock";
      cpSync(join(folder, "queue"), dir, { recursive: true, filter });
      const again = await startNode(farEnd, 2, { dir });
      await again.flushed();
      await again.close();
      rmSync(dir, { recursive: true });
      return farEnd.values;
    };
    for (const pm25 of [1, 2, 3]) node.report({ pm25 });
    await expect.poll(afterCrash).toEqual([1, 2]);
    // An alarm takes what was measured before it along.
    node.report({ pm25: 4 }, { alarm: true });
    await expect.poll(afterCrash).toEqual([1, 2, 3, 4]);
    node.report({ pm25: 5 });
    await node.close();
    expect(await afterCrash()).toEqual([1, 2, 3, 4, 5]);
  });

  test("reads far more than it holds in memory, in order", async () => {
    const farEnd = new FarEnd();
    const node = await startNode(farEnd, 1);
    const values = Array.from({ length: 500 }, (_, index) => index);
    for (const pm25 of values) node.report({ pm25 });
    farEnd.room = 1000;
    await node.flushed();
    expect(farEnd.values).toEqual(values);
  });

  test("refuses at its bound, or drops the oldest, and counts either", async () => {
    const refusing = await startNode(new FarEnd(), 1, { maxBytes: 65_536, whenFull: "refuse" });
    let taken = 0;
    for (let pass = 0; pass < 100 && refusing.stats().refused === 0; pass++) {
      for (let i = 0; i < 100; i++) if (refusing.report({ pm25: 1 })) taken++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(refusing.stats().refused).toBeGreaterThan(0);
    expect(refusing.stats()).toMatchObject({ reported: taken, held: taken, dropped: 0 });
    await refusing.close();
    rmSync(join(folder, "queue"), { recursive: true });

    const dropping = await startNode(new FarEnd(), 1, { maxBytes: 65_536 });
    await expect
      .poll(() => {
        for (let i = 0; i < 200; i++) dropping.report({ pm25: 1 });
        return dropping.stats().dropped;
      })
      .toBeGreaterThan(0);
    const { reported, held, dropped } = dropping.stats();
    expect(held + dropped).toBe(reported);
  }, 20_000);

  test("tells what is wrong with its folder", async () => {
    await expect(openQueue({ dir: folder, boot: 0 })).rejects.toThrow(/boot 0.*SDK_BAD_OPTION/);
    writeFileSync(join(folder, "file"), "");
    await expect(openQueue({ dir: join(folder, "file"), boot: 1 })).rejects.toThrow(/SDK_QUEUE/);
    writeFileSync(join(folder, "node.json"), "{}");
    await expect(openQueue({ dir: folder, boot: 1 })).rejects.toThrow(
      /node.json holds no boot and life; remove the queue's folder \(SDK_QUEUE\)/,
    );
    const farEnd = new FarEnd();
    await startNode(farEnd, 1);
    await expect(openQueue({ dir: join(folder, "queue"), boot: 1 })).rejects.toThrow(/SDK_QUEUE/);
  });
});
