const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Bytes as base64 with the URL-safe alphabet, without padding. @see RFC 4648, section 5 */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | (second << 8) | third;
    const characters = Math.min(bytes.length - at, 3) + 1;
    for (let index = 0; index < characters; index++) {
      text += alphabet.charAt((bits >> (18 - 6 * index)) & 63);
    }
  }
  return text;
}

function sextetOf(code: number): number | undefined {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code === 0x2d || code === 0x2b) return 62;
  if (code === 0x5f || code === 0x2f) return 63;
  return undefined;
}

/**
 * The bytes of a base64 text. Padding and the common alphabet are taken too: senders mix them up.
 *
 * @returns undefined for what is not base64, or has bits left over
 */
export function fromBase64url(text: string): Uint8Array | undefined {
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text[length - 1] === "=") length--;
  if (length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let count = 0;
  let filled = 0;
  for (let at = 0; at < length; at++) {
    const value = sextetOf(text.charCodeAt(at));
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xfff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[filled++] = bits >> count;
    }
  }
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined;
}
