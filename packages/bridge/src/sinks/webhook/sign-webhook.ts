import { createHash, createHmac } from "node:crypto";
import { BridgeError } from "../../error.js";

/** Shorter ones could be guessed. */
const LEAST_BYTES = 16;
const PREFIX = "whsec_";

/**
 * The secrets of a file, one a line, the one in use first: a new line above the old one lets a
 * receiver change over. `whsec_` begins one in base64, all else is taken as it is.
 *
 * @param place - where the file is named, such as `sinks.webhook[0].secretFile`
 * @throws BridgeError `BRIDGE_CONFIG_INVALID` for none, or for less than 16 bytes
 */
export function parseSecrets(text: string, place: string): readonly Buffer[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const secrets = lines.map((line) =>
    line.startsWith(PREFIX)
      ? Buffer.from(line.slice(PREFIX.length), "base64")
      : Buffer.from(line, "utf8"),
  );
  if (secrets.length > 0 && secrets.every(({ length }) => length >= LEAST_BYTES)) return secrets;
  const message = `A secret has ${LEAST_BYTES} bytes or more: make one with "openssl rand -hex 24"`;
  throw new BridgeError("BRIDGE_CONFIG_INVALID", place, message);
}

/** The same for the same body, however often it is sent. */
export function messageId(body: string): string {
  return `msg_${createHash("sha256").update(body).digest("base64url").slice(0, 27)}`;
}

/**
 * Headers by which a receiver knows the message and its sender: `webhook-id`, `webhook-timestamp` in
 * Unix seconds, and `webhook-signature`, `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64,
 * one for each secret.
 *
 * @see https://www.standardwebhooks.com, the specification
 */
export function signatureHeaders(
  id: string,
  timestampS: number,
  body: string,
  secrets: readonly Buffer[],
): Readonly<Record<string, string>> {
  const signed = `${id}.${timestampS}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac("sha256", secret).update(signed).digest("base64")}`,
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestampS),
    "webhook-signature": signatures.join(" "),
  };
}
