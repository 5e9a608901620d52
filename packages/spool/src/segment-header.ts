import { checksum } from "./checksum.js";

/** What the first bytes of a segment file say. */
export interface SegmentHeader {
  /** Number of the file, from 1; the file's name has it, too. A later one outranks an earlier one. */
  readonly generation: number;
  /** 32 random bits that seed every checksum of this life of the file. */
  readonly seed: number;
  /** Position of the first entry that is, or would be, in it. */
  readonly firstPosition: number;
  /** For a rewritten segment: the last position it stands for; 0 for one written by appending. */
  readonly coversTo: number;
  /** Milliseconds since the Unix epoch that the times inside count from. */
  readonly baseTimeMs: number;
  /** How often it was thinned. */
  readonly thinned: number;
}

/** Bytes before the first record: the header twice, so that one bad sector does not take the segment. */
export const HEADER_BYTES = 1024;
const COPY_BYTES = 64;
const COPIES_AT = [0, 512];
const MAGIC = Buffer.from("BOLLSPL1", "latin1");

/** Writes the header, both copies, to the first `HEADER_BYTES` of `out`. */
export function writeHeader(out: Buffer, header: SegmentHeader): void {
  out.fill(0, 0, HEADER_BYTES);
  for (const at of COPIES_AT) {
    MAGIC.copy(out, at);
    out.writeUInt32LE(header.generation, at + 8);
    out.writeUInt32LE(header.seed, at + 12);
    out.writeUIntLE(header.firstPosition, at + 16, 6);
    out.writeUIntLE(header.coversTo, at + 22, 6);
    out.writeUIntLE(header.baseTimeMs, at + 28, 6);
    out.writeUInt8(header.thinned, at + 34);
    out.writeUInt32LE(checksum(out, at, at + COPY_BYTES - 4, 0), at + COPY_BYTES - 4);
  }
}

/** Reads the header from the first bytes of a file; undefined where neither copy is whole. */
export function readHeader(bytes: Buffer): SegmentHeader | undefined {
  for (const at of COPIES_AT) {
    if (bytes.length < at + COPY_BYTES) return undefined;
    if (!MAGIC.equals(bytes.subarray(at, at + MAGIC.length))) continue;
    const crcAt = at + COPY_BYTES - 4;
    if (bytes.readUInt32LE(crcAt) !== checksum(bytes, at, crcAt, 0)) continue;
    return {
      generation: bytes.readUInt32LE(at + 8),
      seed: bytes.readUInt32LE(at + 12),
      firstPosition: bytes.readUIntLE(at + 16, 6),
      coversTo: bytes.readUIntLE(at + 22, 6),
      baseTimeMs: bytes.readUIntLE(at + 28, 6),
      thinned: bytes.readUInt8(at + 34),
    };
  }
  return undefined;
}
