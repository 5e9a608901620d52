import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spool } from "@bollard/spool";
import { MemoryDisk } from "@bollard/spool/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, Interpreted } from "../delivery.js";
import { SetAsideLog } from "../set-aside-log.js";
import { ManualClock } from "../testing/manual-clock.js";
import { silent, testStreet } from "../testing/street.js";
import { Rate } from "../view/rate.js";
import { Drain } from "./drain.js";
import type { Sink } from "./sink.js";

const { delivery } = testStreet();
const clock = new ManualClock();
let dataDir: string;
let disk: MemoryDisk;
let spool: Spool;
let sink: FakeSink;

/** A sink that acknowledges when it is told to. */
class FakeSink implements Sink {
  readonly name = "city";
  readonly kind = "mqtt";
  readonly window = 4;
  readonly got: number[] = [];
  caughtUpCount = 0;
  readonly #waiting = new Map<number, () => void>();
  #changed: (() => void)[] = [];

  open(): void {}
  recall(): void {}
  caughtUp(): void {
    this.caughtUpCount++;
    this.#tell();
  }
  state() {
    return { state: "up", detail: "", messages: 0, errors: 0 } as const;
  }
  async close(): Promise<void> {}

  deliver({ position }: Delivery): Promise<void> {
    this.got.push(position);
    return new Promise((resolve) => {
      this.#waiting.set(position, resolve);
      this.#tell();
    });
  }

  acknowledge(...positions: number[]): void {
    for (const position of positions) {
      this.#waiting.get(position)?.();
      this.#waiting.delete(position);
    }
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bollard-drain-"));
  disk = new MemoryDisk();
  spool = await Spool.open({ dir: "/spool", fs: disk.start(), commitDelayMs: 3_600_000 });
  sink = new FakeSink();
});
afterEach(async () => {
  await spool.close();
  rmSync(dataDir, { recursive: true });
});

/** Entries whose position is a multiple of five are of an unknown node. */
function interpret({ position }: { position: number }): Interpreted {
  if (position % 5 !== 0) return delivery(position, "a1-b2", position);
  return { kind: "set-aside", position, reason: "unknown-node", detail: "lamp-99" };
}

function start() {
  const setAside = new SetAsideLog(dataDir);
  const readingsOut = new Rate(() => clock.monotonicMs());
  const drain = new Drain({ spool, sink, interpret, setAside, readingsOut, clock, log: silent });
  void drain.run();
  return { drain, setAside, readingsOut };
}

function append(count: number): void {
  for (let i = 0; i < count; i++) spool.append(Uint8Array.of(i));
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("Drain", () => {
  test("hands entries over before they are on the disk, no more at a time than the sink takes", async () => {
    start();
    append(4);
    await sink.until(() => sink.got.length === 4);
    append(2);
    await settle();
    expect(sink.got).toEqual([1, 2, 3, 4]);
    sink.acknowledge(2);
    await sink.until(() => sink.got.length === 5);
    expect(sink.got).toEqual([1, 2, 3, 4, 6]);
  });

  test("moves its cursor only past what is acknowledged, and on the disk", async () => {
    const { drain } = start();
    append(4);
    await sink.until(() => sink.got.length === 4);
    sink.acknowledge(2, 3);
    await settle();
    await spool.commit();
    expect([drain.position, drain.backlog]).toEqual([0, 4]);
    sink.acknowledge(1);
    await settle();
    expect([drain.position, drain.backlog]).toEqual([3, 1]);
    append(1);
    sink.acknowledge(4);
    await settle();
    expect(drain.position).toBe(4);
    await spool.commit();
    while (drain.position < 5) await settle();
    expect([drain.position, drain.backlog]).toEqual([5, 0]);
  });

  test("passes over what no sink can have now, and makes sure that it is found again", async () => {
    const { drain, setAside } = start();
    append(6);
    await sink.until(() => sink.got.length === 4);
    sink.acknowledge(1, 2, 3, 4);
    await sink.until(() => sink.got.includes(6));
    sink.acknowledge(6);
    await spool.commit();
    while (drain.position < 6) await settle();
    expect(setAside.groups).toEqual([
      { reason: "unknown-node", detail: "lamp-99", first: 5, count: 0 },
    ]);
  });

  test("tells the sink each time it has caught up", async () => {
    start();
    await sink.until(() => sink.caughtUpCount === 1);
    append(2);
    await sink.until(() => sink.got.length === 2);
    expect(sink.caughtUpCount).toBe(1);
    sink.acknowledge(1, 2);
    await sink.until(() => sink.caughtUpCount > 1);
  });

  test("delivers again after a restart what was not acknowledged", async () => {
    const { drain } = start();
    append(4);
    await sink.until(() => sink.got.length === 4);
    sink.acknowledge(1, 3);
    await settle();
    drain.close();
    await spool.close();
    spool = await Spool.open({ dir: "/spool", fs: disk.start() });
    sink = new FakeSink();
    start();
    await sink.until(() => sink.got.length === 3);
    expect(sink.got).toEqual([2, 3, 4]);
  });

  test("stands still while anybody holds it, once what it took is done with", async () => {
    const { drain } = start();
    append(2);
    await sink.until(() => sink.got.length === 2);
    let isIdle = false;
    const idle = drain.hold().then(() => {
      isIdle = true;
    });
    const second = drain.hold();
    append(2);
    await settle();
    expect([sink.got, isIdle, drain.couldTake]).toEqual([[1, 2], false, false]);
    const caughtUp = sink.caughtUpCount;
    sink.acknowledge(1, 2);
    await Promise.all([idle, second]);
    expect([sink.got, drain.taken]).toEqual([[1, 2], 2]);
    drain.release();
    await settle();
    expect([sink.got, sink.caughtUpCount]).toEqual([[1, 2], caughtUp]);
    drain.release();
    await sink.until(() => sink.got.length === 4);
    expect(sink.got).toEqual([1, 2, 3, 4]);
  });

  test("is held at once where nothing is under way, and holds nobody up once it is closed", async () => {
    const { drain } = start();
    await drain.hold();
    drain.release();
    append(1);
    await sink.until(() => sink.got.length === 1);
    const held = drain.hold();
    let isTold = false;
    drain.onClosed(() => {
      isTold = true;
    });
    drain.close();
    await held;
    await drain.hold();
    expect([isTold, drain.isClosed, drain.position]).toEqual([true, true, 0]);
  });
});
