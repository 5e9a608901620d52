import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSpoolError, type SpoolErrorCode } from "./error.js";
import { Spool } from "./spool.js";
import type { SpoolEvent } from "./spool-event.js";
import { Ledger } from "./testing/ledger.js";
import { ManualClock } from "./testing/manual-clock.js";
import { MemoryDisk } from "./testing/memory-disk.js";
import { randomFrom } from "./testing/random.js";

const SEGMENT_BYTES = 16 * 1024;

/** One program after the other on one disk, and what they promised. */
class Street {
  readonly disk = new MemoryDisk();
  readonly clock = new ManualClock();
  readonly ledger = new Ledger();
  readonly events: SpoolEvent[] = [];
  spool: Spool | undefined;
  acked = 0;

  /** Starts a program; the one before is dead. */
  async open(): Promise<Spool> {
    this.spool = undefined;
    const spool = await Spool.open({
      dir: "/spool",
      fs: this.disk.start(),
      clock: this.clock,
      segmentBytes: SEGMENT_BYTES,
      cacheBytes: 2048,
      onDurable: (position) => {
        if (spool === this.spool) this.ledger.noteDurable(position);
      },
      onEvent: (event) => this.events.push(event),
    });
    this.spool = spool;
    await this.ledger.check(spool);
    return spool;
  }

  append(spool: Spool, length: number): number {
    if (spool !== this.spool) throw new Error("this program is dead");
    const text = `${this.ledger.last + 1}:${this.disk.operations}:`;
    const bytes = Buffer.alloc(Math.max(length, text.length), text);
    const position = spool.append(bytes, { stream: `node-${length % 7}` });
    this.ledger.appended(position, bytes);
    return position;
  }
}

async function work(street: Street): Promise<void> {
  const spool = await street.open();
  const cursor = spool.cursor("city");
  for (let round = 0; round < 6; round++) {
    for (let count = 0; count < 4; count++) street.append(spool, 900 + 100 * round);
    await spool.commit();
    const entries = await cursor.read(3);
    cursor.ack(entries.at(-1)?.position ?? 0);
    street.acked = cursor.position;
    if (round % 2 === 1) street.clock.advance(2000);
  }
  await spool.close();
}

describe("power cut", () => {
  test("loses nothing that was durable, at any boundary of any operation", async () => {
    let boundary = 0;
    for (let isThrough = false; !isThrough; boundary++) {
      for (let seed = 0; seed < 6; seed++) {
        const street = new Street();
        const stopped = street.disk.stopAfter(boundary);
        const worked = work(street).then(
          () => true,
          () => false,
        );
        isThrough = await Promise.race([worked, stopped.then(() => false)]);
        street.spool = undefined;
        street.disk.cutPower(randomFrom(seed * 1000 + boundary));
        const spool = await street.open();
        const cursor = spool.cursor("city");
        expect(cursor.position).toBeLessThanOrEqual(street.acked);
        expect(street.events.filter(({ kind }) => kind !== "torn-tail")).toEqual([]);
        street.append(spool, 50);
        await spool.close();
        await (await street.open()).close();
      }
    }
    expect(boundary).toBeGreaterThan(50);
  });
});

type Step =
  | { readonly kind: "append"; readonly lengths: readonly number[] }
  | { readonly kind: "commit" }
  | { readonly kind: "tick"; readonly ms: number }
  | { readonly kind: "ack"; readonly count: number }
  | { readonly kind: "close" }
  | { readonly kind: "kill" }
  | { readonly kind: "cut"; readonly seed: number; readonly afterOperations: number }
  | { readonly kind: "fail"; readonly operation: string; readonly code: string }
  | { readonly kind: "fill"; readonly bytes: number }
  | { readonly kind: "heal" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      lengths: fc.array(fc.nat(3000), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "commit" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("tick" as const), ms: fc.nat(20_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("ack" as const), count: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "close" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "kill" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("cut" as const),
      seed: fc.nat(),
      afterOperations: fc.nat(12),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("fail" as const),
      operation: fc.constantFrom("write", "sync", "open", "rename", "syncDir", "truncate"),
      code: fc.constantFrom("EIO", "ENOSPC", "EROFS"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("fill" as const), bytes: fc.nat(20_000) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "heal" as const }) },
);

/** Lets everything that is under way in the memory disk run to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function reopen(street: Street): Promise<void> {
  street.disk.heal();
  await street.open();
}

/** Takes a refusal of this kind; any other error goes on. */
function allow<T>(code: SpoolErrorCode, value: T): (error: unknown) => T {
  return (error) => {
    if (isSpoolError(error) && error.code === code) return value;
    throw error;
  };
}

async function act(street: Street, spool: Spool, next: Step): Promise<void> {
  const { disk } = street;
  if (next.kind === "append") {
    try {
      for (const length of next.lengths) street.append(spool, length);
    } catch (error) {
      allow("SPOOL_FAILING", undefined)(error);
    }
  } else if (next.kind === "commit") {
    await spool.commit().catch(() => {});
  } else if (next.kind === "tick") {
    street.clock.advance(next.ms);
    await settle();
  } else if (next.kind === "ack") {
    const cursor = spool.cursor("city", { unsynced: true });
    const entries = await cursor.read(next.count).catch(allow("SPOOL_UNREADABLE", []));
    cursor.ack(entries.at(-1)?.position ?? 0);
    expect(cursor.position).toBeLessThanOrEqual(spool.durable);
  } else if (next.kind === "close") {
    await spool.close().catch(() => {});
    await reopen(street);
  } else if (next.kind === "kill") {
    await reopen(street);
  } else if (next.kind === "cut") {
    const stopped = disk.stopAfter(next.afterOperations);
    void spool.commit().catch(() => {});
    await Promise.race([stopped, settle()]);
    street.spool = undefined;
    disk.cutPower(randomFrom(next.seed));
    await reopen(street);
  } else if (next.kind === "fail") {
    disk.failWhen((operation) => (operation === next.operation ? next.code : undefined));
  } else if (next.kind === "fill") {
    disk.capacityBytes = disk.usedBytes + next.bytes;
  } else {
    disk.heal();
  }
}

test("whatever happens, what was durable comes back in order and nothing is invented", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const street = new Street();
      await street.open();
      for (const next of steps) {
        if (street.spool !== undefined) await act(street, street.spool, next);
      }
      street.disk.heal();
      for (let turn = 0; turn < 3; turn++) {
        street.clock.advance(60_000);
        await settle();
      }
      const spool = street.spool;
      expect(spool?.durable).toBe(street.ledger.last);
      expect(spool?.stats().state).toBe("ok");
      expect(street.events.map(({ kind }) => kind)).not.toContain("damaged");
      await spool?.close();
      street.disk.cutPower(randomFrom(1));
      await street.open();
    }),
    { numRuns: Number(process.env.BOLLARD_FULL ? 5000 : 150) },
  );
});
