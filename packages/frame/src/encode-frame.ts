import { crc32 } from "./crc32.js";

/** Bytes after the body under the COBS: the CRC-32. */
export const CRC_BYTES = 4;

/**
 * The most bytes a body of `bodyBytes` takes on the wire, both delimiters counted: the body, 4 of
 * CRC, 2 delimiters, and one byte of COBS for each 254 begun.
 */
export function maxFrameLength(bodyBytes: number): number {
  return bodyBytes + CRC_BYTES + 2 + cobsOverhead(bodyBytes + CRC_BYTES);
}

/**
 * Frames one body: `00 | COBS( body | CRC-32 little endian ) | 00`.
 *
 * The delimiter stands on both sides, so a frame ends whatever noise came before it. An empty body
 * is a frame too.
 *
 * @returns a fresh array of at most {@link maxFrameLength} bytes
 * @see S. Cheshire, M. Baker: Consistent Overhead Byte Stuffing, SIGCOMM 1997
 */
export function encodeFrame(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(maxFrameLength(body.length));
  const crc = crc32(body);
  let code = 1; // where the open block's length goes
  let at = 2;
  for (let i = 0; i < body.length + CRC_BYTES; i++) {
    const byte = i < body.length ? (body[i] as number) : (crc >>> (8 * (i - body.length))) & 0xff;
    if (at - code === 0xff) {
      // 254 bytes without a zero: a full block, which stands for no zero of its own.
      out[code] = 0xff;
      code = at++;
    }
    if (byte === 0) {
      out[code] = at - code;
      code = at++;
    } else {
      out[at++] = byte;
    }
  }
  out[code] = at - code;
  out[at++] = 0;
  return at === out.length ? out : out.subarray(0, at);
}

/** Bytes COBS adds at most. */
function cobsOverhead(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 254));
}
