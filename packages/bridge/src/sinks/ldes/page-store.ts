import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, open, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { BridgeClock } from "../../clock.js";
import { StateFile } from "../../state-file.js";
import { writeDurably, writeDurablyLater } from "../../write-durably.js";
import {
  type ClosedPage,
  INDEX_NAME,
  indexDocument,
  membersInPage,
  pageDocument,
  pageName,
} from "./page-documents.js";
import { type Member, TIMESTAMP_PATH, VERSION_PATH } from "./to-member.js";

/** How pages are kept. */
export interface PageStoreOptions {
  readonly folder: string;
  readonly membersPerPage: number;
  /** A page is closed when its first member has been there for so long, and another comes. */
  readonly closeAfterMs: number;
  /** Closed pages; beyond it the oldest is deleted. */
  readonly keepPages: number;
  readonly clock: Pick<BridgeClock, "wallMs">;
}

/** The page that takes members. */
interface OpenPage {
  readonly number: number;
  readonly lines: string[];
  timesMs: [number, number];
  sinceMs: number;
}

/** Ids of the newest members, by which one that comes again is known. */
const MOST_IDS = 20_000;
const CLOSED = /^(\d{10})\.jsonld$/;
const OPEN = /^(\d{10})\.ndjson$/;

/**
 * The pages of one event stream, in a folder: closed ones as they are published, and the open one's
 * members line by line.
 *
 * A member is in one page only, also when it is appended again after a crash: the newest 20,000 are
 * known by their ids.
 */
export class PageStore {
  readonly #options: PageStoreOptions;
  readonly #state: StateFile<ClosedPage[]>;
  #closed: ClosedPage[];
  #open: OpenPage;
  /** Of the newest members, the oldest first. */
  readonly #ids: Set<string>;

  /** Reads what there is in the folder, which is made where there is none. */
  constructor(options: PageStoreOptions) {
    const { folder, clock } = options;
    this.#options = options;
    mkdirSync(folder, { recursive: true });
    const names = readdirSync(folder);
    this.#state = new StateFile(join(folder, "pages.json"), isPages);
    const known = new Map((this.#state.read() ?? []).map((page) => [page.number, page]));
    const numbers = numbersOf(names, CLOSED);
    this.#closed = numbers.map((number) => known.get(number) ?? this.#look(number));
    const last = numbers.at(-1) ?? 0;
    this.#ids = new Set(this.#newestIds(numbers));
    // Where it was closed already, its lines are in the page.
    const [number = last + 1] = numbersOf(names, OPEN).filter((one) => one > last);
    for (const stray of numbersOf(names, OPEN)) {
      if (stray !== number) rmSync(this.#linesPath(stray), { force: true });
    }
    this.#open = { number, lines: [], timesMs: NO_TIMES, sinceMs: clock.wallMs() };
    if (names.includes(linesName(number))) this.#restore(number);
  }

  /** Pages there are, the open one too where it has members. */
  get count(): number {
    return this.#closed.length + (this.#open.lines.length > 0 ? 1 : 0);
  }

  /** The index as it is now. */
  index(): string {
    return indexDocument(this.#closed, this.#open.lines.length > 0 ? this.#open.number : undefined);
  }

  /** A page by its file name; undefined where there is none. */
  async read(
    name: string,
  ): Promise<{ readonly text: string; readonly isClosed: boolean } | undefined> {
    const number = Number(CLOSED.exec(name)?.[1] ?? Number.NaN);
    if (number === this.#open.number && this.#open.lines.length > 0) {
      return { text: pageDocument(number, this.#open.lines, false), isClosed: false };
    }
    if (!this.#closed.some((page) => page.number === number)) return undefined;
    const text = await readFile(join(this.#options.folder, name), "utf8").catch(() => undefined);
    return text === undefined ? undefined : { text, isClosed: true };
  }

  /** Resolves once the members are on the disk. One call at a time. Rejects with the disk's error. */
  async append(members: readonly Member[]): Promise<void> {
    const fresh = members.filter(({ id }) => !this.#ids.has(id));
    for (let from = 0; from < fresh.length; ) {
      if (this.#isDue()) await this.#close();
      const room = this.#options.membersPerPage - this.#open.lines.length;
      const part = fresh.slice(from, from + room);
      await this.#write(part);
      from += part.length;
    }
  }

  /** Takes every version of these entities out of every page, closed ones too. */
  async forget(isOf: (entity: string) => boolean): Promise<void> {
    const isKept = (line: string) => !isOf(entityOf(line));
    for (const { number } of this.#closed) {
      const path = join(this.#options.folder, pageName(number));
      const lines = membersInPage(await readFile(path, "utf8"));
      const kept = lines.filter(isKept);
      if (kept.length < lines.length) await publish(path, pageDocument(number, kept, true));
    }
    const { number, lines } = this.#open;
    const kept = lines.filter(isKept);
    if (kept.length === lines.length) return;
    await publish(this.#linesPath(number), kept.map((line) => `${line}\n`).join(""));
    lines.splice(0, lines.length, ...kept);
  }

  #isDue(): boolean {
    const { membersPerPage, closeAfterMs, clock } = this.#options;
    const { lines, sinceMs } = this.#open;
    if (lines.length === 0) return false;
    return lines.length >= membersPerPage || clock.wallMs() - sinceMs >= closeAfterMs;
  }

  async #write(members: readonly Member[]): Promise<void> {
    const { number, lines } = this.#open;
    const path = this.#linesPath(number);
    // Somebody may have taken the folder away.
    await mkdir(this.#options.folder, { recursive: true });
    const file = await open(path, "a", 0o644);
    const { size } = await file.stat();
    try {
      await file.writeFile(members.map(({ text }) => `${text}\n`).join(""));
      await file.datasync();
    } catch (error) {
      // What was written of it is taken back, and comes again.
      await truncate(path, size).catch(() => {});
      throw error;
    } finally {
      await file.close();
    }
    if (lines.length === 0) this.#open.sinceMs = this.#options.clock.wallMs();
    for (const { id, timeMs, text } of members) {
      lines.push(text);
      this.#remember(id);
      this.#open.timesMs = widened(this.#open.timesMs, timeMs);
    }
  }

  async #close(): Promise<void> {
    const { folder, keepPages, clock } = this.#options;
    const { number, lines, timesMs } = this.#open;
    await publish(join(folder, pageName(number)), pageDocument(number, lines, true));
    const closed = [...this.#closed, { number, timesMs }];
    const gone = closed.splice(0, Math.max(0, closed.length - keepPages));
    await this.#state.writeLater(closed);
    this.#closed = closed;
    this.#open = { number: number + 1, lines: [], timesMs: NO_TIMES, sinceMs: clock.wallMs() };
    // For servers of the folder itself.
    await publish(join(folder, INDEX_NAME), indexDocument(closed, undefined));
    await rm(this.#linesPath(number), { force: true });
    for (const page of gone) await rm(join(folder, pageName(page.number)), { force: true });
  }

  #restore(number: number): void {
    const path = this.#linesPath(number);
    const text = readFileSync(path, "utf8");
    for (const line of text.split("\n")) {
      const member = parseLine(line);
      // The end may be torn; its reading comes again.
      if (!member) continue;
      this.#open.lines.push(line);
      this.#remember(member.id);
      this.#open.timesMs = widened(this.#open.timesMs, member.timeMs);
    }
    const whole = this.#open.lines.map((line) => `${line}\n`).join("");
    if (whole !== text) writeDurably(path, whole);
  }

  #remember(id: string): void {
    this.#ids.add(id);
    const eldest = this.#ids.values().next();
    if (this.#ids.size > MOST_IDS && !eldest.done) this.#ids.delete(eldest.value);
  }

  #newestIds(numbers: readonly number[]): string[] {
    const ids: string[] = [];
    for (const number of [...numbers].reverse()) {
      if (ids.length >= MOST_IDS) break;
      ids.unshift(...this.#readPage(number).map(({ id }) => id));
    }
    return ids;
  }

  /** A page that was closed while the list of pages could not be written. */
  #look(number: number): ClosedPage {
    let timesMs = NO_TIMES;
    for (const { timeMs } of this.#readPage(number)) timesMs = widened(timesMs, timeMs);
    return { number, timesMs };
  }

  #readPage(number: number): readonly Pick<Member, "id" | "timeMs">[] {
    const text = readFileSync(join(this.#options.folder, pageName(number)), "utf8");
    return membersInPage(text).flatMap((line) => parseLine(line) ?? []);
  }

  #linesPath(number: number): string {
    return join(this.#options.folder, linesName(number));
  }
}

/** Anyone may read what is published. */
function publish(path: string, text: string): Promise<void> {
  return writeDurablyLater(path, text, 0o644);
}

const NO_TIMES: [number, number] = [Number.MAX_SAFE_INTEGER, 0];

function widened([earliest, latest]: readonly [number, number], timeMs: number): [number, number] {
  return [Math.min(earliest, timeMs), Math.max(latest, timeMs)];
}

function linesName(number: number): string {
  return `${String(number).padStart(10, "0")}.ndjson`;
}

function numbersOf(names: readonly string[], pattern: RegExp): number[] {
  const numbers = names.flatMap((name) => Number(pattern.exec(name)?.[1] ?? Number.NaN));
  return numbers.filter((number) => !Number.isNaN(number)).sort((one, other) => one - other);
}

function parseLine(line: string): { readonly id: string; readonly timeMs: number } | undefined {
  try {
    const member = JSON.parse(line);
    return { id: String(member.id), timeMs: Date.parse(member[TIMESTAMP_PATH]["@value"]) };
  } catch {
    return undefined;
  }
}

function entityOf(line: string): string {
  return String(JSON.parse(line)[VERSION_PATH]["@id"]);
}

function isPages(value: unknown): value is ClosedPage[] {
  return (
    Array.isArray(value) &&
    value.every(
      (page) =>
        Number.isInteger(page?.number) && Array.isArray(page.timesMs) && page.timesMs.length === 2,
    )
  );
}
