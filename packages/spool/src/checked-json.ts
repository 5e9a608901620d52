import { checksum } from "./checksum.js";

/** A value as one line of JSON and one of its checksum. */
export function formatChecked(value: unknown): Buffer {
  const body = Buffer.from(`${JSON.stringify(value)}\n`, "utf8");
  return Buffer.concat([body, Buffer.from(`${checkOf(body)}\n`, "latin1")]);
}

/** The value again; undefined where the bytes are not whole. */
export function parseChecked(bytes: Buffer): unknown {
  const bodyEnd = bytes.indexOf(0x0a) + 1;
  const body = bytes.subarray(0, bodyEnd);
  if (bytes.toString("latin1", bodyEnd) !== `${checkOf(body)}\n`) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function checkOf(body: Buffer): string {
  return checksum(body, 0, body.length, 0).toString(16).padStart(8, "0");
}
