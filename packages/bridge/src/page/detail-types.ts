/**
 * What the page's further views read, below `/api/v1`. Each answer is the state of now.
 *
 * `GET links`, `GET spool`, `GET waiting`, `GET log?after=&level=&limit=`, `GET commands`,
 * `POST nodes/{name}/commands`, and as a download `GET readings.csv?node=&schema=&from=&to=`.
 */

import type { EndStatus } from "./api-types.js";

/** One serial port, and the link on it. Counts are since the port was opened last. */
export interface LinkView extends Pick<EndStatus, "lastError" | "retryInMs"> {
  /** Device path. */
  readonly port: string;
  /** The source that takes it. */
  readonly source: string;
  readonly state: "up" | "down" | "connecting";
  /** Why it is down. Empty while it is open. */
  readonly detail: string;
  /** Absent while the port is not open. */
  readonly link?: OpenLinkView;
}

export interface OpenLinkView {
  /** ISO 8601 UTC. */
  readonly openedAt: string;
  /** The node that said HELLO; absent before. */
  readonly node?: LinkedNodeView;
  /** Milliseconds since a good frame came; absent before the first. */
  readonly heardMsAgo?: number;
  /** How long an answer of the node takes, smoothed, in ms; absent before the first. */
  readonly roundTripMs?: number;
  readonly frames: number;
  /** Pieces of the stream that were no frame or had a wrong CRC, and their bytes. */
  readonly badFrames: number;
  readonly discardedBytes: number;
  /** Frames with a body that made no sense, or of an unknown type. */
  readonly strangeFrames: number;
  /** Messages handed on. */
  readonly messages: number;
  /** Messages that came once more: the node had not heard the acknowledgement. */
  readonly repeated: number;
  /** Messages that the node gave up. */
  readonly givenUp: number;
  /** Messages handed on that are not on the disk yet. */
  readonly waiting: number;
  /** Frames that found no place in the queue to the port. */
  readonly unsent: number;
}

export interface LinkedNodeView {
  readonly id: string;
  readonly firmware: string;
  /** Boot count, or the session number it was given. */
  readonly boot: number;
  /** Most messages it sends ahead of an acknowledgement. */
  readonly window: number;
  /** Ids of the schemas it speaks. */
  readonly schemas: readonly number[];
}

/** The log on disk. Counts are since the start. */
export interface SpoolView {
  readonly state: "ok" | "full" | "failing";
  /** Why it is failing. */
  readonly error?: string;
  /** Positions of the oldest entry kept, the newest, and the last that is sure to be on disk. */
  readonly oldest: number;
  readonly last: number;
  readonly durable: number;
  /** Bytes that wait for the disk, and how long they may, ms. */
  readonly pendingBytes: number;
  readonly commitDelayMs: number;
  readonly segments: number;
  readonly spareFiles: number;
  /** What some sink has not had yet, and its bound. */
  readonly backlog: { readonly bytes: number; readonly maxBytes: number };
  readonly whenFull: "drop-oldest" | "thin" | "refuse";
  /** What every sink has had, and its bounds. */
  readonly history: {
    readonly bytes: number;
    readonly maxBytes: number;
    readonly maxDays: number;
  };
  readonly appended: number;
  readonly refused: number;
  /** Bytes handed to the disk, by what they are for, and how often the disk was waited for. */
  readonly written: {
    readonly entries: number;
    readonly prepared: number;
    readonly cursors: number;
    readonly indexes: number;
    readonly syncs: number;
  };
  readonly cursors: readonly CursorView[];
}

/** A sink's place in the spool. */
export interface CursorView {
  /** Kind and name of the sink, such as `mqtt:city`. */
  readonly name: string;
  readonly position: number;
  /** Entries after it. */
  readonly backlog: number;
  /** Entries it will never get, by the reason. */
  readonly lost: Readonly<Record<string, number>>;
  /** It is too far behind to hold anything back. */
  readonly isLoose: boolean;
}

/** Messages that are held for want of a node or a schema. */
export interface WaitingView {
  readonly reason: "unknown-node" | "unknown-schema" | "unmapped";
  /** The node's id, or the schema's; `*` for all that found no place of their own. */
  readonly detail: string;
  readonly messages: number;
}

/** A line of the daemon's log. */
export interface LogLineView {
  /** One more with each line. */
  readonly number: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly level: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  readonly message: string;
  /** What else the line says, such as a port or a node. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The newest lines. */
export interface LogView {
  readonly lines: readonly LogLineView[];
  /** Number of the newest line there is: what to ask `after` next. */
  readonly last: number;
  /** Lines that came since `after` and are gone. */
  readonly missed: number;
}

/** What can be asked of a node, as its schema has it. */
export interface CommandFormView {
  /** The schema's name. */
  readonly schema: string;
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly fields: readonly CommandFieldView[];
}

/** One value that a command takes. */
export interface CommandFieldView {
  readonly name: string;
  readonly title: string;
  /** As a person writes it; empty for none. */
  readonly unit: string;
  readonly kind:
    | "quantity"
    | "counter"
    | "boolean"
    | "enum"
    | "flags"
    | "position"
    | "duration"
    | "text"
    | "bytes"
    | "array";
  readonly optional: boolean;
  /** Of a number, both included, and the step from one to the next. */
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** Words to choose from: one of an enum, any of flags. */
  readonly words?: readonly string[];
  /** Most bytes of a text or of bytes; numbers in an array. */
  readonly length?: number;
}

/** What `POST nodes/{name}/commands` takes. */
export interface CommandAskView {
  /** Asked for again under the same id, a command is done once. 1 to 64 printable characters. */
  readonly id: string;
  readonly command: string;
  readonly schema?: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** By when the node has to begin, ms from now. */
  readonly withinMs: number;
}

/** What came of a command. */
export interface CommandResultView {
  readonly id: string;
  readonly node: string;
  /**
   * The node's own answer (`done`, `refused`, `failed`, `unknown-command`), or `sent` to a node that
   * does not answer, `expired`, `unreachable`, `invalid`.
   */
  readonly status: string;
  readonly message?: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}
