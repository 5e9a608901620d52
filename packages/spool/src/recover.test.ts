import { describe, expect, test } from "vitest";
import { scanSegment } from "./scan-segment.js";
import { HEADER_BYTES, readHeader, writeHeader } from "./segment-header.js";
import { Spool } from "./spool.js";
import type { SpoolEvent } from "./spool-event.js";
import { ManualClock } from "./testing/manual-clock.js";
import { MemoryDisk } from "./testing/memory-disk.js";

const FIRST = "/spool/0000000001.seg";

function street() {
  const disk = new MemoryDisk();
  const events: SpoolEvent[] = [];
  const open = () =>
    Spool.open({
      dir: "/spool",
      fs: disk.start(),
      clock: new ManualClock(),
      onEvent: (event) => events.push(event),
    });
  return { disk, events, open };
}

async function textsOf(spool: Spool): Promise<string[]> {
  const entries = await spool.cursor("check").read(1000);
  await spool.removeCursor("check");
  return entries.map(({ bytes }) => Buffer.from(bytes).toString());
}

/** Each text is one commit, but those in one array share one. */
async function write(spool: Spool, ...commits: (string | string[])[]): Promise<void> {
  for (const texts of commits) {
    for (const text of [texts].flat()) spool.append(Buffer.from(text), { stream: "gate" });
    await spool.commit();
  }
}

describe("damage in the newest segment", () => {
  test("before what was on the disk is skipped and counted, at any byte", async () => {
    const { disk, open } = street();
    const spool = await open();
    await write(spool, "alpha", ["beta", "gamma"], "delta", "epsilon");
    await spool.close();
    const good = Buffer.from(disk.shown(FIRST) ?? "");
    const header = readHeader(good);
    if (header === undefined) throw new Error("no header");
    const { segment } = scanSegment(good, header, undefined, 0);
    const lastCommit = good.lastIndexOf("delta") + "delta".length;
    for (let at = HEADER_BYTES; at < lastCommit; at++) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] as number) ^ 0x10;
      const scan = scanSegment(bad, header, undefined, 0);
      const lost = scan.damage.reduce((sum, d) => sum + d.lastPosition - d.firstPosition + 1, 0);
      expect(scan.segment.lastPosition).toBe(5);
      expect(scan.segment.entries + lost).toBe(5);
      expect(scan.segment.endOffset).toBe(segment.endOffset);
    }
  });

  test("at its very end is a torn tail, and is cut off", async () => {
    const { disk, events, open } = street();
    const spool = await open();
    await write(spool, "alpha", ["beta", "gamma"]);
    await spool.close();
    const content = disk.shown(FIRST);
    disk.rot(FIRST, content?.indexOf("gamma") ?? 0);
    const again = await open();
    expect(events).toEqual([{ kind: "torn-tail", file: "0000000001.seg", lastPosition: 2 }]);
    expect(disk.shown(FIRST)?.includes("amma")).toBe(false);
    await write(again, "delta");
    expect(await textsOf(again)).toEqual(["alpha", "beta", "delta"]);
  });

  test("is damage and no torn tail where a cursor proves that it was on the disk", async () => {
    const { disk, events, open } = street();
    const spool = await open();
    await write(spool, "alpha", "beta");
    spool.cursor("city").ack(2);
    await spool.close();
    disk.rot(FIRST, disk.shown(FIRST)?.indexOf("beta") ?? 0);
    const again = await open();
    expect(events).toMatchObject([{ kind: "damaged", firstPosition: 2, lastPosition: 2 }]);
    expect(again.append(Buffer.from("gamma"))).toBe(3);
    expect(await again.cursor("city").read(5)).toEqual([]);
  });
});

test("what an earlier life of a file left behind is not read", async () => {
  const { disk, open } = street();
  const spool = await open();
  await write(spool, "alpha", "beta", "gamma");
  await spool.close();
  const bytes = Buffer.from(disk.shown(FIRST) ?? "");
  const header = readHeader(bytes);
  if (header === undefined) throw new Error("no header");
  expect(scanSegment(bytes, header, undefined, 0).segment.lastPosition).toBe(3);
  const next = { ...header, seed: (header.seed ^ 1) >>> 0 };
  writeHeader(bytes, next);
  expect(scanSegment(bytes, next, undefined, 0).segment.lastPosition).toBe(0);
});

test("what a failed sync left in the system's memory is written again before it counts", async () => {
  const { disk, open } = street();
  const spool = await open();
  await write(spool, "alpha");
  disk.failWhen((operation) => (["sync", "truncate"].includes(operation) ? "EIO" : undefined));
  spool.append(Buffer.from("beta"));
  await expect(spool.commit()).rejects.toMatchObject({ code: "SPOOL_FAILING" });
  disk.heal();
  const again = await open();
  expect(again.last).toBe(2);
  disk.cutPower(() => 0);
  expect(await textsOf(await open())).toEqual(["alpha", "beta"]);
});

test("cursors that cannot be read begin at the oldest entry again, loudly", async () => {
  const { disk, events, open } = street();
  const spool = await open();
  await write(spool, "alpha", "beta");
  spool.cursor("city").ack(1);
  await spool.close();
  disk.rot("/spool/cursors.json", 30);
  const again = await open();
  expect(events).toEqual([{ kind: "cursors-lost", file: "cursors.json" }]);
  expect(again.cursor("city").position).toBe(0);
});

test("positions go on behind a cursor whose entries are gone", async () => {
  const { disk, events, open } = street();
  const spool = await open();
  await write(spool, "alpha", "beta");
  spool.cursor("city").ack(2);
  await spool.close();
  await disk.start().remove(FIRST);
  const again = await open();
  expect(again.append(Buffer.from("gamma"))).toBe(3);
  await again.commit();
  const [entry] = await again.cursor("city").read(5);
  expect(entry?.position).toBe(3);
  expect(events.map(({ kind }) => kind)).toEqual([]);
});
