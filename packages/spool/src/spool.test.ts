import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Spool } from "./spool.js";
import type { SpoolEvent } from "./spool-event.js";
import type { SpoolOptions } from "./spool-options.js";
import { ManualClock } from "./testing/manual-clock.js";

let dir: string;
const opened: Spool[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "spool-"));
});

afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close().catch(() => {});
  await rm(dir, { recursive: true, force: true });
});

async function open(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await Spool.open({ dir, ...options });
  opened.push(spool);
  return spool;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const texts = (entries: readonly { bytes: Uint8Array }[]) =>
  entries.map((entry) => new TextDecoder().decode(entry.bytes));

describe("Spool", () => {
  test("gives back what was appended, in order, after it was closed and opened again", async () => {
    const first = await open();
    expect(first.append(bytes("a"), { stream: "n1", timeMs: 1000, keep: true })).toBe(1);
    expect(first.append(bytes("b"), { timeMs: 999 })).toBe(2);
    await first.close();
    const second = await open();
    expect(second.append(bytes("c"), { stream: "n2", timeMs: 2000 })).toBe(3);
    await second.commit();
    const entries = await second.cursor("city").read(10);
    expect(
      entries.map((entry) => ({ ...entry, bytes: new TextDecoder().decode(entry.bytes) })),
    ).toEqual([
      { position: 1, bytes: "a", timeMs: 1000, stream: "n1", keep: true },
      { position: 2, bytes: "b", timeMs: 999, keep: false },
      { position: 3, bytes: "c", timeMs: 2000, stream: "n2", keep: false },
    ]);
  });

  test("commits once the delay of the first waiting entry is over", async () => {
    const clock = new ManualClock();
    const spool = await open({ clock, commitDelayMs: 1000 });
    spool.append(bytes("a"));
    clock.advance(600);
    spool.append(bytes("b"));
    expect(spool.durable).toBe(0);
    clock.advance(400);
    await spool.whenDurable(2);
    expect(spool.durable).toBe(2);
    expect(spool.stats().syncs).toBe(1);
  });

  test("counts the delay from the append, also of what comes while the disk is busy", async () => {
    const clock = new ManualClock();
    const spool = await open({ clock, commitDelayMs: 1000 });
    spool.append(bytes("a"));
    clock.advance(1000);
    spool.append(bytes("b"));
    clock.advance(1000);
    await spool.whenDurable(2);
    expect(spool.durable).toBe(2);
  });

  test("commits at once when commitBytes wait", async () => {
    const spool = await open({ clock: new ManualClock(), commitBytes: 100 });
    const seen: number[] = [];
    spool.append(new Uint8Array(60));
    expect(spool.stats().pendingBytes).toBeGreaterThan(60);
    const last = spool.append(new Uint8Array(60));
    await spool.whenDurable(last);
    seen.push(spool.durable);
    expect(seen).toEqual([2]);
  });

  test("shows entries before they are on the disk only to who asks for it", async () => {
    const clock = new ManualClock();
    const spool = await open({ clock });
    const eager = spool.cursor("eager", { unsynced: true });
    const careful = spool.cursor("careful");
    const ready = eager.wait();
    spool.append(bytes("a"));
    expect(await ready).toBe(true);
    expect(texts(await eager.read(5))).toEqual(["a"]);
    expect(await careful.read(5)).toEqual([]);
    eager.ack(1);
    expect(eager.position).toBe(0);
    await spool.commit();
    expect(eager.position).toBe(1);
    expect(texts(await careful.read(5))).toEqual(["a"]);
  });

  test("keeps each cursor where it acknowledged, and reads on from there", async () => {
    const first = await open({ segmentBytes: 16384 });
    for (let i = 1; i <= 2000; i++) first.append(bytes(`entry ${i}`));
    await first.commit();
    const slow = first.cursor("slow");
    expect(texts(await slow.read(3))).toEqual(["entry 1", "entry 2", "entry 3"]);
    slow.ack(2);
    const fast = first.cursor("fast");
    fast.ack(1990);
    await first.close();
    const second = await open({ segmentBytes: 16384 });
    expect(texts(await second.cursor("slow").read(2))).toEqual(["entry 3", "entry 4"]);
    const fastAgain = second.cursor("fast");
    expect(fastAgain.backlog).toBe(10);
    expect(texts(await fastAgain.read(100))).toEqual(
      Array.from({ length: 10 }, (_, i) => `entry ${1991 + i}`),
    );
    const all = second.cursor("all");
    const read: string[] = [];
    for (;;) {
      const some = texts(await all.read(97));
      if (some.length === 0) break;
      read.push(...some);
    }
    expect(read).toEqual(Array.from({ length: 2000 }, (_, i) => `entry ${1 + i}`));
    expect(second.stats().segments).toBeGreaterThan(2);
  });

  test("reads again from the first entry that is not done with after a rewind", async () => {
    const spool = await open();
    for (const text of ["a", "b", "c"]) spool.append(bytes(text));
    await spool.commit();
    const cursor = spool.cursor("city");
    await cursor.read(3);
    cursor.ack(1);
    cursor.rewind();
    expect(texts(await cursor.read(3))).toEqual(["b", "c"]);
  });

  test("refuses a second opening, and takes over the lock of a dead process", async () => {
    const first = await open();
    await expect(Spool.open({ dir })).rejects.toMatchObject({ code: "SPOOL_LOCKED" });
    await first.close();
    await writeFile(join(dir, "lock"), JSON.stringify({ pid: 2 ** 22 + 1, boot: "", started: "" }));
    const second = await open();
    await second.close();
    // The same process id, given to another process since.
    await writeFile(
      join(dir, "lock"),
      JSON.stringify({ pid: process.pid, boot: "x", started: "" }),
    );
    await open();
  });

  test("an empty lock is one that is being written, for two seconds, or one that a crash left", async () => {
    const path = join(dir, "lock");
    const own = await open();
    const lock = await readFile(path, "utf8");
    await own.close();
    await writeFile(path, "");
    const opening = Spool.open({ dir });
    // Its owner writes it, and lives: this process, since nothing else is sure to.
    setTimeout(() => void writeFile(path, lock), 100);
    await expect(opening).rejects.toThrow(`process ${process.pid} has it open`);
    for (const hours of [-1, 1]) {
      await writeFile(path, "");
      const then = new Date(Date.now() + hours * 3_600_000);
      await utimes(path, then, then);
      await (await open()).close();
    }
  });

  test("says why a folder cannot be opened", async () => {
    await writeFile(join(dir, "file"), "");
    await expect(Spool.open({ dir: join(dir, "file") })).rejects.toMatchObject({
      code: "SPOOL_FAILING",
      path: join(dir, "file"),
      cause: { code: "EEXIST" },
    });
  });

  test("cuts a torn tail and says so", async () => {
    const first = await open();
    for (const text of ["a", "b", "c"]) first.append(bytes(text));
    await first.close();
    await damage(-1);
    const events: SpoolEvent[] = [];
    const second = await open({ onEvent: (event) => events.push(event) });
    expect(second.last).toBe(2);
    expect(events).toEqual([{ kind: "torn-tail", file: "0000000001.seg", lastPosition: 2 }]);
    expect(second.append(bytes("d"))).toBe(3);
    await second.commit();
    expect(texts(await second.cursor("city").read(5))).toEqual(["a", "b", "d"]);
  });

  test("skips and counts a damaged entry in the middle, loudly", async () => {
    const first = await open();
    for (const text of ["first", "second", "third"]) {
      first.append(bytes(text));
      await first.commit();
    }
    await first.close();
    const path = join(dir, "0000000001.seg");
    const content = await readFile(path);
    const at = content.indexOf("second");
    content[at] = (content[at] ?? 0) ^ 0x20;
    await writeFile(path, content);
    const events: SpoolEvent[] = [];
    const second = await open({ onEvent: (event) => events.push(event) });
    expect(events).toMatchObject([{ kind: "damaged", firstPosition: 2, lastPosition: 2 }]);
    const cursor = second.cursor("city");
    expect(texts(await cursor.read(5))).toEqual(["first", "third"]);
    expect(cursor.lost).toEqual({ damaged: 1, dropped: 0, thinned: 0, erased: 0 });
  });

  test("refuses what is too long or has no sensible time", async () => {
    const spool = await open({ segmentBytes: 16384 });
    expect(() => spool.append(new Uint8Array(10_000))).toThrow(/SPOOL_ENTRY_TOO_LONG/);
    expect(() => spool.append(bytes("a"), { timeMs: 1.5 })).toThrow(/SPOOL_BAD_OPTION/);
    expect(() => spool.append(bytes("a"), { stream: "é".repeat(128) })).toThrow(/SPOOL_BAD_OPTION/);
    await expect(Spool.open({ dir: `${dir}2`, segmentBytes: 1 })).rejects.toMatchObject({
      code: "SPOOL_BAD_OPTION",
    });
    await spool.close();
    expect(() => spool.append(bytes("a"))).toThrow(/SPOOL_CLOSED/);
    expect(await readdir(dir)).not.toContain("lock");
  });
});

/** Flips a bit in the last byte that is not zero, and `offset` from there. */
async function damage(offset: number): Promise<void> {
  const path = join(dir, "0000000001.seg");
  const content = await readFile(path);
  let last = content.length - 1;
  while (content[last] === 0) last--;
  content[last + offset + 1] = (content[last + offset + 1] ?? 0) ^ 1;
  await writeFile(path, content);
}
