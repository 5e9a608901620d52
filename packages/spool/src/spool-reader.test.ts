import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Spool } from "./spool.js";
import type { SpoolOptions } from "./spool-options.js";
import { SpoolReader } from "./spool-reader.js";
import type { DamageSurvey } from "./spool-survey.js";
import { ManualClock } from "./testing/manual-clock.js";
import { MemoryDisk } from "./testing/memory-disk.js";
import { randomFrom } from "./testing/random.js";

const SEGMENT_BYTES = 16 * 1024;

function street(options: Partial<SpoolOptions> = {}) {
  const disk = new MemoryDisk();
  const fs = disk.start();
  const clock = new ManualClock();
  const open = () =>
    Spool.open({
      dir: "/spool",
      fs,
      clock,
      segmentBytes: SEGMENT_BYTES,
      maxBytes: 4 * SEGMENT_BYTES,
      historyBytes: SEGMENT_BYTES,
      cacheBytes: 0,
      ...options,
    });
  return { disk, fs, clock, open };
}

const textOf = (position: number) => `entry ${position} `.padEnd(900, "x");

async function fill(spool: Spool, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    spool.append(Buffer.from(textOf(spool.last + 1)), { stream: `node-${spool.last % 3}` });
    if (i % 4 === 3) await spool.commit();
  }
  await spool.commit();
}

/** Positions read, each with its right bytes, in order. */
async function positionsOf(
  reader: SpoolReader,
  options: Parameters<SpoolReader["replay"]>[0] = {},
  betweenReads: () => Promise<void> = async () => {},
): Promise<number[]> {
  const positions: number[] = [];
  for await (const entries of reader.replay(options)) {
    for (const { position, bytes } of entries) {
      expect(Buffer.from(bytes).toString()).toBe(textOf(position));
      expect(position).toBeGreaterThan(positions.at(-1) ?? 0);
      positions.push(position);
    }
    await betweenReads();
  }
  return positions;
}

const upTo = (last: number, first = 1) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe("SpoolReader", () => {
  test("tells what a folder holds, and changes not a byte of it", async () => {
    const { disk, fs, open } = street();
    const spool = await open();
    const city = spool.cursor("city");
    await fill(spool, 40);
    city.ack(10);
    await spool.close();
    // What a process leaves behind that is killed while it writes.
    const newest =
      disk.paths
        .filter((path) => path.endsWith(".seg"))
        .sort()
        .at(-1) ?? "";
    const torn = await fs.open(newest, "write");
    await torn.write(Buffer.from("half a block"), await torn.size());
    await (await fs.open("/spool/12.tmp", "create")).write(Buffer.from("half a segment"), 0);
    const before = disk.paths.map((path) => [path, Buffer.from(disk.shown(path) ?? "")]);

    const reader = await SpoolReader.open({ dir: "/spool", fs });
    expect(await positionsOf(reader)).toEqual(upTo(40));
    const survey = reader.survey();
    expect(survey).toMatchObject({ holder: undefined, oldest: 1, last: 40, damage: [] });
    expect(survey.cursors).toMatchObject({ city: { position: 10, backlog: 30 } });
    expect(survey.segments.map(({ entries }) => entries).reduce((a, b) => a + b)).toBe(40);
    expect(survey.segments[0]).toMatchObject({ firstPosition: 1, thinned: 0, streams: 3 });
    expect(disk.paths.map((path) => [path, disk.shown(path)])).toEqual(before);
  });

  test("reads by position, time and stream", async () => {
    const { fs, clock, open } = street();
    const spool = await open();
    await fill(spool, 20);
    clock.advance(60_000);
    await fill(spool, 20);
    await spool.close();
    const reader = await SpoolReader.open({ dir: "/spool", fs });
    expect(await positionsOf(reader, { from: 5, to: 7 })).toEqual([5, 6, 7]);
    expect(await positionsOf(reader, { fromMs: clock.wallMs() })).toEqual(upTo(40, 21));
    expect(await positionsOf(reader, { stream: "node-1", to: 8 })).toEqual([2, 5, 8]);
  });

  test("looks at a spool that is being written, and sees what was written by then", async () => {
    const { fs, open } = street();
    const spool = await open();
    await fill(spool, 10);
    const reader = await SpoolReader.open({ dir: "/spool", fs });
    await fill(spool, 10);
    expect(reader.survey().holder).toBe(process.pid);
    expect(await positionsOf(reader)).toEqual(upTo(10));
  });

  test.each(["drop-oldest", "thin"] as const)(
    "passes over what the writer lets go meanwhile (%s), and takes nothing else for an entry",
    async (policy) => {
      const random = randomFrom(7);
      for (let round = 0; round < 20; round++) {
        const { fs, open } = street({ policy });
        const spool = await open();
        const damage: DamageSurvey[] = [];
        await fill(spool, 60);
        const reader = await SpoolReader.open({
          dir: "/spool",
          fs,
          onDamage: (one) => damage.push(one),
        });
        const positions = await positionsOf(reader, {}, async () => {
          await fill(spool, Math.floor(random() * 60));
          if (round % 5 === 0) await spool.erase("node-1");
        });
        expect(damage).toEqual([]);
        expect(positions.length).toBeGreaterThan(0);
        expect(positions.at(-1)).toBeLessThanOrEqual(60);
        await spool.close();
      }
    },
  );

  test("tells entries that cannot be read any more, and reads the others", async () => {
    const { disk, fs, open } = street();
    const spool = await open();
    await fill(spool, 40);
    await spool.close();
    const [oldest = ""] = disk.paths.filter((path) => path.endsWith(".seg")).sort();
    disk.rot(oldest, 3000, 0xff);
    const damage: DamageSurvey[] = [];
    const reader = await SpoolReader.open({
      dir: "/spool",
      fs,
      onDamage: (one) => damage.push(one),
    });
    const positions = await positionsOf(reader);
    const lost = damage.flatMap(({ firstPosition, lastPosition }) =>
      upTo(lastPosition, firstPosition),
    );
    expect(damage).toHaveLength(1);
    expect([...positions, ...lost].sort((a, b) => a - b)).toEqual(upTo(40));
  });

  test("a folder that is none is told as such", async () => {
    const dir = await mkdtemp(join(tmpdir(), "spool-reader-"));
    await expect(SpoolReader.open({ dir: join(dir, "none") })).rejects.toMatchObject({
      code: "SPOOL_UNREADABLE",
    });
    const spool = await Spool.open({ dir });
    expect((await SpoolReader.open({ dir })).survey().holder).toBe(process.pid);
    await spool.close();
    expect((await SpoolReader.open({ dir })).survey()).toMatchObject({
      holder: undefined,
      last: 0,
    });
    await rm(dir, { recursive: true });
  });
});
