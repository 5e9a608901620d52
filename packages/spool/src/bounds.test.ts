import { describe, expect, test } from "vitest";
import { Spool } from "./spool.js";
import type { SpoolCursor } from "./spool-cursor.js";
import type { SpoolEvent } from "./spool-event.js";
import type { SpoolOptions } from "./spool-options.js";
import { ManualClock } from "./testing/manual-clock.js";
import { MemoryDisk } from "./testing/memory-disk.js";

const SEGMENT_BYTES = 16 * 1024;
const DAY_MS = 24 * 3_600_000;

function street(options: Partial<SpoolOptions> = {}) {
  const disk = new MemoryDisk();
  const clock = new ManualClock();
  const events: SpoolEvent[] = [];
  const open = () =>
    Spool.open({
      dir: "/spool",
      fs: disk.start(),
      clock,
      segmentBytes: SEGMENT_BYTES,
      maxBytes: 4 * SEGMENT_BYTES,
      historyBytes: 2 * SEGMENT_BYTES,
      cacheBytes: 0,
      onEvent: (event) => events.push(event),
      ...options,
    });
  return { disk, clock, events, open };
}

/** Appends so many entries of a kilobyte, each node in turn, with a commit now and then. */
async function fill(spool: Spool, count: number, keepEvery = 0): Promise<void> {
  for (let i = 0; i < count; i++) {
    const keep = keepEvery > 0 && i % keepEvery === 0;
    spool.append(Buffer.alloc(1000, i), { stream: `node-${i % 3}`, keep });
    if (i % 4 === 3) await spool.commit();
  }
  await spool.commit();
}

async function positionsOf(cursor: SpoolCursor): Promise<number[]> {
  const positions: number[] = [];
  for (;;) {
    const entries = await cursor.read(7);
    if (entries.length === 0) return positions;
    positions.push(...entries.map(({ position }) => position));
  }
}

const NONE = { damaged: 0, dropped: 0, thinned: 0, erased: 0 };

describe("the backlog's bound", () => {
  test("refuses, says so, and takes entries again once a cursor has moved on", async () => {
    const { open, events } = street();
    const spool = await open();
    const city = spool.cursor("city");
    await expect(fill(spool, 100)).rejects.toMatchObject({ code: "SPOOL_FULL" });
    await spool.commit();
    expect(spool.stats()).toMatchObject({ state: "full", refusedEntries: 1 });
    expect(spool.stats().usedBytes).toBeLessThanOrEqual(4 * SEGMENT_BYTES);
    const held = spool.last;
    city.ack(40);
    expect(spool.append(Buffer.alloc(1000))).toBe(held + 1);
    expect(spool.stats().state).toBe("ok");
    expect(events.map(({ kind }) => kind)).toEqual(["full", "room"]);
    expect((await positionsOf(city)).length).toBe(held - 40);
    expect(city.lost).toEqual(NONE);
    await spool.close();
  });

  test("drops the oldest segments, and counts them for each cursor that had not read them", async () => {
    const { open, events } = street({ policy: "drop-oldest" });
    const spool = await open();
    const fast = spool.cursor("fast");
    const slow = spool.cursor("slow");
    await fill(spool, 20);
    fast.ack(20);
    await fill(spool, 100);
    expect(spool.stats().usedBytes).toBeLessThanOrEqual(4 * SEGMENT_BYTES);
    const kept = await positionsOf(slow);
    expect(kept.at(-1)).toBe(120);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 121 - kept.length + i));
    expect(slow.lost).toEqual({ ...NONE, dropped: 120 - kept.length });
    expect(fast.lost).toEqual({ ...NONE, dropped: 100 - kept.length });
    const dropped = events.flatMap((event) => (event.kind === "dropped" ? [event.entries] : []));
    expect(dropped.reduce((sum, entries) => sum + entries, 0)).toBe(120 - kept.length);
    await spool.close();
    expect((await open()).stats().cursors.slow?.lost).toEqual(slow.lost);
  });

  test("thins older segments more than newer ones, keeps what is marked, counts the rest", async () => {
    const { open, events } = street({ policy: "thin" });
    const spool = await open();
    const city = spool.cursor("city");
    await fill(spool, 300, 50);
    expect(spool.stats().usedBytes).toBeLessThanOrEqual(4 * SEGMENT_BYTES);
    expect(events.map(({ kind }) => kind)).toContain("thinned");
    const read: { position: number; stream: string | undefined; keep: boolean }[] = [];
    for (;;) {
      const entries = await city.read(10);
      if (entries.length === 0) break;
      for (const { position, stream, keep, bytes } of entries) {
        expect(bytes).toEqual(new Uint8Array(Buffer.alloc(1000, position - 1)));
        expect(stream).toBe(`node-${(position - 1) % 3}`);
        read.push({ position, stream, keep });
      }
    }
    const positions = read.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    const { thinned, dropped, damaged } = city.lost;
    expect(damaged).toBe(0);
    expect(thinned + dropped + read.length).toBe(300);
    const oldest = spool.stats().oldest;
    for (let position = 1; position <= 300; position += 50) {
      if (position >= oldest) expect(positions).toContain(position);
    }
    await spool.close();
    const again = await open();
    expect(await positionsOf(again.cursor("again"))).toEqual(positions);
    await again.close();
  });

  test("without any cursor everything is backlog", async () => {
    const { open } = street();
    const spool = await open();
    await expect(fill(spool, 100)).rejects.toMatchObject({ code: "SPOOL_FULL" });
    expect(spool.stats().oldest).toBe(1);
  });

  test("a cursor that is removed holds nothing back", async () => {
    const { open } = street();
    const spool = await open();
    spool.cursor("gone");
    spool.cursor("city").ack(0);
    await expect(fill(spool, 100)).rejects.toMatchObject({ code: "SPOOL_FULL" });
    await spool.commit();
    spool.cursor("city").ack(spool.last);
    expect(spool.stats().state).toBe("full");
    await spool.removeCursor("gone");
    expect(spool.stats().state).toBe("ok");
  });
});

describe("the history's bound", () => {
  test("keeps what all cursors are done with, up to its bytes, and uses files again", async () => {
    const { open, disk } = street();
    const spool = await open();
    const city = spool.cursor("city");
    for (let round = 0; round < 30; round++) {
      await fill(spool, 10);
      city.ack(spool.last);
    }
    const stats = spool.stats();
    expect(stats.usedBytes).toBeLessThanOrEqual(4 * SEGMENT_BYTES);
    expect(stats.oldest).toBeGreaterThan(200);
    expect(stats.preparedBytes).toBeLessThan(7 * SEGMENT_BYTES);
    expect(disk.usedBytes).toBeLessThan(7 * SEGMENT_BYTES);
    expect(city.lost).toEqual(NONE);
    const late = spool.cursor("late");
    expect((await positionsOf(late))[0]).toBe(stats.oldest);
  });

  test("lets go of what is older than its time, also while little comes in", async () => {
    const { open, clock } = street({ historyMs: 7 * DAY_MS });
    const spool = await open();
    const city = spool.cursor("city");
    for (let day = 0; day < 20; day++) {
      spool.append(Buffer.from([day]));
      await spool.commit();
      city.ack(spool.last);
      clock.advance(DAY_MS);
    }
    expect(spool.stats().oldest).toBeGreaterThanOrEqual(11);
    expect(spool.stats().oldest).toBeLessThanOrEqual(14);
  });
});

describe("maxBehind", () => {
  test("cuts a cursor loose, loudly, and lets the others go on", async () => {
    const { open, events } = street();
    const spool = await open();
    const broken = spool.cursor("broken", { maxBehind: 20 });
    const city = spool.cursor("city");
    for (let round = 0; round < 30; round++) {
      await fill(spool, 10);
      city.ack(spool.last);
    }
    expect(broken.isLoose).toBe(true);
    expect(city.isLoose).toBe(false);
    expect(events[0]).toMatchObject({ kind: "cut-loose", cursor: "broken" });
    const kept = await positionsOf(broken);
    expect(kept.length + broken.position).toBe(300);
    expect(kept[0]).toBe(spool.stats().oldest);
    broken.ack(300);
    expect(broken.isLoose).toBe(false);
    expect(events.at(-1)).toEqual({ kind: "caught-up", cursor: "broken" });
    expect(broken.lost.dropped).toBe((kept[0] ?? 0) - 1);
    await spool.close();
  });
});

describe("a full disk", () => {
  test("refuses when nothing may go, keeps what was appended, and recovers", async () => {
    const { open, disk, clock, events } = street();
    const spool = await open();
    spool.cursor("city");
    await fill(spool, 8);
    disk.capacityBytes = disk.usedBytes;
    spool.append(Buffer.alloc(7000));
    spool.append(Buffer.alloc(7000));
    await expect(spool.commit()).rejects.toMatchObject({ code: "SPOOL_FAILING" });
    expect(spool.durable).toBeLessThan(10);
    expect(() => spool.append(Buffer.alloc(1))).toThrow(/SPOOL_FAILING/);
    expect(spool.stats()).toMatchObject({ state: "failing", last: 10 });
    disk.heal();
    const back = spool.whenDurable(10);
    clock.advance(10_000);
    await back;
    expect(spool.stats().state).toBe("ok");
    expect(events.map(({ kind }) => kind)).toEqual(["failing", "recovered"]);
    expect(await positionsOf(spool.cursor("city"))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test("lets history go before it refuses", async () => {
    const { open, disk, events } = street();
    const spool = await open();
    const city = spool.cursor("city");
    await fill(spool, 40);
    city.ack(40);
    disk.capacityBytes = disk.usedBytes;
    await fill(spool, 30);
    expect(events).toEqual([]);
    expect((await positionsOf(city)).at(-1)).toBe(70);
    expect(city.lost).toEqual(NONE);
  });
});
