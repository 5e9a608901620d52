import { Encoder } from "cbor-x";
import type { ClockQuality } from "./clock.js";
import { BridgeError } from "./error.js";
import type { RadioSignal } from "./page/api-types.js";

/** Where a message came in: the kind of source and its name in the configuration. */
export interface SourceName {
  readonly kind: "serial" | "mqtt" | "lorawan" | "foreign";
  readonly name: string;
}

/** When a message came in, by both clocks, so that a wrong wall clock can be mended afterwards. */
export interface Arrival {
  /** The machine's boot in which `monotonicMs` counts. 32 bits. */
  readonly bootId: number;
  readonly monotonicMs: number;
  /** Milliseconds since the Unix epoch, as the wall clock had it. */
  readonly wallMs: number;
  readonly quality: ClockQuality;
}

/** What the clock of a node without the time showed when its message came in. */
export interface NodeClock {
  /** Milliseconds since the node's start, modulo 2^32. */
  readonly uptimeMs: number;
  /** By how many millionths that clock is slow; below 0: it is fast. */
  readonly slowPpm: number;
}

/** One message as it came: what the spool keeps. */
export interface Entry {
  readonly source: SourceName;
  /** The node's own id, never the port it hangs on. */
  readonly node: string;
  /** Boot count of the node, or the session the bridge gave it; 0 to 65535. */
  readonly boot: number;
  /** Message number since that boot, 32 bits. */
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly arrival: Arrival;
  /**
   * Fingerprint of the layout the node announced for this payload, 16 hexadecimal digits; present
   * only where it was not the layout of the schema configured under that id.
   */
  readonly layout?: string;
  /**
   * What beside the payload tells its schema: a schema's name or id in the topic, or a LoRaWAN port;
   * present only where there was one.
   */
  readonly binding?: string | number;
  /** When a network server received it, ms since the Unix epoch; present only where one did. */
  readonly receivedMs?: number;
  /** How well it was heard by radio. For the page only: the spool does not keep it. */
  readonly signal?: RadioSignal;
  /** Present only where the payload's time is an uptime, and the node's clock is known. */
  readonly nodeClock?: NodeClock;
}

/** What the spool keeps of an entry: bytes, and beside them whose it is and since when. */
export interface StoredEntry {
  readonly bytes: Uint8Array;
  /** The node's id. */
  readonly stream?: string;
  /** The arrival's wall clock. */
  readonly timeMs: number;
}

/** Layout of the bytes; a later one takes the next number, and this one stays readable. */
const VERSION = 1;
const KINDS: readonly SourceName["kind"][] = ["serial", "mqtt", "lorawan", "foreign"];
const QUALITIES: readonly ClockQuality[] = ["synchronised", "unknown", "unset"];

const cbor = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });

/**
 * Turns an entry into what the spool keeps. Its bytes are one CBOR array:
 * `[version × 64 + quality × 8 + kind, source name, boot, sequence, payload, boot id, monotonic ms, layout?,
 * binding?, received ms?, node's uptime ms?, node's clock slow ppm?]`, with null for one that is absent before one that is not.
 *
 * Monotonic time is rounded to the millisecond.
 */
export function encodeEntry(entry: Entry): Required<StoredEntry> {
  const { source, arrival } = entry;
  const quality = QUALITIES.indexOf(arrival.quality);
  const items: unknown[] = [
    VERSION * 64 + quality * 8 + KINDS.indexOf(source.kind),
    source.name,
    entry.boot,
    entry.sequence,
    entry.payload,
    arrival.bootId,
    Math.round(arrival.monotonicMs),
  ];
  const { layout, binding, receivedMs, nodeClock } = entry;
  const rest = [layout, binding, receivedMs, nodeClock?.uptimeMs, nodeClock?.slowPpm];
  const length = rest.findLastIndex((item) => item !== undefined) + 1;
  for (let i = 0; i < length; i++) items.push(rest[i] ?? null);
  return { bytes: cbor.encode(items), stream: entry.node, timeMs: arrival.wallMs };
}

/**
 * Reads a stored entry. Whatever it holds, the answer is an entry or a typed error.
 *
 * @throws {@link BridgeError} `BRIDGE_ENTRY_MALFORMED`
 */
export function decodeEntry(stored: StoredEntry): Entry {
  let items: unknown;
  try {
    items = cbor.decode(stored.bytes);
  } catch (cause) {
    throw malformed("it is not CBOR", cause);
  }
  if (!Array.isArray(items)) throw malformed("it is not an array");
  const [head, name, boot, sequence, payload, bootId, monotonicMs, ...rest] = items as unknown[];
  const flags = whole(head, 0xffff, "head");
  const version = flags >> 6;
  if (version !== VERSION) throw malformed(`its version is ${version}, known is ${VERSION}`);
  const [layout, binding, receivedMs, uptimeMs, slowPpm] = rest;
  return {
    source: { kind: pick(KINDS, flags & 7, "source kind"), name: text(name, "source name") },
    node: text(stored.stream, "node"),
    boot: whole(boot, 0xffff, "boot"),
    sequence: whole(sequence, 0xffffffff, "sequence"),
    payload: binary(payload),
    arrival: {
      bootId: whole(bootId, 0xffffffff, "boot id"),
      monotonicMs: whole(monotonicMs, Number.MAX_SAFE_INTEGER, "monotonic time"),
      wallMs: stored.timeMs,
      quality: pick(QUALITIES, (flags >> 3) & 7, "clock quality"),
    },
    ...(isThere(layout) && { layout: text(layout, "layout") }),
    ...(isThere(binding) && { binding: bindingOf(binding) }),
    ...(isThere(receivedMs) && {
      receivedMs: whole(receivedMs, Number.MAX_SAFE_INTEGER, "time of receipt"),
    }),
    ...(isThere(uptimeMs) && {
      nodeClock: { uptimeMs: whole(uptimeMs, 0xffffffff, "uptime"), slowPpm: ppm(slowPpm) },
    }),
  };
}

function isThere(item: unknown): boolean {
  return item !== undefined && item !== null;
}

function bindingOf(value: unknown): string | number {
  return typeof value === "string" ? value : whole(value, 0xffff, "binding");
}

function malformed(why: string, cause?: unknown): BridgeError {
  return new BridgeError("BRIDGE_ENTRY_MALFORMED", "entry", `Not a stored entry: ${why}`, {
    cause,
  });
}

function pick<T>(values: readonly T[], index: number, what: string): T {
  const value = values[index];
  if (value === undefined) throw malformed(`its ${what} is ${index}`);
  return value;
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw malformed(`its ${what} is not text`);
  return value;
}

function whole(value: unknown, max: number, what: string): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= max) {
    return number;
  }
  throw malformed(`its ${what} is not a whole number of 0 to ${max}`);
}

function ppm(value: unknown): number {
  return typeof value === "number" && value < 0
    ? -whole(-value, 1e6, "node's clock")
    : whole(value, 1e6, "node's clock");
}

function binary(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed("its payload is not bytes");
  return value;
}
