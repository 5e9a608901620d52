import type { SensorSchema } from "@bollard/schema";
import { BitReader, type BitsPart } from "./bit-reader.js";
import { isPayloadError, type PayloadError } from "./error.js";
import { timeModes } from "./header.js";
import { layoutOf } from "./layout.js";
import { type DecodeOptions, MessageDecoder } from "./message-decoder.js";
import type { Reading } from "./reading.js";

/** What some bits of a payload are: of its header, or of a row. */
export type PayloadPart =
  | "form"
  | "timeMode"
  | "hasMilliseconds"
  | "hasSchemaId"
  | "hasKey"
  | "reserved"
  | "schemaId"
  | "boot"
  | "sequence"
  | "rowCount"
  | "padding"
  | Exclude<BitsPart, "row">;

/** Some bits of a payload that belong together. */
export interface PayloadBits {
  readonly part: PayloadPart;
  /** The first of them, in bits from the payload's first one. */
  readonly offset: number;
  /** From the first to the last, as 0 and 1. */
  readonly bits: string;
  /** From 0 on; absent in the header. */
  readonly row?: number;
  /** The field they belong to, and which of its numbers: `latitude`, `3`. */
  readonly field?: string;
  readonly element?: string;
}

/** A payload taken apart, as far as it makes sense. */
export interface ExplainedPayload {
  /** In their order, without a gap up to where it breaks. */
  readonly bits: readonly PayloadBits[];
  /** The rows that are whole. */
  readonly readings: readonly Reading[];
  /** Why the rest makes no sense. */
  readonly error?: PayloadError;
  /** What was being read where it breaks; absent in the header and after the last row. */
  readonly breaksIn?: Omit<PayloadBits, "offset" | "bits">;
}

/** What a reader was told of the bits it takes. */
interface Noted {
  readonly part: Exclude<BitsPart, "row">;
  /** Of the field or slot. */
  readonly index: number;
  readonly row: number;
}

/**
 * Takes a payload apart for people: which bits are what, and what they say. It is the decoder itself
 * that tells, so what is shown is what is read.
 *
 * Any bytes are explained up to where they break.
 */
export function explainPayload(
  schema: SensorSchema,
  bytes: Uint8Array,
  options: DecodeOptions = {},
): ExplainedPayload {
  const layout = layoutOf(schema);
  const reader = new ListeningReader(bytes);
  const decoder = new MessageDecoder(schema, layout, false, reader);
  const readings: Reading[] = [];
  let error: PayloadError | undefined;
  try {
    decoder.decode(bytes, options, readings);
  } catch (cause) {
    if (!isPayloadError(cause)) throw cause;
    error = cause;
  }
  const placeOf = ({ part, index, row }: Noted): Omit<PayloadBits, "offset" | "bits"> => {
    const slot = isOfSlot(part) ? layout.slots[index] : undefined;
    const field = part === "presence" ? index : slot?.field;
    const name = field === undefined ? undefined : layout.fields[field]?.field.name;
    return {
      part,
      row,
      ...(name === undefined ? {} : { field: name }),
      ...(slot === undefined || slot.part === "" ? {} : { element: slot.part }),
    };
  };
  const rows = reader.pieces.map((piece) => {
    const { part, ...place } = placeOf(piece);
    return { part, offset: piece.offset, bits: piece.bits, ...place };
  });
  const bits = [...explainHeader(bytes), ...rows];
  const last = bits.at(-1);
  const end = last === undefined ? 0 : last.offset + last.bits.length;
  const isWhole = error === undefined || error.code === "PAYLOAD_BAD_PADDING";
  const isOver = isWhole || error?.code === "PAYLOAD_TRAILING_BYTES";
  const byteEnd = Math.ceil(end / 8) * 8;
  if (isOver && end < byteEnd) {
    bits.push({ part: "padding", offset: end, bits: bitsOf(bytes, end, byteEnd) });
  }
  if (error === undefined) return { bits, readings };
  const { current } = reader;
  const isInRow = !isOver && current !== undefined;
  return { bits, readings, error, ...(isInRow ? { breaksIn: placeOf(current) } : {}) };
}

function isOfSlot(part: PayloadPart): boolean {
  return part === "step" || part === "blob" || part === "change" || part === "number";
}

/** The bits of some bytes from one place to another, as 0 and 1. */
function bitsOf(bytes: Uint8Array, from: number, to: number): string {
  let bits = "";
  for (let bit = from; bit < to; bit++) {
    bits += ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
  }
  return bits;
}

/** As far as the bytes go. */
function explainHeader(bytes: Uint8Array): PayloadBits[] {
  const parts: PayloadBits[] = [];
  let offset = 0;
  const take = (part: PayloadPart, count: number): number => {
    const end = Math.min(offset + count, bytes.length * 8);
    const bits = bitsOf(bytes, offset, end);
    if (bits !== "") parts.push({ part, offset, bits });
    offset += count;
    return bits.length === count ? Number.parseInt(bits, 2) : Number.NaN;
  };
  const form = take("form", 2);
  const mode = take("timeMode", 2);
  const hasMilliseconds = take("hasMilliseconds", 1) === 1;
  const hasId = take("hasSchemaId", 1) === 1;
  const hasKey = take("hasKey", 1) === 1;
  const reserved = take("reserved", 1);
  const isKnown = form < 2 && reserved === 0;
  if (!isKnown || (hasMilliseconds && timeModes[mode] === "none")) return parts;
  if (hasId) take("schemaId", (bytes[1] ?? 0) >= 0x80 ? 16 : 8);
  if (hasKey) {
    take("boot", 16);
    take("sequence", 32);
  }
  if (form === 1) take("rowCount", 8);
  return parts;
}

/** Keeps what each bit it gives is for. */
class ListeningReader extends BitReader {
  readonly pieces: (Noted & { readonly offset: number; bits: string })[] = [];
  /** What is being read. */
  current: Noted | undefined;
  readonly #bytes: Uint8Array;
  #bit = 0;
  #row = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  override start(bytes: Uint8Array, position: number): void {
    super.start(bytes, position);
    this.#bit = position * 8;
  }

  override note(part: BitsPart, index: number): void {
    if (part === "row") this.#row = index;
    else this.current = { part, index, row: this.#row };
  }

  override take(bits: number): number {
    const number = super.take(bits);
    this.#keep(bits);
    return number;
  }

  override takeOnes(most: number): number {
    const ones = super.takeOnes(most);
    this.#keep(ones === most ? ones : ones + 1);
    return ones;
  }

  #keep(count: number): void {
    const { current } = this;
    if (count === 0 || current === undefined) return;
    const bits = bitsOf(this.#bytes, this.#bit, this.#bit + count);
    const last = this.pieces.at(-1);
    const { part, index, row } = current;
    if (last?.part === part && last.index === index && last.row === row) last.bits += bits;
    else this.pieces.push({ ...current, offset: this.#bit, bits });
    this.#bit += count;
  }
}
