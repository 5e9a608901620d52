import { BodyReader } from "./body-reader.js";
import { BodyWriter } from "./body-writer.js";

/** A host's answer to TIME. */
export interface TimeAnswer {
  /** The node's own milliseconds since its start, as it asked. */
  readonly uptimeMs: number;
  /** Milliseconds since the Unix epoch when the question came in; 0 when the host does not know. */
  readonly timeMs: number;
  /** The time is one that a time service has set. */
  readonly timeSynchronised: boolean;
}

export function encodeUptime(uptimeMs: number): Uint8Array {
  return new BodyWriter().number(uptimeMs, 4).finish();
}

/**
 * @param name - the frame type, for errors
 * @throws {@link LinkError} `LINK_MALFORMED_BODY`
 */
export function decodeUptime(name: string, body: Uint8Array): number {
  return new BodyReader(name, body).number("uptimeMs", 4);
}

export function encodeTimeAnswer(answer: TimeAnswer): Uint8Array {
  return new BodyWriter()
    .number(answer.uptimeMs, 4)
    .number(answer.timeMs, 6)
    .number(answer.timeSynchronised ? 1 : 0, 1)
    .finish();
}

/** @throws {@link LinkError} `LINK_MALFORMED_BODY` */
export function decodeTimeAnswer(body: Uint8Array): TimeAnswer {
  const reader = new BodyReader("TIME", body);
  return {
    uptimeMs: reader.number("uptimeMs", 4),
    timeMs: reader.number("timeMs", 6),
    timeSynchronised: (reader.number("flags", 1) & 1) !== 0,
  };
}
