import {
  MAX_BODY,
  MAX_FIRMWARE_BYTES,
  MAX_NODE_ID_BYTES,
  MAX_SCHEMAS,
  MAX_WINDOW,
  MIN_BODY,
  type NodeSchema,
} from "../bodies/hello.js";
import { LinkError } from "../error.js";
import type { LinkNodeEvent } from "./link-node-event.js";

export interface LinkNodeOptions {
  /** Who the node is, whatever port it hangs on: 1 to 64 bytes of UTF-8. */
  readonly nodeId: string;
  /** How often the node has started, 1 to 65535. Default: 0, it cannot count; the host numbers it. */
  readonly boot?: number;
  /**
   * A number that is another one at each start, 1 to 65535; 0 where the node has no chance in it.
   * By it a host sees that a node started again although its boot count stood still.
   */
  readonly life: number;
  /** Name and version of the firmware, at most 64 bytes. Default: empty. */
  readonly firmware?: string;
  /** The schemas it speaks, at most 16. Default: none. */
  readonly schemas?: readonly NodeSchema[];
  /**
   * The descriptor of a schema, at most 4096 bytes: its canonical layout, whose SHA-256 the
   * fingerprint is the beginning of. Default: it has none.
   */
  readonly describe?: (schemaId: number) => Uint8Array | undefined;
  /** Most messages sent and not known to be received, 1 to 8. Default: 8. */
  readonly window?: number;
  /** Longest body, 16 to 2048 bytes; a payload is at most 2 bytes shorter. Default: 2048. */
  readonly maxBody?: number;
  /** Most messages kept until they are durable, 1 to 16384. Default: 1024. */
  readonly maxHeld?: number;
  /** Most payload bytes kept until they are durable. Default: 262144. */
  readonly maxHeldBytes?: number;
  /** What a full queue does with one more message. Default: refuse. */
  readonly whenFull?: "refuse" | "dropOldest";
  /** Takes commands from the host. Default: false. */
  readonly takesCommands?: boolean;
  /** The line's speed in baud, to know when a frame has left. Default: unknown. */
  readonly baudRate?: number;
  /** Between two HELLOs without an answer. Default: 1000 ms. */
  readonly helloIntervalMs?: number;
  /** How long a host may leave messages unanswered before the session is given up. Default: 5000 ms. */
  readonly silenceMs?: number;
  /** After how long without anything sent a PING goes out. Default: 10000 ms. */
  readonly pingIntervalMs?: number;
  /** Between two TIME questions. Default: 600000 ms. */
  readonly timeIntervalMs?: number;
  /** Milliseconds that never jump, such as `performance.now`. */
  readonly now: () => number;
  /** Hands a frame to the line. */
  readonly send: (frame: Uint8Array) => void;
  /** Default: nobody listens. */
  readonly onEvent?: (event: LinkNodeEvent) => void;
}

export type CheckedNodeOptions = Required<Omit<LinkNodeOptions, "baudRate">> &
  Pick<LinkNodeOptions, "baudRate">;

/** @throws {@link LinkError} `LINK_BAD_OPTION` */
export function checkNodeOptions(options: LinkNodeOptions): CheckedNodeOptions {
  const checked = {
    boot: 0,
    firmware: "",
    schemas: [],
    describe: () => undefined,
    window: MAX_WINDOW,
    maxBody: MAX_BODY,
    maxHeld: 1024,
    maxHeldBytes: 262_144,
    whenFull: "refuse" as const,
    takesCommands: false,
    helloIntervalMs: 1000,
    silenceMs: 5000,
    pingIntervalMs: 10_000,
    timeIntervalMs: 600_000,
    onEvent: () => {},
    ...options,
  };
  checkNumber("boot", checked.boot, 0, 0xffff);
  checkNumber("life", checked.life, 0, 0xffff);
  checkNumber("window", checked.window, 1, MAX_WINDOW);
  checkNumber("maxBody", checked.maxBody, MIN_BODY, MAX_BODY);
  checkNumber("maxHeld", checked.maxHeld, 1, 16_384);
  checkBytes("nodeId", checked.nodeId, 1, MAX_NODE_ID_BYTES);
  checkBytes("firmware", checked.firmware, 0, MAX_FIRMWARE_BYTES);
  checkNumber("schemas.length", checked.schemas.length, 0, MAX_SCHEMAS);
  for (const { id, fingerprint } of checked.schemas) {
    checkNumber("schemas.id", id, 1, 16_383);
    if (!/^[0-9a-f]{16}$/.test(fingerprint)) {
      throw new LinkError("LINK_BAD_OPTION", "schemas.fingerprint", `"${fingerprint}" is none`);
    }
  }
  return checked;
}

function checkNumber(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const message = `${value} is not a whole number from ${min} to ${max}`;
  throw new LinkError("LINK_BAD_OPTION", name, message);
}

function checkBytes(name: string, value: string, min: number, max: number): void {
  const length = new TextEncoder().encode(value).length;
  if (length >= min && length <= max) return;
  const message = `${length} bytes of UTF-8, where ${min} to ${max} are allowed`;
  throw new LinkError("LINK_BAD_OPTION", name, message);
}
