import type { Reading } from "@bollard/payload";

/** A reading as one line of JSON; bytes are hexadecimal, as `payload encode` takes them. */
export function readingJson(reading: Reading): string {
  return JSON.stringify(reading, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
}
