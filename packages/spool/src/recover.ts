import { join } from "node:path";
import { readCursors, type SavedCursors } from "./cursor-file.js";
import type { SavedCursor } from "./cursor-state.js";
import { scanSegment } from "./scan-segment.js";
import { generationOf, type Segment, segmentFileName } from "./segment.js";
import { HEADER_BYTES, readHeader, type SegmentHeader, writeHeader } from "./segment-header.js";
import { indexFileName, parseIndex } from "./segment-index.js";
import { SegmentStore } from "./segment-store.js";
import type { SpoolEvent } from "./spool-event.js";
import { RESERVE_FILE, readWhole, type SpoolFs } from "./spool-fs.js";

/** What a folder held when it was opened. */
export interface Recovered {
  readonly store: SegmentStore;
  readonly cursors: readonly SavedCursor[];
  /** Position of the next entry. */
  readonly next: number;
}

const NO_CURSORS: SavedCursors = { durable: 0, cursors: [] };

/**
 * Reads a folder after whatever happened to the last process: segments by their own records, the
 * torn end cut off, and everything that is kept synced, so that it may be called durable.
 */
export async function recover(
  fs: SpoolFs,
  dir: string,
  onEvent: (event: SpoolEvent) => void,
): Promise<Recovered> {
  const saved = await readCursors(fs, dir);
  if (saved === "lost") onEvent({ kind: "cursors-lost", file: "cursors.json" });
  const { durable, cursors } = saved === "lost" ? NO_CURSORS : saved;
  const { headers, spare, hasReserve } = await readFolder(fs, dir, onEvent);
  const { live, outranked } = rankSegments(headers);
  const segments: Segment[] = [];
  const unindexed: Segment[] = [];
  for (const [index, header] of live.entries()) {
    const following = live[index + 1];
    const lastPosition = following === undefined ? undefined : following.firstPosition - 1;
    const found = await recoverSegment(fs, dir, header, lastPosition, durable, onEvent);
    segments.push(found.segment);
    if (!found.isIndexed && following !== undefined) unindexed.push(found.segment);
  }
  const generations = headers.map(({ generation }) => generation);
  const store = new SegmentStore({
    fs,
    dir,
    segments,
    spare,
    nextGeneration: Math.max(0, ...generations, ...spare.map(spareGeneration)) + 1,
  });
  await store.discard(outranked);
  for (const segment of unindexed) await store.writeIndex(segment);
  if (!hasReserve) await store.makeReserve();
  await fs.syncDir(dir);
  const last = store.newest?.lastPosition ?? 0;
  for (const { name, position } of cursors) {
    if (position > Math.max(last, durable)) {
      onEvent({ kind: "log-behind-cursor", cursor: name, position });
    }
  }
  const next = Math.max(last, durable, ...cursors.map(({ position }) => position)) + 1;
  return { store, cursors, next };
}

async function readFolder(
  fs: SpoolFs,
  dir: string,
  onEvent: (event: SpoolEvent) => void,
): Promise<{ headers: SegmentHeader[]; spare: string[]; hasReserve: boolean }> {
  const headers: SegmentHeader[] = [];
  const spare: string[] = [];
  const names = (await fs.list(dir)).sort();
  for (const name of names) {
    if (name.endsWith(".tmp")) await fs.remove(join(dir, name));
    if (name.endsWith(".free")) spare.push(name);
    if (name.endsWith(".idx") && !names.includes(name.replace(".idx", ".seg"))) {
      await fs.remove(join(dir, name));
    }
    const generation = generationOf(name);
    if (generation === undefined) continue;
    const bytes = await readStart(fs, join(dir, name));
    const header = readHeader(bytes) ?? (await headerByIndex(fs, join(dir, name)));
    if (header?.generation === generation) headers.push(header);
    else if (header !== undefined || bytes.every((byte) => byte === 0)) {
      // Made ready for a segment of which nothing came to the disk.
      const free = name.replace(".seg", ".free");
      await fs.rename(join(dir, name), join(dir, free));
      spare.push(free);
    } else {
      await fs.rename(join(dir, name), join(dir, name.replace(".seg", ".bad")));
      onEvent({ kind: "set-aside", file: name });
    }
  }
  return { headers, spare, hasReserve: names.includes(RESERVE_FILE) };
}

/** Both copies of a header may be damaged while the entries are whole. */
async function headerByIndex(fs: SpoolFs, path: string): Promise<SegmentHeader | undefined> {
  const bytes = await readWhole(fs, indexFileName(path));
  return bytes && parseIndex(bytes)?.header;
}

/** The first bytes of a segment file. */
export async function readStart(fs: SpoolFs, path: string): Promise<Buffer> {
  const file = await fs.open(path, "read");
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

function spareGeneration(name: string): number {
  return Number.parseInt(name, 10) || 0;
}

/**
 * Puts the segments in order of position. Where two hold the same positions the later generation
 * counts: it was begun because the earlier one's end could not be trusted, or to replace it.
 */
function rankSegments(headers: readonly SegmentHeader[]): {
  live: SegmentHeader[];
  outranked: SegmentHeader[];
} {
  let live: SegmentHeader[] = [];
  const outranked: SegmentHeader[] = [];
  for (const header of [...headers].sort((a, b) => a.generation - b.generation)) {
    const to = header.coversTo === 0 ? Number.POSITIVE_INFINITY : header.coversTo;
    const isOutranked = ({ firstPosition }: SegmentHeader) =>
      firstPosition >= header.firstPosition && firstPosition <= to;
    outranked.push(...live.filter(isOutranked));
    live = live.filter((other) => !isOutranked(other));
    live.push(header);
  }
  live.sort((a, b) => a.firstPosition - b.firstPosition);
  return { live, outranked };
}

async function recoverSegment(
  fs: SpoolFs,
  dir: string,
  header: SegmentHeader,
  lastPosition: number | undefined,
  durable: number,
  onEvent: (event: SpoolEvent) => void,
): Promise<{ segment: Segment; isIndexed: boolean }> {
  const file = segmentFileName(header.generation);
  const path = join(dir, file);
  if (lastPosition !== undefined) {
    const segment = await readIndexed(fs, path, header, lastPosition);
    if (segment !== undefined) return { segment, isIndexed: true };
  }
  const bytes = (await readWhole(fs, path)) ?? Buffer.alloc(0);
  const { segment, ...scan } = scanSegment(bytes, header, lastPosition, durable);
  for (const damage of scan.damage) onEvent({ kind: "damaged", file, ...damage });
  if (scan.torn) onEvent({ kind: "torn-tail", file, lastPosition: segment.lastPosition });
  if (lastPosition === undefined) await settleTail(fs, path, bytes, segment, scan.unprovenFrom);
  return { segment, isIndexed: false };
}

/** The segment as its index tells, where that is of this life of the file and up to its end. */
async function readIndexed(
  fs: SpoolFs,
  path: string,
  header: SegmentHeader,
  lastPosition: number,
): Promise<Segment | undefined> {
  const bytes = await readWhole(fs, indexFileName(path));
  const segment = bytes && parseIndex(bytes);
  if (segment?.header.seed !== header.seed || segment.lastPosition !== lastPosition) {
    return undefined;
  }
  const file = await fs.open(path, "read");
  try {
    segment.fileBytes = await file.size();
  } finally {
    await file.close();
  }
  return segment.fileBytes < segment.endOffset ? undefined : segment;
}

/**
 * Brings the newest segment's end to the disk for certain. What no later mark proves is written
 * again: after a failed sync the system may hold it in memory, and call it clean.
 */
async function settleTail(
  fs: SpoolFs,
  path: string,
  bytes: Buffer,
  segment: Segment,
  unprovenFrom: number,
): Promise<void> {
  const { endOffset } = segment;
  const isClean = bytes.subarray(endOffset).every((byte) => byte === 0);
  const file = await fs.open(path, "write");
  try {
    const start = Buffer.alloc(HEADER_BYTES);
    writeHeader(start, segment.header);
    await file.write(start, 0);
    const unproven = bytes.subarray(unprovenFrom, endOffset);
    if (unproven.length > 0) await file.write(unproven, unprovenFrom);
    if (!isClean) {
      await file.truncate(endOffset);
      segment.fileBytes = endOffset;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
