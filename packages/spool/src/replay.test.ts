import { describe, expect, test } from "vitest";
import type { SpoolEntry } from "./entry.js";
import { Spool } from "./spool.js";
import type { SpoolEvent } from "./spool-event.js";
import type { SpoolOptions } from "./spool-options.js";
import { ManualClock } from "./testing/manual-clock.js";
import { MemoryDisk } from "./testing/memory-disk.js";
import { randomFrom } from "./testing/random.js";

const SEGMENT_BYTES = 16 * 1024;
const START_MS = 1_700_000_000_000;

function street(options: Partial<SpoolOptions> = {}) {
  const disk = new MemoryDisk();
  const events: SpoolEvent[] = [];
  const open = () =>
    Spool.open({
      dir: "/spool",
      fs: disk.start(),
      clock: new ManualClock(),
      segmentBytes: SEGMENT_BYTES,
      cacheBytes: 0,
      onEvent: (event) => events.push(event),
      ...options,
    });
  return { disk, events, open };
}

/** So many entries of half a kilobyte, one a second, of nodes `n0`, `n1` and `n2` in turn. */
async function fill(spool: Spool, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const node = (spool.last % 3).toString();
    const text = `n${node}:${spool.last + 1};`;
    const timeMs = START_MS + spool.last * 1000;
    spool.append(Buffer.alloc(500, text), { stream: `n${node}`, timeMs });
    if (i % 5 === 4) await spool.commit();
  }
  await spool.commit();
}

async function positions(
  spool: Spool,
  options?: Parameters<Spool["replay"]>[0],
): Promise<number[]> {
  const found: number[] = [];
  for await (const entries of spool.replay(options)) {
    found.push(...entries.map(({ position }) => position));
  }
  return found;
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("replay", () => {
  test("ends where it is asked to, also where the entry there was erased", async () => {
    const { open } = street();
    const spool = await open();
    await fill(spool, 200);
    await spool.erase("n1");
    expect(await positions(spool, { to: 1 })).toEqual([1]);
    expect(await positions(spool, { to: 2 })).toEqual([1]);
    expect(await positions(spool, { from: 2, to: 2 })).toEqual([]);
    expect(await positions(spool, { from: 2, to: 4 })).toEqual([3, 4]);
  });

  test("reads from a position or a time, to one, and one stream alone", async () => {
    const { open } = street();
    const spool = await open();
    await fill(spool, 200);
    expect(await positions(spool)).toEqual(range(1, 200));
    expect(await positions(spool, { from: 50, to: 60 })).toEqual(range(50, 60));
    const hour = { fromMs: START_MS + 99_500, toMs: START_MS + 110_000 };
    expect(await positions(spool, hour)).toEqual(range(101, 111));
    expect(await positions(spool, { stream: "n1", to: 10 })).toEqual([2, 5, 8]);
    expect(await positions(spool, { stream: "unknown" })).toEqual([]);
    await spool.close();
    const again = await open();
    expect(await positions(again, hour)).toEqual(range(101, 111));
    expect(await positions(again, { from: 199 })).toEqual([199, 200]);
  });

  test("passes over segments that do not concern it", async () => {
    const { open, disk } = street();
    const spool = await open();
    await fill(spool, 200);
    const before = disk.operations;
    await positions(spool);
    const all = disk.operations - before;
    await positions(spool, { fromMs: START_MS + 190_000 });
    expect(disk.operations - before - all).toBeLessThan(all / 2);
  });
});

describe("the index of a segment", () => {
  test("spares reading the segment when the log is opened", async () => {
    const { open, disk } = street();
    const spool = await open();
    await fill(spool, 300);
    await spool.close();
    const read: string[] = [];
    disk.failWhen((operation, path) => {
      if (operation === "read") read.push(path);
      return undefined;
    });
    const again = await open();
    expect(await positions(again)).toEqual(range(1, 300));
    expect(disk.paths).toContain("/spool/0000000001.idx");
  });

  test("is made anew where it is missing, damaged or torn", async () => {
    for (const harm of ["remove", "rot", "power"] as const) {
      const { open, disk, events } = street();
      const spool = await open();
      await fill(spool, 100);
      await spool.close();
      if (harm === "remove") await disk.start().remove("/spool/0000000001.idx");
      if (harm === "rot") disk.rot("/spool/0000000001.idx", 20);
      if (harm === "power") disk.cutPower(randomFrom(4));
      const again = await open();
      expect(await positions(again)).toEqual(range(1, 100));
      expect(await positions(again, { from: 70, stream: "n0" })).toEqual([
        70, 73, 76, 79, 82, 85, 88, 91, 94, 97, 100,
      ]);
      expect(events).toEqual([]);
      await again.close();
    }
  });

  test("stands in for a header that is damaged twice", async () => {
    const { open, disk, events } = street();
    const spool = await open();
    await fill(spool, 100);
    await spool.close();
    disk.rot("/spool/0000000001.seg", 17);
    disk.rot("/spool/0000000001.seg", 512 + 17);
    const again = await open();
    expect(await positions(again)).toEqual(range(1, 100));
    expect(events).toEqual([]);
  });

  test("without it a damaged header costs the segment: set aside, skipped and counted", async () => {
    const { open, disk, events } = street();
    const spool = await open();
    await fill(spool, 100);
    await spool.close();
    const damaged = "/spool/0000000002.seg";
    disk.rot(damaged, 17);
    disk.rot(damaged, 512 + 17);
    await disk.start().remove("/spool/0000000002.idx");
    const again = await open();
    const city = again.cursor("city");
    const found: number[] = [];
    for (;;) {
      const entries = await city.read(10);
      if (entries.length === 0) break;
      found.push(...entries.map(({ position }) => position));
    }
    expect(events[0]).toEqual({ kind: "set-aside", file: "0000000002.seg" });
    expect(disk.paths).toContain("/spool/0000000002.bad");
    expect(city.lost.damaged + found.length).toBe(100);
    expect(found).toContain(1);
    expect(found).toContain(100);
  });
});

describe("erase", () => {
  test("leaves nothing of a stream, in no file, and counts it where it was not read", async () => {
    const { open, disk, events } = street({ historyBytes: SEGMENT_BYTES });
    const spool = await open();
    const early = spool.cursor("early");
    await fill(spool, 150);
    early.ack(100);
    await fill(spool, 30);
    const late = spool.cursor("late");
    const erased = await spool.erase("n1");
    const oldest = spool.stats().oldest;
    const were = range(oldest, 180).filter((position) => position % 3 === 2);
    expect(erased).toBe(were.length);
    expect(events).toEqual([{ kind: "erased", stream: "n1", entries: erased }]);
    expect(early.lost.erased).toBe(were.filter((position) => position > 100).length);
    expect(late.lost.erased).toBe(were.length);
    const left = range(oldest, 180).filter((position) => position % 3 !== 2);
    expect(await positions(spool)).toEqual(left);
    for (const path of disk.paths) {
      expect(disk.shown(path)?.includes("n1:"), path).toBe(false);
    }
    await fill(spool, 3);
    await spool.close();
    const again = await open();
    expect(await positions(again)).toEqual([...left, 181, 182, 183]);
    expect(again.cursor("late").lost).toEqual(late.lost);
  });

  test("of a whole segment leaves no hole that looks like damage", async () => {
    const { open, events } = street();
    const spool = await open();
    for (const stream of ["a", "b", "c"]) {
      for (let i = 0; i < 40; i++) {
        spool.append(Buffer.alloc(500, stream), { stream });
        if (i % 5 === 4) await spool.commit();
      }
    }
    await spool.erase("b");
    expect(await positions(spool)).toEqual([...range(1, 40), ...range(81, 120)]);
    await spool.close();
    const again = await open();
    const city = again.cursor("city");
    expect((await city.read(1000)).length).toBeGreaterThan(0);
    expect(await positions(again)).toEqual([...range(1, 40), ...range(81, 120)]);
    expect(events.map(({ kind }) => kind)).toEqual(["erased"]);
    expect(city.lost).toEqual({ damaged: 0, dropped: 0, thinned: 0, erased: 0 });
  });
});

describe("revise", () => {
  /** What is readable in any file. */
  const shownIn = (disk: MemoryDisk, text: string) =>
    disk.paths.filter((path) => disk.shown(path)?.includes(text));
  /** Of each entry the part before the colon. */
  const withoutNumber = ({ bytes }: SpoolEntry) => {
    const text = Buffer.from(bytes).toString("latin1");
    return text.includes(":") ? Buffer.from(text.replace(/:.*/s, "")) : bytes;
  };

  test("changes entries in place, in every file, also after a restart", async () => {
    const { open, disk, events } = street({ historyBytes: SEGMENT_BYTES });
    const spool = await open();
    const late = spool.cursor("late");
    await fill(spool, 100);
    expect(shownIn(disk, ";n1:").length).toBeGreaterThan(1);
    const revision = await spool.revise({ from: 1, to: 60 }, withoutNumber);
    expect(revision).toEqual({ changed: 60, erased: 0 });
    expect(events).toEqual([{ kind: "revised", changed: 60, erased: 0 }]);
    expect(await positions(spool)).toEqual(range(1, 100));
    const texts = async (from: Spool) => {
      const found: string[] = [];
      for await (const run of from.replay()) {
        for (const { bytes } of run) found.push(Buffer.from(bytes).toString("latin1"));
      }
      return found.map((text) => text.includes(":"));
    };
    const expected = range(1, 100).map((position) => position > 60);
    expect(await texts(spool)).toEqual(expected);
    await fill(spool, 3);
    await spool.revise({ from: 61, to: 103 }, withoutNumber);
    expect(shownIn(disk, ";n1:")).toEqual([]);
    expect(late.lost.erased).toBe(0);
    await spool.close();
    expect(await texts(await open())).toEqual(range(1, 103).map(() => false));
  });

  test("takes entries out, and counts them for cursors that had not read them", async () => {
    const { open } = street();
    const spool = await open();
    const early = spool.cursor("early");
    await fill(spool, 40);
    early.ack(30);
    const late = spool.cursor("late");
    const revision = await spool.revise({ from: 21, to: 40 }, ({ position, bytes }) =>
      position % 2 === 0 ? undefined : bytes,
    );
    expect(revision).toEqual({ changed: 0, erased: 10 });
    expect([early.lost.erased, late.lost.erased]).toEqual([5, 10]);
    const left = range(1, 40).filter((position) => position <= 20 || position % 2 === 1);
    expect(await positions(spool)).toEqual(left);
  });

  test("leaves no old bytes in spent files, nor behind the last entry of one used again", async () => {
    const { open, disk } = street({ historyBytes: 0 });
    const spool = await open();
    const city = spool.cursor("city");
    await fill(spool, 150);
    city.ack(150);
    await fill(spool, 40);
    expect(disk.paths.some((path) => path.endsWith(".free"))).toBe(true);
    await spool.revise({ from: 1, to: spool.last }, withoutNumber);
    expect(shownIn(disk, ";n1:")).toEqual([]);
    city.ack(spool.last);
    await fill(spool, 150);
    expect(disk.paths.filter((path) => path.endsWith(".free"))).toEqual([]);
    const segments = spool.stats().segments;
    await spool.revise({ from: 1, to: 1 }, withoutNumber);
    expect(spool.stats().segments).toBe(segments);
    await fill(spool, 1);
    expect(spool.stats().segments).toBe(segments);
  });

  test("goes on from a disk that refused, and nothing is lost", async () => {
    const { open, disk } = street();
    const spool = await open();
    await fill(spool, 60);
    disk.failWhen((operation) => (operation === "write" ? "ENOSPC" : undefined));
    await expect(spool.revise({ from: 1, to: 60 }, withoutNumber)).rejects.toThrow("ENOSPC");
    disk.heal();
    await spool.revise({ from: 1, to: 60 }, withoutNumber);
    expect(await positions(spool)).toEqual(range(1, 60));
    expect(shownIn(disk, ";n1:")).toEqual([]);
  });

  test("cut by power at any operation loses no entry, and is made good by the next", async () => {
    const random = randomFrom(7);
    for (let cut = 1; ; cut += 3) {
      const { open, disk, events } = street();
      const spool = await open();
      await fill(spool, 60);
      const stopped = disk.stopAfter(cut).then(() => "stopped");
      const revised = spool.revise({ from: 1, to: 60 }, withoutNumber).then(() => "revised");
      if ((await Promise.race([stopped, revised])) === "revised") break;
      disk.cutPower(random);
      const again = await open();
      expect(await positions(again), `cut at ${cut}`).toEqual(range(1, 60));
      await again.revise({ from: 1, to: 60 }, withoutNumber);
      expect(await positions(again), `cut at ${cut}`).toEqual(range(1, 60));
      expect(shownIn(disk, ";n1:"), `cut at ${cut}`).toEqual([]);
      expect(events.some(({ kind }) => kind === "damaged")).toBe(false);
    }
  });
});
