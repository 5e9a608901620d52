import { describe, expect, test } from "vitest";
import type { Spool } from "./spool.js";
import type { BacklogPolicy } from "./spool-options.js";
import { allow, Street, settle } from "./testing/crash-street.js";
import { randomFrom } from "./testing/random.js";

const POLICIES: readonly BacklogPolicy[] = ["refuse", "drop-oldest", "thin"];

/**
 * A day of a spool: commits, reads, cursors kept, history let go, the backlog at its bound (segments
 * dropped or thinned), a stream erased, an orderly end.
 */
async function work(street: Street): Promise<void> {
  const spool = await street.open();
  for (let round = 0; round < 9; round++) {
    for (let count = 0; count < 4; count++) street.append(spool, 900 + 200 * round);
    if (round === 6 && street.policy !== "refuse") {
      for (let count = 0; count < 20; count++) street.append(spool, 2500);
    }
    await spool.commit();
    await street.read(spool, 2);
    if (round % 3 === 1) street.clock.advance(2000);
    if (round === 7) await street.erase(spool, "node-4");
  }
  await spool.close();
}

/** Runs a task up to the operation after `boundary` more, then cuts the power. True: it came to its end before. */
async function cutAt(
  street: Street,
  boundary: number,
  seed: number,
  task: (street: Street) => Promise<unknown>,
): Promise<boolean> {
  const stopped = street.disk.stopAfter(boundary);
  const worked = task(street).then(
    () => true,
    (error: unknown) => allow(["SPOOL_FULL"], true)(error),
  );
  const isThrough = await Promise.race([worked, stopped.then(() => false)]);
  street.spool = undefined;
  street.disk.cutPower(randomFrom(seed));
  return isThrough;
}

/** Opens what is left, checks it against all that was promised, and goes on with it. */
async function checkAndGoOn(street: Street): Promise<void> {
  const spool = await street.open();
  expect(street.events.map(({ kind }) => kind)).not.toContain("damaged");
  await street.read(spool, 100);
  street.append(spool, 50);
  await spool.close();
  await (await street.open()).close();
}

const isFull = process.env.BOLLARD_FULL === "1";
const SEEDS = isFull ? 8 : 1;
/** Every boundary in the long run; a share of them else, another one for each policy. */
const STEP = isFull ? 1 : 3;

describe("power cut", () => {
  test.each(POLICIES)(
    "loses nothing uncounted, at any boundary of any operation (%s)",
    async (policy) => {
      let boundary = isFull ? 0 : POLICIES.indexOf(policy);
      for (let isThrough = false; !isThrough; boundary += STEP) {
        for (let seed = 0; seed < SEEDS; seed++) {
          const street = new Street(policy);
          isThrough = await cutAt(street, boundary, seed * 1000 + boundary, work);
          await checkAndGoOn(street);
        }
      }
      expect(boundary).toBeGreaterThan(100);
    },
    600_000,
  );

  test("loses nothing when it comes again while the log is being recovered", async () => {
    for (let first = 20; first < 110; first += isFull ? 1 : 15) {
      for (let boundary = 0; ; boundary++) {
        const street = new Street("thin");
        await cutAt(street, first, first, work);
        const isThrough = await cutAt(street, boundary, boundary, (it) => it.open());
        await checkAndGoOn(street);
        if (isThrough) break;
      }
    }
  }, 600_000);
});

/** The same day on a disk that fails now and then: what it refuses is refused here, too. */
async function workUndaunted(street: Street): Promise<void> {
  const refused = ["SPOOL_FAILING", "SPOOL_FULL"] as const;
  const spool = await street.open().catch(allow(refused, undefined));
  if (spool === undefined) return;
  for (let round = 0; round < 9; round++) {
    try {
      for (let count = 0; count < 6; count++) street.append(spool, 900 + 400 * round);
    } catch (error) {
      allow(refused, undefined)(error);
    }
    await spool.commit().catch(allow(refused, undefined));
    await street.read(spool, 2);
    street.clock.advance(2000);
    await settle();
    if (round === 7) await street.erase(spool, "node-4");
  }
}

const CODES = ["ENOSPC", "EIO", "EROFS", "EACCES"];

describe("a disk that fails", () => {
  test.each(POLICIES)(
    "is never acknowledged for, at whichever call it fails, and is used again (%s)",
    async (policy) => {
      let isThrough = false;
      const start = isFull ? 0 : POLICIES.indexOf(policy);
      for (let failing = start; !isThrough; failing += STEP) {
        const codes = isFull ? CODES : [CODES[failing % CODES.length] as string];
        for (const code of codes) {
          for (const times of isFull ? [1, 5] : [1 + 4 * (failing % 2)]) {
            const street = new Street(policy);
            isThrough = await failAt(street, failing, times, code);
            await healAndCheck(street);
          }
        }
      }
    },
    600_000,
  );
});

/** True where the work came to its end before that call. */
async function failAt(
  street: Street,
  failing: number,
  times: number,
  code: string,
): Promise<boolean> {
  let calls = 0;
  street.disk.failWhen((operation) => {
    const call = calls++;
    // A place that cannot be read again and again is damage, which is another matter.
    const isDue =
      call === failing || (call > failing && call < failing + times && operation !== "read");
    return isDue ? code : undefined;
  });
  await workUndaunted(street);
  return calls <= failing;
}

async function healAndCheck(street: Street): Promise<void> {
  street.disk.heal();
  const spool: Spool = street.spool ?? (await street.open());
  for (let turn = 0; turn < 3; turn++) {
    street.clock.advance(60_000);
    await settle();
  }
  expect(spool.durable).toBe(street.ledger.last);
  expect(spool.stats().state).not.toBe("failing");
  await street.read(spool, 1000);
  street.spool = undefined;
  street.disk.cutPower(randomFrom(street.disk.operations));
  await checkAndGoOn(street);
}
