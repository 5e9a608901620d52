import { type DescriptorPiece, encodeDescriptorQuestion } from "../bodies/descriptor.js";
import { FRAME_TYPE, formatFrame } from "../frame-header.js";

/** Longest descriptor taken. */
const MAX_BYTES = 4096;
/** As many schemas as a node has. */
const MAX_PENDING = 16;
const RETRY_MS = 500;
const MAX_TRIES = 10;

interface Request {
  readonly schemaId: number;
  readonly bytes: number[];
  tries: number;
}

/** A descriptor that is whole, or undefined where the node has none or does not answer. */
export interface Described {
  readonly schemaId: number;
  readonly bytes: Uint8Array | undefined;
}

/** Gets the descriptors of a node's schemas, one after the other, piece by piece. Pure. */
export class DescriptorRequests {
  readonly #pending: Request[] = [];
  #askAt = Number.POSITIVE_INFINITY;

  /** @returns false when 16 are pending, or this one is */
  add(schemaId: number, now: number): boolean {
    if (this.#pending.length >= MAX_PENDING) return false;
    if (this.#pending.some((request) => request.schemaId === schemaId)) return false;
    this.#pending.push({ schemaId, bytes: [], tries: 0 });
    if (this.#pending.length === 1) this.#askAt = now;
    return true;
  }

  /** When `take` has to be called; Infinity when there is nothing to wait for. */
  get nextDeadline(): number {
    return this.#askAt;
  }

  /** The node is gone. */
  clear(): void {
    this.#pending.length = 0;
    this.#askAt = Number.POSITIVE_INFINITY;
  }

  /** The question to send now, or what nobody answered. */
  take(now: number): { readonly frame?: Uint8Array; readonly described?: Described } {
    const [request] = this.#pending;
    if (!request || now < this.#askAt) return {};
    if (request.tries === MAX_TRIES) return { described: this.#end(undefined, now) };
    request.tries++;
    this.#askAt = now + RETRY_MS;
    const question = encodeDescriptorQuestion(request.bytes.length);
    return { frame: formatFrame(FRAME_TYPE.DESC, 0, request.schemaId, question) };
  }

  /** A piece came; the next one is asked for at once. Returns what is whole by it. */
  accept(schemaId: number, piece: DescriptorPiece, now: number): Described | undefined {
    const [request] = this.#pending;
    if (request?.schemaId !== schemaId || piece.offset !== request.bytes.length) return undefined;
    const length = piece.offset + piece.bytes.length;
    const isNone = piece.total === 0 || piece.total > MAX_BYTES;
    if (isNone || piece.bytes.length === 0 || length > piece.total)
      return this.#end(undefined, now);
    request.bytes.push(...piece.bytes);
    request.tries = 0;
    this.#askAt = now;
    return length === piece.total ? this.#end(Uint8Array.from(request.bytes), now) : undefined;
  }

  #end(bytes: Uint8Array | undefined, now: number): Described {
    const request = this.#pending.shift() as Request;
    this.#askAt = this.#pending.length > 0 ? now : Number.POSITIVE_INFINITY;
    return { schemaId: request.schemaId, bytes };
  }
}
