import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { Segment, segmentFileName } from "./segment.js";
import type { SegmentHeader } from "./segment-header.js";
import { formatIndex, indexFileName } from "./segment-index.js";
import { RESERVE_FILE, type SpoolFile, type SpoolFs } from "./spool-fs.js";

/** Spent files kept for the next segment; more are removed, which gives their space back. */
const MAX_SPARE = 4;
/** Room that is kept for the cursors' file on a disk that has become full. */
const RESERVE_BYTES = 16 * 1024;

/** The segment files of one folder, oldest first, and the spent ones that wait to be used again. */
export class SegmentStore {
  readonly dir: string;
  readonly #fs: SpoolFs;
  readonly #segments: Segment[];
  readonly #spare: string[];
  #nextGeneration: number;
  /**
   * Files that are no part of the log any more and could not be put away. They stay outranked only as
   * long as what took their place is there, so nothing is released before they are gone.
   */
  #leftovers: { readonly fileName: string; readonly removesFile: boolean }[] = [];
  /** Whether spent files are kept for later segments. */
  reusesFiles = true;
  /** Bytes of indexes handed to the disk. */
  indexBytes = 0;

  constructor(options: {
    readonly fs: SpoolFs;
    readonly dir: string;
    readonly segments: Segment[];
    readonly spare: string[];
    readonly nextGeneration: number;
  }) {
    this.dir = options.dir;
    this.#fs = options.fs;
    this.#segments = options.segments;
    this.#spare = options.spare;
    this.#nextGeneration = options.nextGeneration;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get spareFiles(): number {
    return this.#spare.length;
  }

  /** Bytes in use. */
  get usedBytes(): number {
    return this.#segments.reduce((sum, { endOffset }) => sum + endOffset, 0);
  }

  get newest(): Segment | undefined {
    return this.#segments.at(-1);
  }

  pathOf(segment: { readonly fileName: string }): string {
    return join(this.dir, segment.fileName);
  }

  /** The segment that holds this position, or the first one after it. */
  find(position: number): Segment | undefined {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#segments[middle] as Segment).lastPosition < position) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low];
  }

  /** A header with the next generation and a seed of its own. */
  headerFor(fields: Omit<SegmentHeader, "generation" | "seed">): SegmentHeader {
    const seed = randomBytes(4).readUInt32LE(0);
    return { ...fields, generation: this.#nextGeneration++, seed };
  }

  /** A fresh segment for entries from `firstPosition` on; its name is on the disk when this returns. */
  async create(
    firstPosition: number,
    baseTimeMs: number,
  ): Promise<{ segment: Segment; file: SpoolFile }> {
    const header = this.headerFor({ firstPosition, coversTo: 0, baseTimeMs, thinned: 0 });
    const segment = new Segment(header, 0);
    const file = await this.#takeFile(segment);
    try {
      segment.fileBytes = await file.size();
      await this.#fs.syncDir(this.dir);
    } catch (error) {
      await file.close().catch(() => {});
      this.#leftovers.push({ fileName: segment.fileName, removesFile: true });
      throw error;
    }
    this.#segments.push(segment);
    return { segment, file };
  }

  async #takeFile(segment: Segment): Promise<SpoolFile> {
    const path = this.pathOf(segment);
    const spare = this.#spare.pop();
    try {
      if (spare === undefined) return await this.#fs.open(path, "create");
      await this.#fs.rename(join(this.dir, spare), path);
      return await this.#fs.open(path, "write");
    } catch (error) {
      this.#leftovers.push({ fileName: segment.fileName, removesFile: true });
      if (spare !== undefined) this.#leftovers.push({ fileName: spare, removesFile: true });
      throw error;
    }
  }

  /**
   * Takes segments out of the log, one after the other. Their files are kept for later ones, or
   * removed where `removesFiles` says so. One whose file cannot be put away stays in the log.
   */
  async release(segments: readonly Segment[], removesFiles = false): Promise<void> {
    await this.putAwayLeftovers();
    for (const segment of segments) {
      const index = this.#segments.indexOf(segment);
      this.#takeOut(segment);
      try {
        await this.#putAway(segment.fileName, removesFiles);
      } catch (error) {
        segment.retired = false;
        this.#segments.splice(index, 0, segment);
        throw error;
      }
    }
  }

  /** Takes a segment out of the log that nothing was acknowledged of. Its file goes when it can. */
  async forget(segment: Segment): Promise<void> {
    this.#takeOut(segment);
    this.#leftovers.push({ fileName: segment.fileName, removesFile: false });
    await this.putAwayLeftovers();
  }

  #takeOut(segment: Segment): void {
    const index = this.#segments.indexOf(segment);
    if (index >= 0) this.#segments.splice(index, 1);
    segment.retired = true;
  }

  /** Puts a rewritten segment, synced at `path`, in the place of the one it was made from. */
  async replace(
    old: Segment,
    rewritten: Segment,
    path: string,
    removesFile: boolean,
  ): Promise<void> {
    try {
      await this.#fs.rename(path, this.pathOf(rewritten));
      await this.#fs.syncDir(this.dir);
    } catch (error) {
      // Under which of its names it is found after a crash is not known.
      this.#leftovers.push({ fileName: rewritten.fileName, removesFile: true });
      this.#leftovers.push({ fileName: basename(path), removesFile: true });
      throw error;
    }
    const index = this.#segments.indexOf(old);
    this.#segments.splice(index, 1, rewritten);
    old.retired = true;
    this.#leftovers.push({ fileName: old.fileName, removesFile });
    await this.writeIndex(rewritten);
    await this.putAwayLeftovers();
  }

  /** Tries again to put away what could not be. */
  async putAwayLeftovers(): Promise<void> {
    for (const leftover of [...this.#leftovers]) {
      await this.#putAway(leftover.fileName, leftover.removesFile);
      this.#leftovers = this.#leftovers.filter((other) => other !== leftover);
    }
  }

  async #putAway(fileName: string, removesFile: boolean): Promise<void> {
    const path = join(this.dir, fileName);
    if (fileName.endsWith(".seg")) await this.#fs.remove(indexFileName(path));
    if (removesFile || !this.reusesFiles || this.#spare.length >= MAX_SPARE) {
      await this.#fs.remove(path);
      return;
    }
    const spare = fileName.replace(".seg", ".free");
    await this.#fs.rename(path, join(this.dir, spare));
    this.#spare.push(spare);
  }

  /** Writes a segment's index; one that fails is made when the log is opened the next time. */
  async writeIndex(segment: Segment): Promise<void> {
    const bytes = formatIndex(segment);
    try {
      const file = await this.#fs.open(indexFileName(this.pathOf(segment)), "create");
      try {
        await file.write(bytes, 0);
        this.indexBytes += bytes.length;
      } finally {
        await file.close();
      }
    } catch {
      // Nothing depends on it.
    }
  }

  /** Takes a little disk space to be given back when there is none; without it all goes on, too. */
  async makeReserve(): Promise<void> {
    try {
      const file = await this.#fs.open(join(this.dir, RESERVE_FILE), "create");
      try {
        await file.write(Buffer.alloc(RESERVE_BYTES), 0);
      } finally {
        await file.close();
      }
    } catch {
      // A full disk: what is there stays there.
    }
  }

  async removeReserve(): Promise<void> {
    await this.#fs.remove(join(this.dir, RESERVE_FILE));
  }

  /** Cuts a file behind its last entry, where an earlier life of the file may still be read. */
  async trim(segment: Segment): Promise<void> {
    if (segment.fileBytes === segment.endOffset) return;
    const file = await this.#fs.open(this.pathOf(segment), "write");
    try {
      await file.truncate(segment.endOffset);
      await file.sync();
      segment.fileBytes = segment.endOffset;
    } finally {
      await file.close();
    }
  }

  /** Removes the files that wait to be used again: what they held before may still be in them. */
  async removeSpare(): Promise<void> {
    for (const name of this.#spare.splice(0)) await this.#fs.remove(join(this.dir, name));
    await this.#fs.syncDir(this.dir);
  }

  /** Keeps the files of segments that are no part of the log for later ones, or removes them. */
  async discard(headers: readonly SegmentHeader[]): Promise<void> {
    for (const { generation } of headers) await this.#putAway(segmentFileName(generation), false);
  }
}
