import type { Spool, SpoolEntry } from "@bollard/spool";
import type { Logger } from "pino";
import type { Alarms } from "./alarms.js";
import type { BridgeClock } from "./clock.js";
import { decodeEntry, type Entry, encodeEntry } from "./entry.js";
import type { ReadingTimes } from "./reading-time.js";
import { dueFields, headStartS } from "./rules/expiry.js";
import { stripPayload } from "./rules/strip-payload.js";
import type { KnownSchema } from "./schema-set.js";

/** What the expiry works with. */
export interface FieldExpiryOptions {
  readonly spool: Pick<Spool, "replay" | "revise">;
  readonly clock: BridgeClock;
  readonly times: ReadingTimes;
  readonly alarms: Alarms;
  readonly log: Logger;
  /** Those there are now. */
  readonly schemas: () => readonly KnownSchema[];
  /** The schema an entry is read by; undefined where nobody knows. */
  readonly schemaOf: (entry: Entry) => KnownSchema | undefined;
  /** Told when the disk was looked through: what is in memory goes as well. */
  readonly onSwept: () => void;
}

/** After the disk refused. */
const RETRY_MS = 60_000;

/**
 * Takes fields that are kept for a time only off the disk, before their time is over.
 *
 * Nothing is read twice: what was looked through stays so, until schemas or rules are others.
 */
export class FieldExpiry {
  readonly #options: FieldExpiryOptions;
  /** Last position looked through, by the time that fields are kept. */
  #sweptTo = new Map<number, number>();
  #isClean = false;
  #sweeping: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(options: FieldExpiryOptions) {
    this.#options = options;
  }

  /** Looks through all there is, and then again and again. Also to be called when rules are others. */
  start(): void {
    this.#sweptTo = new Map();
    this.#isClean = false;
    if (this.#sweeping === undefined) this.#sweepAndGoOn();
  }

  /** Resolves once what is under way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#sweeping;
  }

  #sweepAndGoOn(): void {
    this.#cancel?.();
    if (this.#isClosed || this.#keeps().length === 0) return;
    this.#sweeping = this.#sweep().then((isDone) => {
      this.#sweeping = undefined;
      if (this.#isClosed) return;
      const everyS = Math.min(...this.#keeps().map(headStartS));
      // The rules were changed meanwhile.
      if (isDone && !this.#isClean) this.#sweepAndGoOn();
      else this.#goOnIn(isDone ? everyS * 1000 : RETRY_MS);
      this.#options.onSwept();
    });
  }

  #goOnIn(delayMs: number): void {
    if (Number.isFinite(delayMs)) {
      this.#cancel = this.#options.clock.after(delayMs, () => this.#sweepAndGoOn());
    }
  }

  /** @returns whether the disk took it */
  async #sweep(): Promise<boolean> {
    const { alarms, log } = this.#options;
    try {
      const sweptTo = this.#sweptTo;
      for (const keepS of this.#keeps()) await this.#sweepOf(keepS, sweptTo);
      alarms.clear("PRIVACY_KEPT_TOO_LONG", "spool");
      return true;
    } catch (error) {
      if (this.#isClosed) return false;
      const why = error instanceof Error ? error.message : String(error);
      const message = `Fields that are kept for a time only could not be taken off the disk: ${why}; it is tried again`;
      if (alarms.raise("PRIVACY_KEPT_TOO_LONG", "spool", message))
        log.error({ err: error }, message);
      return false;
    }
  }

  /** The times that fields are kept for, seconds. */
  #keeps(): number[] {
    const fields = this.#options.schemas().flatMap(({ privacy }) => privacy.expiring);
    return [...new Set(fields.map(({ keepS }) => keepS))];
  }

  async #sweepOf(keepS: number, sweptTo: Map<number, number>): Promise<void> {
    const { spool } = this.#options;
    let last = sweptTo.get(keepS) ?? 0;
    let from: number | undefined;
    let to = 0;
    sweep: for await (const run of spool.replay({ from: last + 1 })) {
      if (this.#isClosed) return;
      for (const stored of run) {
        const entry = entryOf(stored);
        if (entry && !this.#isDue(entry, keepS)) break sweep;
        last = stored.position;
        if (!entry || this.#revised(stored, entry) === stored.bytes) continue;
        from ??= stored.position;
        to = stored.position;
      }
    }
    if (from !== undefined || !this.#isClean) {
      await spool.revise({ from: from ?? 1, to }, (stored) => {
        const entry = entryOf(stored);
        return entry ? this.#revised(stored, entry) : stored.bytes;
      });
    }
    this.#isClean ||= sweptTo === this.#sweptTo;
    sweptTo.set(keepS, last);
  }

  #isDue(entry: Entry, keepS: number): boolean {
    const ofAll = { expiring: [{ name: "", keepS, isOptional: true }] };
    return dueFields(ofAll, this.#options.times.ageS(entry)).length > 0;
  }

  /** The bytes of an entry without what is due; undefined where nothing may be left of it. */
  #revised(stored: SpoolEntry, entry: Entry): Uint8Array | undefined {
    const { schemaOf, times } = this.#options;
    const schema = schemaOf(entry);
    const due = schema ? dueFields(schema.privacy, times.ageS(entry)) : [];
    if (!schema || due.length === 0) return stored.bytes;
    const isOther = entry.layout !== undefined && entry.layout !== schema.fingerprint;
    const isForeign = entry.source.kind === "foreign";
    if (isOther || isForeign || due.some(({ isOptional }) => !isOptional)) return undefined;
    const names = due.map(({ name }) => name);
    const payload = stripPayload(entry.payload, schema, times.arrivalS(entry), names);
    if (payload === entry.payload) return stored.bytes;
    return payload && encodeEntry({ ...entry, payload }).bytes;
  }
}

/** Undefined for what is no entry. */
function entryOf(stored: SpoolEntry): Entry | undefined {
  try {
    return decodeEntry(stored);
  } catch {
    return undefined;
  }
}
