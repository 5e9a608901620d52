import { join } from "node:path";
import type { SpoolEntry } from "./entry.js";
import { isSpoolError, SpoolError } from "./error.js";
import { lookOnlyFs } from "./look-only-fs.js";
import { nodeFs } from "./node-fs.js";
import { type Recovered, readStart, recover } from "./recover.js";
import { concerns, matches, type ReplayOptions } from "./replay.js";
import type { Segment } from "./segment.js";
import { readHeader } from "./segment-header.js";
import { SegmentReader } from "./segment-reader.js";
import type { SpoolEvent } from "./spool-event.js";
import { hasCode, type SpoolFs } from "./spool-fs.js";
import type { DamageSurvey, SegmentSurvey, SpoolSurvey } from "./spool-survey.js";

/** How a spool is looked at. */
export interface SpoolReaderOptions {
  readonly dir: string;
  /** Told of entries that should be readable and are not, as `replay` comes upon them. */
  readonly onDamage?: (damage: DamageSurvey) => void;
  /** The disk; default: Node's own `fs`. */
  readonly fs?: SpoolFs;
}

const READ_ENTRIES = 256;
/** Looks at a folder that another process changes meanwhile, before it is given up. */
const ATTEMPTS = 10;

/**
 * Reads a spool and changes nothing: also one that another process has open, and one on a disk that
 * cannot be written.
 *
 * Beside a process that writes it sees what was written by then, on the disk or not; what that
 * process drops meanwhile is passed over.
 */
export class SpoolReader {
  readonly #dir: string;
  readonly #fs: SpoolFs;
  readonly #onDamage: (damage: DamageSurvey) => void;
  #found: Found;

  private constructor(options: SpoolReaderOptions, fs: SpoolFs, found: Found) {
    this.#dir = options.dir;
    this.#fs = fs;
    this.#onDamage = options.onDamage ?? (() => {});
    this.#found = found;
  }

  /**
   * Looks at a folder.
   *
   * @throws {@link SpoolError} `SPOOL_UNREADABLE` where there is no such folder, or it cannot be read
   */
  static async open(options: SpoolReaderOptions): Promise<SpoolReader> {
    const fs = lookOnlyFs(options.fs ?? nodeFs);
    return new SpoolReader(options, fs, await look(fs, options.dir));
  }

  /** What the folder held when it was opened, or when `replay` last had to look again. */
  survey(): SpoolSurvey {
    const { store, cursors, next, holder, names, damage } = this.#found;
    const segments = store.segments.map(surveyOf);
    const oldest = segments[0]?.firstPosition ?? next;
    const last = store.newest?.lastPosition ?? next - 1;
    return {
      dir: this.#dir,
      holder,
      oldest,
      last,
      usedBytes: store.usedBytes,
      fileBytes: this.#found.fileBytes,
      spareFiles: store.spareFiles,
      setAside: names.filter((name) => name.endsWith(".bad")).sort(),
      segments,
      cursors: Object.fromEntries(
        cursors.map(({ name, position, lost }) => [
          name,
          { position, backlog: Math.max(0, last - position), lost },
        ]),
      ),
      damage,
    };
  }

  /**
   * Reads the log from a position or a time on, up to what was written when it is called, in runs of
   * entries.
   *
   * @throws {@link SpoolError} `SPOOL_UNREADABLE`
   */
  async *replay(options: ReplayOptions = {}): AsyncGenerator<SpoolEntry[], void, undefined> {
    const last = this.#found.next - 1;
    const to = Math.min(options.to ?? last, last);
    let next = options.from ?? 1;
    while (next <= to) {
      const segment = this.#found.store.find(next);
      if (segment === undefined) return;
      next = Math.max(next, segment.firstPosition);
      const upTo = Math.min(to, segment.lastPosition);
      if (!concerns(segment, options)) next = segment.lastPosition + 1;
      else next = yield* this.#readSegment(segment, next, upTo, options);
    }
  }

  /** Reads one segment as long as it is there; returns where to go on. */
  async *#readSegment(
    segment: Segment,
    from: number,
    upTo: number,
    options: ReplayOptions,
  ): AsyncGenerator<SpoolEntry[], number, undefined> {
    const file = segment.fileName;
    let damage: DamageSurvey[] = [];
    const path = join(this.#dir, file);
    const reader = new SegmentReader(this.#fs, path, segment, (first, lastPosition, offset) => {
      damage.push({ file, offset, firstPosition: first, lastPosition });
    });
    let next = from;
    try {
      while (next <= upTo) {
        const entries = await reader.read(next, upTo, READ_ENTRIES).catch(nothingIfUnreadable);
        const isWhole = entries !== undefined && damage.length === 0;
        if (!isWhole && !(await isThere(this.#fs, path, segment))) {
          // The writer has let it go meanwhile: what is left of it is in another file, or gone.
          const after = Math.max(next, (entries?.at(-1)?.position ?? 0) + 1);
          if (entries) yield* wanted(entries, options);
          this.#found = await look(this.#fs, this.#dir);
          return after;
        }
        if (entries === undefined) throw unreadable(path, "it cannot be read");
        for (const one of damage) this.#onDamage(one);
        damage = [];
        next = reader.expected;
        yield* wanted(entries, options);
      }
      return next;
    } finally {
      await reader.close();
    }
  }
}

/** What a folder held at one time. */
interface Found extends Recovered {
  readonly holder: number | undefined;
  readonly names: readonly string[];
  readonly fileBytes: number;
  readonly damage: readonly DamageSurvey[];
}

/** Looks until nothing moved while it looked. */
async function look(fs: SpoolFs, dir: string): Promise<Found> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await lookOnce(fs, dir);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      if (attempt === ATTEMPTS) throw unreadable(dir, why, cause);
    }
  }
}

async function lookOnce(fs: SpoolFs, dir: string): Promise<Found> {
  const damage: DamageSurvey[] = [];
  const onEvent = (event: SpoolEvent) => {
    if (event.kind === "damaged") damage.push(withoutKind(event));
  };
  const holder = await fs.holder(dir);
  const names = await fs.list(dir);
  const recovered = await recover(fs, dir, onEvent);
  return { ...recovered, holder, names, damage, fileBytes: await bytesOf(fs, dir, names) };
}

async function bytesOf(fs: SpoolFs, dir: string, names: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const name of names) {
    const file = await fs.open(join(dir, name), "read").catch(() => undefined);
    bytes += (await file?.size()) ?? 0;
    await file?.close();
  }
  return bytes;
}

function withoutKind({ file, offset, firstPosition, lastPosition }: DamageSurvey): DamageSurvey {
  return { file, offset, firstPosition, lastPosition };
}

function surveyOf(segment: Segment): SegmentSurvey {
  const { firstPosition, lastPosition, entries, minTimeMs, maxTimeMs } = segment;
  return {
    file: segment.fileName,
    firstPosition,
    lastPosition,
    entries,
    usedBytes: segment.endOffset,
    fileBytes: segment.fileBytes,
    thinned: segment.header.thinned,
    timesMs: entries === 0 ? undefined : [minTimeMs, maxTimeMs],
    streams: segment.streams?.size,
  };
}

/** True while the file still is this life of the segment; its header may be damaged all the same. */
async function isThere(fs: SpoolFs, path: string, segment: Segment): Promise<boolean> {
  const { generation, seed } = segment.header;
  try {
    const header = readHeader(await readStart(fs, path));
    return header === undefined || (header.generation === generation && header.seed === seed);
  } catch (error) {
    return !hasCode(error, "ENOENT");
  }
}

function* wanted(entries: SpoolEntry[], options: ReplayOptions): Generator<SpoolEntry[]> {
  const matching = entries.filter((entry) => matches(entry, options));
  if (matching.length > 0) yield matching;
}

function nothingIfUnreadable(error: unknown): undefined {
  if (isSpoolError(error) && error.code === "SPOOL_UNREADABLE") return undefined;
  throw error;
}

function unreadable(path: string, why: string, cause?: unknown): SpoolError {
  return new SpoolError("SPOOL_UNREADABLE", path, `The spool cannot be read: ${why}`, { cause });
}
