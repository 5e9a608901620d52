import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Segment, segmentFileName } from "./segment.js";
import type { SegmentHeader } from "./segment-header.js";
import type { SpoolFile, SpoolFs } from "./spool-fs.js";

/** Spent files kept for the next segment; more are removed, which gives their space back. */
const MAX_SPARE = 4;

/** The segment files of one folder, oldest first, and the spent ones that wait to be used again. */
export class SegmentStore {
  readonly dir: string;
  readonly #fs: SpoolFs;
  readonly #segments: Segment[];
  readonly #spare: string[];
  #nextGeneration: number;

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

  get newest(): Segment | undefined {
    return this.#segments.at(-1);
  }

  pathOf(segment: Segment): string {
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

  /** A fresh segment for entries from `firstPosition` on; its name is on the disk when this returns. */
  async create(
    firstPosition: number,
    baseTimeMs: number,
  ): Promise<{ segment: Segment; file: SpoolFile }> {
    const generation = this.#nextGeneration++;
    const segment = new Segment(
      {
        generation,
        seed: randomBytes(4).readUInt32LE(0),
        firstPosition,
        coversTo: 0,
        baseTimeMs,
        thinned: 0,
      },
      0,
    );
    const file = await this.#takeFile(this.pathOf(segment));
    try {
      segment.fileBytes = await file.size();
      await this.#fs.syncDir(this.dir);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
    this.#segments.push(segment);
    return { segment, file };
  }

  async #takeFile(path: string): Promise<SpoolFile> {
    const spare = this.#spare.pop();
    if (spare === undefined) return this.#fs.open(path, "create");
    await this.#fs.rename(join(this.dir, spare), path);
    return this.#fs.open(path, "write");
  }

  /** Takes segments out of the log, and keeps their files for later ones. */
  async release(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) {
      const index = this.#segments.indexOf(segment);
      if (index >= 0) this.#segments.splice(index, 1);
      segment.retired = true;
    }
    await this.discard(segments.map(({ header }) => header));
  }

  /** Keeps the files of segments that are no part of the log for later ones, or removes them. */
  async discard(headers: readonly SegmentHeader[]): Promise<void> {
    for (const { generation } of headers) {
      const name = segmentFileName(generation);
      const path = join(this.dir, name);
      if (this.#spare.length >= MAX_SPARE) {
        await this.#fs.remove(path);
        continue;
      }
      const spare = name.replace(".seg", ".free");
      await this.#fs.rename(path, join(this.dir, spare));
      this.#spare.push(spare);
    }
  }
}
