/** Why bytes are not the CBOR that was expected, and where. */
export class CborFault extends Error {
  /** In bytes from the first. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message}, at byte ${offset}`);
    this.offset = offset;
  }
}

/** An item's head. `argument` is undefined for an item of indefinite length. */
interface Head {
  readonly major: number;
  readonly argument: number | undefined;
  /** The additional information: tells the width of a float. */
  readonly info: number;
}

const BREAK = 0xff;
const MOST_DEPTH = 16;

/** The value of a half-precision float. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Reads CBOR items one by one. Nothing is allocated by what the bytes claim, only by what is there,
 * and no item nests more than 16 deep.
 *
 * @see RFC 8949
 */
export class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A Buffer's own slice would share its memory.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  fault(message: string): CborFault {
    return new CborFault(message, this.#at);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.#bytes.length - at) throw this.fault("the bytes end here");
    this.#at += count;
    return at;
  }

  #argument(info: number): number | undefined {
    if (info < 24) return info;
    if (info === 24) return this.#view.getUint8(this.#take(1));
    if (info === 25) return this.#view.getUint16(this.#take(2));
    if (info === 26) return this.#view.getUint32(this.#take(4));
    if (info === 27) {
      const at = this.#take(8);
      // Both parts are exact, so their sum is rounded once.
      return this.#view.getUint32(at) * 0x100000000 + this.#view.getUint32(at + 4);
    }
    if (info === 31) return undefined;
    throw this.fault(`additional information ${info} is reserved`);
  }

  #head(): Head {
    const byte = this.#view.getUint8(this.#take(1));
    const info = byte & 31;
    const major = byte >> 5;
    // A float's bytes are read by what takes it.
    return { major, info, argument: major === 7 && info >= 25 ? 0 : this.#argument(info) };
  }

  /** The major type of the next item; undefined at a break or at the end. */
  peek(): number | undefined {
    const byte = this.#bytes[this.#at];
    return byte === undefined || byte === BREAK ? undefined : byte >> 5;
  }

  /** The items of an array or the pairs of a map: calls `each` for every one. */
  #items(major: 4 | 5, what: string, each: (index: number) => void): void {
    const { major: found, argument } = this.#head();
    if (found !== major) throw this.fault(`expected ${what}`);
    if (argument !== undefined) {
      for (let index = 0; index < argument; index++) each(index);
      return;
    }
    for (let index = 0; this.#bytes[this.#at] !== BREAK; index++) each(index);
    this.#at++;
  }

  readArray(each: (index: number) => void): void {
    this.#items(4, "an array", each);
  }

  readMap(each: () => void): void {
    this.#items(5, "a map", each);
  }

  /** An integer or a text: what a map's key is in SenML. */
  key(): number | string {
    const major = this.peek();
    if (major === 3) return this.text();
    if (major === 0 || major === 1) return this.#integer();
    throw this.fault("expected an integer or a text as a label");
  }

  #integer(): number {
    const { major, argument } = this.#head();
    if ((major !== 0 && major !== 1) || argument === undefined) {
      throw this.fault("expected an integer");
    }
    return major === 0 ? argument : -1 - argument;
  }

  /** An integer, a float or a decimal fraction; it may be infinite or not a number. */
  number(): number {
    const major = this.peek();
    if (major === 0 || major === 1) return this.#integer();
    const { info, argument } = this.#head();
    if (major === 6 && argument === 4) return this.#decimalFraction();
    if (major === 7 && info === 25) return fromHalf(this.#view.getUint16(this.#take(2)));
    if (major === 7 && info === 26) return this.#view.getFloat32(this.#take(4));
    if (major === 7 && info === 27) return this.#view.getFloat64(this.#take(8));
    throw this.fault("expected a number");
  }

  #decimalFraction(): number {
    const parts: number[] = [];
    this.readArray((index) => {
      if (index > 1) throw this.fault("a decimal fraction has two parts");
      parts.push(this.#integer());
    });
    const [exponent, mantissa] = parts;
    if (exponent === undefined || mantissa === undefined) {
      throw this.fault("a decimal fraction has two parts");
    }
    // The parser of numbers rounds once, whatever the exponent.
    return Number(`${mantissa}e${exponent}`);
  }

  boolean(): boolean {
    const byte = this.#view.getUint8(this.#take(1));
    if (byte !== 0xf4 && byte !== 0xf5) throw this.fault("expected true or false");
    return byte === 0xf5;
  }

  /** Calls `each` for every chunk of a byte or text string: one, unless its length is indefinite. */
  #string(major: 2 | 3, what: string): Uint8Array {
    const head = this.#head();
    if (head.major !== major) throw this.fault(`expected ${what}`);
    if (head.argument !== undefined) {
      const at = this.#take(head.argument);
      return this.#bytes.slice(at, at + head.argument);
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (this.#bytes[this.#at] !== BREAK) {
      const chunk = this.#head();
      if (chunk.major !== major || chunk.argument === undefined) {
        throw this.fault("a chunk is a string of definite length of the same kind");
      }
      const at = this.#take(chunk.argument);
      chunks.push(this.#bytes.subarray(at, at + chunk.argument));
      length += chunk.argument;
    }
    this.#at++;
    const whole = new Uint8Array(length);
    let filled = 0;
    for (const chunk of chunks) {
      whole.set(chunk, filled);
      filled += chunk.length;
    }
    return whole;
  }

  bytes(): Uint8Array {
    return this.#string(2, "bytes");
  }

  text(): string {
    const bytes = this.#string(3, "a text");
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw this.fault("a text is not UTF-8");
    }
  }

  /** Passes over one item of any kind. */
  skip(depth = 0): void {
    if (depth > MOST_DEPTH) throw this.fault(`nested more than ${MOST_DEPTH} deep`);
    const major = this.peek();
    if (major === 2) this.bytes();
    else if (major === 3) this.text();
    else if (major === 4) this.readArray(() => this.skip(depth + 1));
    else if (major === 5) {
      this.readMap(() => {
        this.skip(depth + 1);
        this.skip(depth + 1);
      });
    } else {
      const { info } = this.#head();
      if (major === 6) this.skip(depth + 1);
      if (major !== 7) return;
      if (info >= 28) throw this.fault("expected an item");
      if (info > 24) this.#take(info === 25 ? 2 : info === 26 ? 4 : 8);
    }
  }
}
