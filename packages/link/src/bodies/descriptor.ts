import { BodyReader } from "./body-reader.js";
import { BodyWriter } from "./body-writer.js";

/** A piece of a schema's descriptor. The schema's id travels in the frame's header. */
export interface DescriptorPiece {
  /** Of the first byte of `bytes`. */
  readonly offset: number;
  /** Bytes of the whole descriptor; 0: the node has none. */
  readonly total: number;
  readonly bytes: Uint8Array;
}

/** Bytes before those of the descriptor. */
export const PIECE_HEAD_BYTES = 4;

export function encodeDescriptorQuestion(offset: number): Uint8Array {
  return new BodyWriter().number(offset, 2).finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeDescriptorQuestion(body: Uint8Array): number {
  return new BodyReader("DESC", body).number("offset", 2);
}

export function encodeDescriptorPiece({ offset, total, bytes }: DescriptorPiece): Uint8Array {
  return new BodyWriter().number(offset, 2).number(total, 2).bytes(bytes).finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeDescriptorPiece(body: Uint8Array): DescriptorPiece {
  const reader = new BodyReader("DESC", body);
  return {
    offset: reader.number("offset", 2),
    total: reader.number("total", 2),
    bytes: reader.rest(),
  };
}
