import { expect } from "vitest";
import { isSpoolError, type SpoolErrorCode } from "../error.js";
import { Spool } from "../spool.js";
import type { SpoolCursor } from "../spool-cursor.js";
import type { SpoolEvent } from "../spool-event.js";
import type { BacklogPolicy } from "../spool-options.js";
import { Ledger } from "./ledger.js";
import { ManualClock } from "./manual-clock.js";
import { MemoryDisk } from "./memory-disk.js";

const SEGMENT_BYTES = 16 * 1024;

/** One program after the other on one disk, and what they promised. */
export class Street {
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
    const entries = await city.read(count).catch(allow(["SPOOL_UNREADABLE"], []));
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

/** Takes a refusal of one of these kinds; any other error goes on. */
export function allow<T>(codes: readonly SpoolErrorCode[], value: T): (error: unknown) => T {
  return (error) => {
    if (isSpoolError(error) && codes.includes(error.code)) return value;
    throw error;
  };
}

/** Lets everything that is under way in the memory disk run to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
