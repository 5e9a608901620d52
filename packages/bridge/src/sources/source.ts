import type { CommandRoute } from "../commands/command-desk.js";
import type { NodeClock, SourceName } from "../entry.js";
import type { EndStatus, RadioSignal } from "../page/api-types.js";
import type { LinkView } from "../page/detail-types.js";

/** One message of a node, as a source hands it to the pipeline. */
export interface SourceMessage {
  readonly source: SourceName;
  /** The node's own id. */
  readonly node: string;
  /** Boot count, or the session the bridge gave; 0 to 65535. */
  readonly boot: number;
  /** Message number since that boot, 32 bits. */
  readonly sequence: number;
  /** The bytes as they came; the pipeline copies them. */
  readonly payload: Uint8Array;
  /** Fingerprint the node announced, where it is not the configured schema's. */
  readonly layout?: string | undefined;
  /** What beside the payload tells its schema: a schema's name or id in the topic, or a LoRaWAN port. */
  readonly binding?: string | number | undefined;
  /** When the network server received it, ms since the Unix epoch, where one did before us. */
  readonly receivedMs?: number | undefined;
  /** Its node says that it is an alarm: it stays where others are thinned out. Default: it is none. */
  readonly isAlarm?: boolean | undefined;
  /** How well it was heard by radio. */
  readonly signal?: RadioSignal | undefined;
  /** What the node's clock shows now, where its payload's time is an uptime. */
  readonly nodeClock?: NodeClock | undefined;
  /** Called once the message is on the disk: now it may be acknowledged. */
  readonly kept: () => void;
}

/** The newest key that the spool holds of a node from one source. */
export interface LastKey {
  readonly source: SourceName;
  readonly node: string;
  readonly boot: number;
  readonly sequence: number;
}

/**
 * Takes a message. False: it could not be kept, and must not be acknowledged; the source holds back
 * for a while and lets it be sent again.
 */
export type Accept = (message: SourceMessage) => boolean;

/** Where readings come from. */
export interface Source {
  /** Begins, and goes on trying until it is closed. */
  open(): Promise<void>;
  /** How it is: one line for each port or connection. */
  status(): readonly EndStatus[];
  /** Sends a command to a node; undefined where this source does not lead to it now. */
  command?: CommandRoute["command"];
  /** How each link is, where it has any. */
  links?(): readonly LinkView[];
  /** Takes nothing more; what was not acknowledged will be sent again. */
  close(): Promise<void>;
}
