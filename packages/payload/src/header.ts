import type { TimeMode } from "@bollard/schema";
import { PayloadError } from "./error.js";
import type { MessageKey } from "./reading.js";

/** What can be read of a payload without its schema. */
export interface PayloadHeader {
  readonly form: "single" | "batch";
  readonly timeMode: TimeMode;
  /** The time has a millisecond part. */
  readonly milliseconds: boolean;
  /** 1 to 16383; absent where the carrier tells it, such as LoRaWAN's fPort. */
  readonly schemaId?: number;
  readonly key?: MessageKey;
  /** The byte after the header: the first row, or a batch's row count. */
  readonly bodyOffset: number;
}

/** The time modes by their number in the format byte. */
export const timeModes: readonly TimeMode[] = ["none", "absolute", "16", "uptime"];

/** Bytes of the longest header: format, schema id, key. */
export const maxHeaderBytes = 9;

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte !== undefined) return byte;
  const place = { offset: bytes.length };
  throw new PayloadError("PAYLOAD_TRUNCATED", place, "The payload ends within its header");
}

/**
 * Reads a payload's header, so that a receiver of several schemas can tell which one it is.
 *
 * @throws {@link PayloadError} with the offset of what is wrong
 */
export function readHeader(bytes: Uint8Array): PayloadHeader {
  const format = byteAt(bytes, 0);
  const form = format >> 6;
  const milliseconds = (format & 0x08) !== 0;
  const timeMode = timeModes[(format >> 4) & 3] ?? "none";
  const start = { offset: 0 };
  if (form === 2) {
    throw new PayloadError("PAYLOAD_PROTECTED", start, "It is protected, which is not read here");
  }
  if (form === 3) throw new PayloadError("PAYLOAD_RESERVED_FORM", start, "Form 3 is reserved");
  if ((format & 0x01) !== 0) {
    throw new PayloadError("PAYLOAD_RESERVED_BIT", start, "Bit 0 of the format byte is reserved");
  }
  if (milliseconds && timeMode === "none") {
    throw new PayloadError("PAYLOAD_RESERVED_BIT", start, "Milliseconds come without a time");
  }
  let offset = 1;
  let schemaId: number | undefined;
  if ((format & 0x04) !== 0) {
    schemaId = byteAt(bytes, offset);
    if (schemaId >= 0x80) {
      schemaId = ((schemaId & 0x7f) << 8) | byteAt(bytes, offset + 1);
      if (schemaId < 0x80) badSchemaId(`Schema id ${schemaId} takes one byte`, offset);
      offset++;
    }
    if (schemaId === 0) badSchemaId("No schema has the id 0", offset);
    offset++;
  }
  let key: MessageKey | undefined;
  if ((format & 0x02) !== 0) {
    const byte = (index: number) => byteAt(bytes, offset + index);
    const boot = byte(0) | (byte(1) << 8);
    const sequence = (byte(2) | (byte(3) << 8) | (byte(4) << 16) | (byte(5) << 24)) >>> 0;
    key = { boot, sequence };
    offset += 6;
  }
  const header: { -readonly [Name in keyof PayloadHeader]: PayloadHeader[Name] } = {
    form: form === 0 ? "single" : "batch",
    timeMode,
    milliseconds,
    bodyOffset: offset,
  };
  if (schemaId !== undefined) header.schemaId = schemaId;
  if (key !== undefined) header.key = key;
  return header;
}

function badSchemaId(message: string, offset: number): never {
  throw new PayloadError("PAYLOAD_BAD_SCHEMA_ID", { offset }, message);
}

/**
 * Writes a header.
 *
 * @param schemaId - 0 for none
 * @returns the offset after it
 * @throws {@link PayloadError} `PAYLOAD_BAD_KEY`
 */
export function writeHeader(
  bytes: Uint8Array,
  start: number,
  form: 0 | 1,
  timeMode: TimeMode,
  milliseconds: boolean,
  schemaId: number,
  key: MessageKey | undefined,
): number {
  let offset = start;
  bytes[offset++] =
    (form << 6) |
    (timeModes.indexOf(timeMode) << 4) |
    (milliseconds ? 0x08 : 0) |
    (schemaId > 0 ? 0x04 : 0) |
    (key === undefined ? 0 : 0x02);
  if (schemaId >= 0x80) bytes[offset++] = 0x80 | (schemaId >> 8);
  if (schemaId > 0) bytes[offset++] = schemaId;
  if (key === undefined) return offset;
  const { boot, sequence } = key;
  if (boot !== (boot & 0xffff)) badKey("boot", boot, 16);
  if (sequence !== sequence >>> 0) badKey("sequence", sequence, 32);
  bytes[offset++] = boot;
  bytes[offset++] = boot >> 8;
  bytes[offset++] = sequence;
  bytes[offset++] = sequence >> 8;
  bytes[offset++] = sequence >> 16;
  bytes[offset++] = sequence >> 24;
  return offset;
}

function badKey(name: string, value: number, bits: number): never {
  const message = `${name} ${value} of the key is not a whole number of ${bits} bits`;
  throw new PayloadError("PAYLOAD_BAD_KEY", {}, message);
}
