import type { SpoolEntry } from "./entry.js";
import {
  closeRecord,
  entrySeed,
  entrySize,
  MARK_MAX_BYTES,
  nameSize,
  writeEntry,
  writeMark,
  writeName,
} from "./record.js";
import { Segment } from "./segment.js";
import { HEADER_BYTES, type SegmentHeader, writeHeader } from "./segment-header.js";
import type { SpoolFile } from "./spool-fs.js";

const BLOCK_BYTES = 32 * 1024;

/** Writes a rewritten segment: some entries of another one, at the positions they have. */
export class SegmentBuilder {
  readonly segment: Segment;
  readonly #file: SpoolFile;
  #entries: SpoolEntry[] = [];
  #bytes = 0;

  constructor(header: SegmentHeader, file: SpoolFile) {
    this.segment = new Segment(header, HEADER_BYTES);
    this.#file = file;
  }

  async begin(): Promise<void> {
    const start = Buffer.alloc(HEADER_BYTES);
    writeHeader(start, this.segment.header);
    await this.#file.write(start, 0);
  }

  async add(entry: SpoolEntry): Promise<void> {
    this.#entries.push(entry);
    this.#bytes += entry.bytes.length;
    if (this.#bytes >= BLOCK_BYTES) await this.#writeBlock();
  }

  /** Brings the rest to the disk; returns once everything is there. */
  async finish(): Promise<Segment> {
    await this.#writeBlock();
    await this.#file.sync();
    this.segment.fileBytes = this.segment.endOffset;
    return this.segment;
  }

  async #writeBlock(): Promise<void> {
    const [first] = this.#entries;
    if (first === undefined) return;
    const { segment } = this;
    const block = encodeBlock(this.#entries, segment.header);
    await this.#file.write(block, segment.endOffset);
    segment.points.push({ position: first.position, offset: segment.endOffset });
    segment.endOffset += block.length;
    segment.entries += this.#entries.length;
    for (const { timeMs, stream } of this.#entries) {
      segment.noteTimes(timeMs, timeMs);
      if (stream !== undefined) segment.noteStream(stream);
    }
    this.#entries = [];
    this.#bytes = 0;
  }
}

/** One block: a mark that resets the names, the names, the entries with the gaps between them. */
function encodeBlock(entries: readonly SpoolEntry[], header: SegmentHeader): Buffer {
  const baseTimeMs = entries[0]?.timeMs ?? 0;
  const firstPosition = entries[0]?.position ?? 0;
  const ids = new Map<string, number>();
  for (const { stream } of entries) {
    if (stream !== undefined && !ids.has(stream)) ids.set(stream, ids.size + 1);
  }
  let expected = firstPosition;
  const records = entries.map(({ position, timeMs, stream, keep, bytes }) => {
    const gap = position - expected;
    expected = position + 1;
    const streamId = stream === undefined ? 0 : (ids.get(stream) ?? 0);
    return { position, bytes, fields: { streamId, timeDelta: timeMs - baseTimeMs, gap, keep } };
  });
  const names = [...ids].map(([text, id]) => ({ id, bytes: Buffer.from(text, "utf8") }));
  let bodyBytes = 0;
  for (const { id, bytes } of names) bodyBytes += nameSize(id, bytes);
  for (const { fields, bytes } of records) bodyBytes += entrySize(fields, bytes.length);
  const out = Buffer.alloc(MARK_MAX_BYTES + bodyBytes);
  const mark = {
    positionDelta: firstPosition - header.firstPosition,
    behind: 0,
    timeDelta: baseTimeMs - header.baseTimeMs,
    bodyBytes,
    reset: true,
  };
  let end = writeMark(out, 0, mark, header.seed);
  for (const { id, bytes } of names) end = writeName(out, end, id, bytes, header.seed);
  for (const { position, fields, bytes } of records) {
    const start = end;
    end = writeEntry(out, start, fields, bytes);
    closeRecord(out, start, end, entrySeed(header.seed, position));
  }
  return out.subarray(0, end);
}
