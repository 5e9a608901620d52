import fc from "fast-check";
import { expect, test } from "vitest";
import type { Spool } from "./spool.js";
import type { BacklogPolicy } from "./spool-options.js";
import { allow, Street, settle } from "./testing/crash-street.js";
import { randomFrom } from "./testing/random.js";

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

async function reopen(street: Street): Promise<void> {
  street.disk.heal();
  await street.open();
}

async function act(street: Street, spool: Spool, next: Step): Promise<void> {
  const { disk } = street;
  if (next.kind === "append") {
    try {
      for (const length of next.lengths) street.append(spool, length);
    } catch (error) {
      allow(["SPOOL_FULL", "SPOOL_FAILING"], undefined)(error);
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
    { numRuns: Number(process.env.BOLLARD_FULL === "1" ? 2000 : 50) },
  );
}, 900_000);
