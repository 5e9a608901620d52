// TextEncoder and TextDecoder are no part of the language, and QuickJS has neither.

/** The bytes that a text takes in UTF-8, or -1 where half a surrogate pair stands alone. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0;
    if (code >= 0xd800 && code < 0xe000) return -1;
    if (code >= 0x10000) index++;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/**
 * Writes a text as UTF-8.
 *
 * @param text - of whole characters only, and short enough, by `utf8Length`
 */
export function writeUtf8(text: string, bytes: Uint8Array, start: number): void {
  let position = start;
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) ?? 0;
    if (code < 0x80) {
      bytes[position++] = code;
    } else if (code < 0x800) {
      bytes[position++] = 0xc0 | (code >> 6);
      bytes[position++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[position++] = 0xe0 | (code >> 12);
      bytes[position++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[position++] = 0x80 | (code & 0x3f);
    } else {
      index++;
      bytes[position++] = 0xf0 | (code >> 18);
      bytes[position++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[position++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[position++] = 0x80 | (code & 0x3f);
    }
  }
}

/**
 * Reads UTF-8.
 *
 * @returns the text, or the index of the first byte of an ill-formed sequence
 * @see RFC 3629, section 4
 */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string | number {
  let text = "";
  let position = start;
  while (position < end) {
    const lead = bytes[position] ?? 0;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      position++;
      continue;
    }
    const count = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (count === 0 || position + count >= end) return position;
    let code = lead & (0x3f >> count);
    for (let index = 1; index <= count; index++) {
      const next = bytes[position + index] ?? 0;
      if ((next & 0xc0) !== 0x80) return position;
      code = (code << 6) | (next & 0x3f);
    }
    const least = count === 1 ? 0x80 : count === 2 ? 0x800 : 0x10000;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return position;
    text += String.fromCodePoint(code);
    position += count + 1;
  }
  return text;
}
