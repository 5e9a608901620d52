import { type Delivery, Interruption } from "./delivery.js";

/** How many at a time; a pump asks before each request, so the answer may change. */
export interface Pace {
  /** Entities in the next request. */
  readonly batchSize: number;
  /** Requests at a time. */
  readonly parallel: number;
  /** Takes in a finished request that was full and had more waiting behind it. */
  record?(entities: number, ms: number): void;
}

/** What a run came to. */
export interface PumpResult {
  /** One an item, in order. */
  readonly deliveries: readonly Delivery[];
  /** Why it ended early. */
  readonly interruption: Interruption | undefined;
}

/**
 * Sends a list in batches, several at a time, until all is sent or one is interrupted: then what was
 * not begun stays undelivered, and what is under way comes to its end.
 *
 * @param send - one delivery an item; throws an Interruption where none got through
 * @param now - monotonic milliseconds
 */
export async function pumpBatches<Item>(
  items: readonly Item[],
  send: (batch: readonly Item[]) => Promise<readonly Delivery[]>,
  pace: Pace,
  now: () => number,
): Promise<PumpResult> {
  const deliveries = new Map<number, Delivery>();
  const running = new Set<Promise<void>>();
  let next = 0;
  let interruption: Interruption | undefined;
  let finishedAt = now();

  const run = async (start: number, end: number, isFull: boolean) => {
    try {
      const found = await send(items.slice(start, end));
      for (const [i, delivery] of found.entries()) deliveries.set(start + i, delivery);
    } catch (error) {
      interruption ??= Interruption.from(error);
    }
    const time = now();
    // A last, smaller batch, or one with nothing behind it, says little about speed.
    if (isFull && next < items.length && !interruption) {
      pace.record?.(end - start, time - finishedAt);
    }
    finishedAt = time;
  };

  while (running.size > 0 || (next < items.length && !interruption)) {
    while (next < items.length && !interruption && running.size < pace.parallel) {
      const start = next;
      next = Math.min(items.length, start + pace.batchSize);
      const isFull = next - start === pace.batchSize;
      const lane = run(start, next, isFull).finally(() => running.delete(lane));
      running.add(lane);
    }
    await Promise.race(running);
  }
  const rest = interruption?.delivery;
  return {
    deliveries: items.map((_, i) => deliveries.get(i) ?? (rest as Delivery)),
    interruption,
  };
}
