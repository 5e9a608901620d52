/** What the fleet reads of a message's MQTT 5 properties; all others are passed over. */
export interface MessageProperties {
  readonly contentType: string | undefined;
  /** Where the correlation data lies. */
  readonly correlationStart: number;
  readonly correlationEnd: number;
  readonly userProperties: readonly (readonly [name: string, value: string])[];
}

const CONTENT_TYPE = 3;
const CORRELATION_DATA = 9;
const USER_PROPERTY = 38;
const SUBSCRIPTION_IDENTIFIER = 11;
/** Bytes of the other properties' values; a string has its length before it. */
const FIXED: Readonly<Record<number, number>> = { 1: 1, 2: 4, 35: 2 };

const decoder = new TextDecoder();

/**
 * Where the correlation data of a message lies, without reading the rest.
 *
 * @returns its first byte, or -1 where there is none
 * @see MQTT 5.0, section 3.3.2.3
 */
export function findCorrelationData(buffer: Uint8Array, start: number, end: number): number {
  let found = -1;
  walk(buffer, start, end, (id, at) => {
    if (id === CORRELATION_DATA) found = at + 2;
    return found < 0;
  });
  return found;
}

/** Reads content type, correlation data and user properties. */
export function readMessageProperties(
  buffer: Uint8Array,
  start: number,
  end: number,
): MessageProperties {
  let contentType: string | undefined;
  let correlationStart = -1;
  let correlationEnd = -1;
  const userProperties: [string, string][] = [];
  walk(buffer, start, end, (id, at, after) => {
    if (id === CONTENT_TYPE) contentType = text(buffer, at);
    if (id === CORRELATION_DATA) [correlationStart, correlationEnd] = [at + 2, after];
    if (id === USER_PROPERTY) {
      userProperties.push([text(buffer, at), text(buffer, at + 2 + length16(buffer, at))]);
    }
    return true;
  });
  return { contentType, correlationStart, correlationEnd, userProperties };
}

/** Content type and user properties as they lie in a PUBLISH, before its correlation data. */
export function encodeMessageProperties(
  contentType: string | undefined,
  userProperties: readonly (readonly [name: string, value: string])[],
): Uint8Array {
  const parts = [
    ...(contentType === undefined ? [] : [Buffer.of(CONTENT_TYPE), field(contentType)]),
    ...userProperties.flatMap((pair) => [Buffer.of(USER_PROPERTY), ...pair.map(field)]),
  ];
  return Buffer.concat(parts);
}

/** The three bytes before correlation data of this length. */
export function encodeCorrelationHead(bytes: number): Uint8Array {
  return Uint8Array.of(CORRELATION_DATA, bytes >>> 8, bytes & 255);
}

/** Calls for each property until a call says enough; ends at what is none. */
function walk(
  buffer: Uint8Array,
  start: number,
  end: number,
  each: (id: number, at: number, after: number) => boolean,
): void {
  let at = start;
  while (at < end) {
    const id = buffer[at++] as number;
    let after = at + (FIXED[id] ?? 0);
    if (id === SUBSCRIPTION_IDENTIFIER) {
      after = at + 1;
      while (after < end && (buffer[after - 1] as number) >= 0x80) after++;
    } else if (FIXED[id] === undefined) {
      after = at + 2 + length16(buffer, at);
      if (id === USER_PROPERTY) after += 2 + length16(buffer, after);
    }
    if (after > end || !each(id, at, after)) return;
    at = after;
  }
}

function length16(buffer: Uint8Array, at: number): number {
  return ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0);
}

function text(buffer: Uint8Array, at: number): string {
  return decoder.decode(buffer.subarray(at + 2, at + 2 + length16(buffer, at)));
}

function field(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >>> 8, bytes.length), bytes]);
}
