import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spool, type SpoolEvent } from "@bollard/spool";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A small file system of its own, where this machine lets us have one. */
function mount(dir: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", dir], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let disk: string;
let dir: string;
let isMounted = false;

beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "spool-disk-"));
  dir = join(disk, "spool");
  isMounted = mount(disk);
});

afterEach(() => {
  if (isMounted) execFileSync("umount", ["-l", disk]);
  rmdirSync(disk);
});

/** Another program fills what is left. */
function takeTheRest(): void {
  for (const bytes of [100_000, 4096, 1]) {
    try {
      for (;;) appendFileSync(join(disk, "other"), Buffer.alloc(bytes));
    } catch {
      // Full.
    }
  }
}

const ENTRY = Buffer.alloc(1000, 7);

async function open(events: SpoolEvent[] = []): Promise<Spool> {
  return Spool.open({ dir, segmentBytes: 64 * 1024, onEvent: (event) => events.push(event) });
}

async function fill(spool: Spool): Promise<void> {
  for (;;) {
    for (let count = 0; count < 10; count++) spool.append(ENTRY);
    await spool.commit();
  }
}

async function count(spool: Spool): Promise<number> {
  let entries = 0;
  for await (const run of spool.replay()) entries += run.length;
  return entries;
}

describe("a real disk that is full", () => {
  test("refuses, says why, opens again, and goes on once there is room", async (ctx) => {
    if (!isMounted) ctx.skip("no file system can be mounted here");
    const events: SpoolEvent[] = [];
    const spool = await open(events);
    const city = spool.cursor("city");
    await expect(fill(spool)).rejects.toMatchObject({
      code: "SPOOL_FAILING",
      cause: { code: "ENOSPC" },
    });
    expect(() => spool.append(ENTRY)).toThrow(/ENOSPC/);
    expect(events.map(({ kind }) => kind)).toEqual(["failing"]);
    const { durable } = spool;
    expect(await count(spool)).toBe(durable);
    await spool.close().catch(() => {});
    takeTheRest();
    const again = await open();
    expect(await count(again)).toBeGreaterThanOrEqual(durable);
    const reader = again.cursor("city");
    reader.ack(again.last);
    expect(reader.position).toBeGreaterThan(city.position);
    rmSync(join(disk, "other"));
    for (let i = 0; i < 100; i++) again.append(ENTRY);
    await again.commit();
    expect(again.stats().state).toBe("ok");
    await again.close();
  });
});
