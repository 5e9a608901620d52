import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSpoolError, type SpoolErrorCode } from "./error.js";
import { Spool } from "./spool.js";
import type { SpoolCursor } from "./spool-cursor.js";
import type { SpoolEvent } from "./spool-event.js";
import type { BacklogPolicy } from "./spool-options.js";
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
  /** Positions the city has read, also those of programs that are dead. */
  readonly delivered = new Set<number>();
  readonly policy: BacklogPolicy;
  /** Each stream that was erased, up to which position. */
  readonly erased = new Map<string, number>();
  #isWhole = true;
  spool: Spool | undefined;

  constructor(policy: BacklogPolicy = "refuse") {
    this.policy = policy;
    if (policy === "thin") this.#isWhole = false;
  }

  /** Starts a program; the one before is dead. */
  async open(): Promise<Spool> {
    this.spool = undefined;
    const spool = await Spool.open({
      dir: "/spool",
      fs: this.disk.start(),
      clock: this.clock,
      segmentBytes: SEGMENT_BYTES,
      cacheBytes: 2048,
      maxBytes: 4 * SEGMENT_BYTES,
      historyBytes: SEGMENT_BYTES,
      policy: this.policy,
      onDurable: (position) => {
        if (spool === this.spool) this.ledger.noteDurable(position);
      },
      onEvent: (event) => this.events.push(event),
    });
    this.spool = spool;
    this.city(spool);
    await this.ledger.check(spool, this.#isWhole);
    for await (const entries of spool.replay()) {
      for (const { position, stream = "" } of entries) {
        expect(position).toBeGreaterThan(this.erased.get(stream) ?? 0);
      }
    }
    for (const position of this.delivered) {
      if (position > spool.last) this.delivered.delete(position);
    }
    this.checkCity(spool);
    return spool;
  }

  async erase(spool: Spool, stream: string): Promise<void> {
    this.#isWhole = false;
    const { last } = spool;
    try {
      await spool.erase(stream);
      this.erased.set(stream, last);
    } catch {
      // It may be erased from some segments; nothing was promised.
    }
  }

  city(spool: Spool): SpoolCursor {
    return spool.cursor("city", { unsynced: true });
  }

  async read(spool: Spool, count: number): Promise<void> {
    const city = this.city(spool);
    const entries = await city.read(count).catch(allow("SPOOL_UNREADABLE", []));
    for (const entry of entries) {
      this.ledger.checkEntry(entry);
      this.delivered.add(entry.position);
    }
    city.ack(entries.at(-1)?.position ?? 0);
    this.checkCity(spool);
  }

  /** Everything the city is done with was delivered, or is counted. */
  checkCity(spool: Spool): void {
    const { position, lost } = this.city(spool);
    expect(position).toBeLessThanOrEqual(spool.durable);
    expect(spool.stats().oldest).toBeLessThanOrEqual(position + 1);
    let missed = 0;
    for (let at = 1; at <= position; at++) if (!this.delivered.has(at)) missed++;
    const counted = lost.damaged + lost.dropped + lost.thinned + lost.erased;
    if (this.policy === "refuse") expect(counted).toBe(lost.erased);
    expect(missed).toBeLessThanOrEqual(counted);
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
  for (let round = 0; round < 9; round++) {
    for (let count = 0; count < 4; count++) street.append(spool, 900 + 200 * round);
    if (round === 6 && street.policy !== "refuse")
      for (let count = 0; count < 20; count++) street.append(spool, 2500);
    await spool.commit();
    await street.read(spool, 2);
    if (round % 3 === 1) street.clock.advance(2000);
  }
  await spool.close();
}

const SEEDS = process.env.BOLLARD_FULL ? 8 : 1;

describe("power cut", () => {
  test.each<BacklogPolicy>(["refuse", "drop-oldest", "thin"])(
    "loses nothing uncounted, at any boundary of any operation (%s)",
    async (policy) => {
      let boundary = 0;
      for (let isThrough = false; !isThrough; boundary++) {
        for (let seed = 0; seed < SEEDS; seed++) {
          const street = new Street(policy);
          const stopped = street.disk.stopAfter(boundary);
          const worked = work(street).then(
            () => true,
            (error) => error,
          );
          const result = await Promise.race([worked, stopped.then(() => false)]);
          if (result instanceof Error && !/SPOOL_FULL/.test(result.message)) throw result;
          isThrough = result !== false;
          street.spool = undefined;
          street.disk.cutPower(randomFrom(seed * 1000 + boundary));
          const spool = await street.open();
          expect(street.events.map(({ kind }) => kind)).not.toContain("damaged");
          await street.read(spool, 100);
          street.append(spool, 50);
          await spool.close();
          await (await street.open()).close();
        }
      }
      expect(boundary).toBeGreaterThan(60);
    },
    300_000,
  );
}, 900_000);

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
  | { readonly kind: "erase"; readonly node: number }
  | { readonly kind: "heal" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      lengths: fc.array(fc.nat(3000), { minLength: 1, maxLength: 20 }),
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("erase" as const), node: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "heal" as const }) },
);

const policy = fc.constantFrom<BacklogPolicy>("refuse", "drop-oldest", "thin");

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
      const isFull = isSpoolError(error) && error.code === "SPOOL_FULL";
      allow(isFull ? "SPOOL_FULL" : "SPOOL_FAILING", undefined)(error);
    }
  } else if (next.kind === "commit") {
    await spool.commit().catch(() => {});
  } else if (next.kind === "tick") {
    street.clock.advance(next.ms);
    await settle();
  } else if (next.kind === "ack") {
    await street.read(spool, next.count);
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
  } else if (next.kind === "erase") {
    await street.erase(spool, `node-${next.node}`);
  } else if (next.kind === "fill") {
    disk.capacityBytes = disk.usedBytes + next.bytes;
  } else {
    disk.heal();
  }
}

test("whatever happens, what was durable comes back in order and nothing is invented", async () => {
  await fc.assert(
    fc.asyncProperty(
      policy,
      fc.array(step, { maxLength: 60, size: "max" }),
      async (policy, steps) => {
        const street = new Street(policy);
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
        expect(spool?.stats().state).not.toBe("failing");
        expect(street.events.map(({ kind }) => kind)).not.toContain("damaged");
        await spool?.close();
        street.disk.cutPower(randomFrom(1));
        await street.open();
      },
    ),
    { numRuns: Number(process.env.BOLLARD_FULL ? 2000 : 50) },
  );
}, 900_000);
