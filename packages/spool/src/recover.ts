import { join } from "node:path";
import { readCursors, type SavedCursors } from "./cursor-file.js";
import type { SavedCursor } from "./cursor-state.js";
import { scanSegment } from "./scan-segment.js";
import { generationOf, type Segment } from "./segment.js";
import { HEADER_BYTES, readHeader, type SegmentHeader, writeHeader } from "./segment-header.js";
import { SegmentStore } from "./segment-store.js";
import type { SpoolEvent } from "./spool-event.js";
import { readWhole, type SpoolFs } from "./spool-fs.js";

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
  const { headers, spare } = await readFolder(fs, dir, onEvent);
  const { live, outranked } = rankSegments(headers);
  const segments: Segment[] = [];
  for (const [index, header] of live.entries()) {
    const following = live[index + 1];
    const lastPosition = following === undefined ? undefined : following.firstPosition - 1;
    segments.push(await recoverSegment(fs, dir, header, lastPosition, durable, onEvent));
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
): Promise<{ headers: SegmentHeader[]; spare: string[] }> {
  const headers: SegmentHeader[] = [];
  const spare: string[] = [];
  for (const name of (await fs.list(dir)).sort()) {
    if (name.endsWith(".tmp")) await fs.remove(join(dir, name));
    if (name.endsWith(".free")) spare.push(name);
    const generation = generationOf(name);
    if (generation === undefined) continue;
    const bytes = await readStart(fs, join(dir, name));
    const header = readHeader(bytes);
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
  return { headers, spare };
}

async function readStart(fs: SpoolFs, path: string): Promise<Buffer> {
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
): Promise<Segment> {
  const file = `${String(header.generation).padStart(10, "0")}.seg`;
  const path = join(dir, file);
  const bytes = (await readWhole(fs, path)) ?? Buffer.alloc(0);
  const scan = scanSegment(bytes, header, lastPosition, durable);
  for (const damage of scan.damage) onEvent({ kind: "damaged", file, ...damage });
  if (scan.torn) {
    onEvent({ kind: "torn-tail", file, lastPosition: scan.segment.lastPosition });
  }
  if (lastPosition === undefined)
    await settleTail(fs, path, bytes, scan.segment, scan.unprovenFrom);
  return scan.segment;
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
