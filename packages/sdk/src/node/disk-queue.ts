import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSpoolError, Spool, type SpoolCursor } from "@bollard/spool";
import { SdkError } from "../error.js";
import type { MessageQueue, NewMessage } from "./message-queue.js";
import type { OutgoingMessage } from "./transport.js";

export interface DiskQueueOptions {
  /** Its folder, of this node alone; made where there is none. */
  readonly dir: string;
  /** How often the node has started, 1 to 65535: the queue keeps the number it began with. */
  readonly boot: number;
  /** Most bytes of what the far end does not have, 64 KiB or more. Default: 16 MiB. */
  readonly maxBytes?: number;
  /** What a full queue does with one more message. Default: dropOldest. */
  readonly whenFull?: "dropOldest" | "refuse";
  /** How long a message may wait for the disk, ms; until then it is not sent. Default: 1000. */
  readonly commitDelayMs?: number;
}

interface Held extends OutgoingMessage {
  /** Taken by the transport, or done with and waiting for those before it. */
  state: "waiting" | "inFlight" | "done";
}

/** Messages read ahead of the transport. */
const readAhead = 64;
const defaultMaxBytes = 16 * 1024 * 1024;

/**
 * Opens a queue on disk, for a node that must not lose what it holds when it is switched off: what
 * was on disk is sent after the next start, under the key that it had.
 *
 * A power cut loses what was reported within the last `commitDelayMs`, and the readings of batches that
 * are open: see `BatchOptions`.
 *
 * @throws {@link SdkError} `SDK_QUEUE` where the folder cannot be used, with the cause
 */
export async function openQueue(options: DiskQueueOptions): Promise<DiskQueue> {
  const { dir, boot, maxBytes = defaultMaxBytes, whenFull = "dropOldest" } = options;
  if (!Number.isInteger(boot) || boot < 1 || boot > 65_535) {
    throw new SdkError("SDK_BAD_OPTION", `boot ${boot}: give a whole number from 1 to 65535`);
  }
  try {
    mkdirSync(dir, { recursive: true });
    const identity = readIdentity(join(dir, "node.json"), boot);
    const spool = await Spool.open({
      dir: join(dir, "spool"),
      maxBytes,
      policy: whenFull === "refuse" ? "refuse" : "drop-oldest",
      historyBytes: 0,
      ...(options.commitDelayMs === undefined ? {} : { commitDelayMs: options.commitDelayMs }),
    });
    return new DiskQueue(spool, identity);
  } catch (cause) {
    if (isQueueError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SdkError("SDK_QUEUE", `${dir} cannot be a queue; ${why}`, { cause });
  }
}

function isQueueError(error: unknown): boolean {
  return error instanceof SdkError;
}

interface Identity {
  readonly boot: number;
  /** Differs from one queue to the next. */
  readonly life: number;
}

/** Who the queue's messages are from: it begins once, and goes on through every restart. */
function readIdentity(file: string, boot: number): Identity {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Partial<Identity>;
    if (Number.isInteger(kept.boot) && Number.isInteger(kept.life)) return kept as Identity;
    throw new SdkError("SDK_QUEUE", `${file} holds no boot and life; remove the queue's folder`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const identity = { boot, life: 1 + Math.floor(Math.random() * 0xffff) };
  writeFileSync(file, `${JSON.stringify(identity)}\n`, { flush: true } as object);
  return identity;
}

/** Holds messages on disk, as `openQueue` opens it. */
export class DiskQueue implements MessageQueue {
  readonly boot: number;
  readonly life: number;
  readonly #spool: Spool;
  readonly #cursor: SpoolCursor;
  /** What was read and not yet acknowledged, by sequence, in order. */
  readonly #window = new Map<number, Held>();
  readonly #before: number;
  #isReading = false;
  #isClosed = false;
  onMore = (): void => {};

  /** @internal */
  constructor(spool: Spool, { boot, life }: Identity) {
    this.boot = boot;
    this.life = life;
    this.#spool = spool;
    this.#cursor = spool.cursor("transport");
    this.#before = this.#lostOnDisk();
  }

  get size(): number {
    return this.#cursor.backlog;
  }

  get nextSequence(): number {
    return this.#spool.last >>> 0;
  }

  get dropped(): number {
    return this.#lostOnDisk() - this.#before;
  }

  #lostOnDisk(): number {
    return Object.values(this.#cursor.lost).reduce((sum, count) => sum + count, 0);
  }

  makeRoom(): boolean {
    return this.#spool.stats().state === "ok";
  }

  add({ payload, alarm, readings, result }: NewMessage): boolean {
    const flags = (alarm ? 1 : 0) | (result === undefined ? 0 : 2);
    const status = result === undefined ? 0 : statuses.indexOf(result.status);
    const id = result?.commandId ?? 0;
    const head = Uint8Array.of(flags, readings, status, id & 0xff, id >> 8);
    const entry = new Uint8Array(head.length + payload.length);
    entry.set(head);
    entry.set(payload, head.length);
    try {
      this.#spool.append(entry, { keep: alarm });
    } catch (error) {
      if (isSpoolError(error)) return false;
      throw error;
    }
    if (alarm) void this.#spool.commit().catch(() => {});
    void this.#read();
    return true;
  }

  take(): OutgoingMessage | undefined {
    for (const message of this.#window.values()) {
      if (message.state !== "waiting") continue;
      message.state = "inFlight";
      return message;
    }
    void this.#read();
    return undefined;
  }

  putBack(sequence: number): void {
    const message = this.#window.get(sequence);
    if (message) message.state = "waiting";
  }

  remove(sequence: number): void {
    const message = this.#window.get(sequence);
    if (message) message.state = "done";
    for (const { sequence: first, state } of this.#window.values()) {
      if (state !== "done") break;
      this.#window.delete(first);
      this.#cursor.ack(first + 1);
    }
    void this.#read();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#spool.close();
  }

  /** Reads on, once there is something on disk and room ahead of the transport. */
  async #read(): Promise<void> {
    if (this.#isReading || this.#isClosed || this.#window.size >= readAhead) return;
    if (this.#cursor.next > this.#spool.last) return;
    this.#isReading = true;
    let count = 0;
    try {
      if (await this.#cursor.wait()) {
        const entries = await this.#cursor.read(readAhead - this.#window.size);
        for (const { position, bytes } of entries) {
          this.#window.set(position - 1, heldOf(position - 1, bytes));
        }
        count = entries.length;
      }
    } catch {
      // The disk refuses; the next message or answer tries again.
    }
    this.#isReading = false;
    if (count > 0 && !this.#isClosed) this.onMore();
  }
}

const statuses = ["done", "refused", "unknown", "failed"] as const;

function heldOf(sequence: number, entry: Uint8Array): Held {
  const [flags = 0, readings = 0, status = 0, low = 0, high = 0] = entry;
  const result = { commandId: low | (high << 8), status: statuses[status] ?? "failed" };
  return {
    sequence,
    payload: entry.slice(5),
    alarm: (flags & 1) === 1,
    readings,
    ...((flags & 2) === 2 ? { result } : {}),
    state: "waiting",
  };
}
