import { BodyReader } from "./body-reader.js";
import { BodyWriter } from "./body-writer.js";

/** The protocol that this package speaks. */
export const PROTOCOL_VERSION = 1;

/** One schema that a node speaks. */
export interface NodeSchema {
  /** Numeric schema id, 1 to 16383. */
  readonly id: number;
  /** Layout fingerprint, 16 hexadecimal digits. */
  readonly fingerprint: string;
}

/** What a node says about itself. */
export interface Hello {
  /** {@link PROTOCOL_VERSION}. */
  readonly version: number;
  /** It answers CMD. */
  readonly takesCommands: boolean;
  /** Its boot count, or the session number it was given, 1 to 65535; 0 when it has neither. */
  readonly boot: number;
  /** A number that differs from one start of the node to the next, 1 to 65535; 0 when it has none. */
  readonly life: number;
  /** Sequence number of the oldest message it holds; of the next one when it holds none. */
  readonly oldest: number;
  /** Milliseconds since its start, modulo 2^32. */
  readonly uptimeMs: number;
  /** Longest body, header not counted, that it sends or takes: 16 to 2048 bytes. */
  readonly maxBody: number;
  /** Most messages sent and not known to be received, 1 to 8. */
  readonly window: number;
  /** Most messages it keeps until they are durable, 1 to 65535. */
  readonly hold: number;
  /** 1 to 64 bytes of UTF-8. */
  readonly nodeId: string;
  /** Name and version of the firmware, at most 64 bytes of UTF-8. */
  readonly firmware: string;
  /** At most 16. */
  readonly schemas: readonly NodeSchema[];
}

export const MAX_NODE_ID_BYTES = 64;
export const MAX_FIRMWARE_BYTES = 64;
export const MAX_SCHEMAS = 16;
export const MAX_WINDOW = 8;
export const MIN_BODY = 16;
export const MAX_BODY = 2048;
const FINGERPRINT_BYTES = 8;
/** Bytes of the longest HELLO, which a host takes whatever bodies it takes else. */
export const MAX_HELLO =
  19 + 1 + MAX_NODE_ID_BYTES + 1 + MAX_FIRMWARE_BYTES + 1 + MAX_SCHEMAS * (2 + FINGERPRINT_BYTES);
const TAKES_COMMANDS = 1;

export function encodeHello(hello: Hello): Uint8Array {
  const writer = new BodyWriter()
    .number(hello.version, 1)
    .number(hello.takesCommands ? TAKES_COMMANDS : 0, 1)
    .number(hello.boot, 2)
    .number(hello.life, 2)
    .number(hello.oldest, 4)
    .number(hello.uptimeMs, 4)
    .number(hello.maxBody, 2)
    .number(hello.window, 1)
    .number(hello.hold, 2)
    .text(hello.nodeId)
    .text(hello.firmware)
    .number(hello.schemas.length, 1);
  for (const { id, fingerprint } of hello.schemas) {
    writer.number(id, 2);
    for (let i = 0; i < FINGERPRINT_BYTES; i++) {
      writer.number(Number.parseInt(fingerprint.slice(2 * i, 2 * i + 2), 16), 1);
    }
  }
  return writer.finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeHello(body: Uint8Array): Hello {
  const reader = new BodyReader("HELLO", body);
  const fixed = {
    version: reader.number("version", 1),
    takesCommands: (reader.number("flags", 1) & TAKES_COMMANDS) !== 0,
    boot: reader.number("boot", 2),
    life: reader.number("life", 2),
    oldest: reader.number("oldest", 4),
    uptimeMs: reader.number("uptimeMs", 4),
    maxBody: reader.number("maxBody", 2, MIN_BODY, MAX_BODY),
    window: reader.number("window", 1, 1, MAX_WINDOW),
    hold: reader.number("hold", 2, 1),
    nodeId: reader.text("nodeId", 1, MAX_NODE_ID_BYTES),
    firmware: reader.text("firmware", 0, MAX_FIRMWARE_BYTES),
  };
  const count = reader.number("schemas", 1, 0, MAX_SCHEMAS);
  const schemas = Array.from({ length: count }, () => ({
    id: reader.number("schemas.id", 2, 1, 16_383),
    fingerprint: [...reader.bytes("schemas.fingerprint", FINGERPRINT_BYTES)]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join(""),
  }));
  return { ...fixed, schemas };
}
