import type { CommandStatus } from "../bodies/command.js";
import type { Hello } from "../bodies/hello.js";
import type { LinkSession } from "./link-session.js";

/** What a host's link has to tell. */
export type LinkHostEvent =
  /** A node said HELLO and was answered. */
  | {
      readonly kind: "session";
      readonly session: LinkSession;
      readonly nodeId: string;
      /** The number its messages are kept under. */
      readonly boot: number;
      readonly hello: Hello;
      /** The session was known, and goes on. */
      readonly resumed: boolean;
      /** The node started again, and its boot count did not: it was given this number instead. */
      readonly bootReused: boolean;
    }
  /** Two living nodes have one name. Their messages are kept under different numbers. */
  | { readonly kind: "conflict"; readonly nodeId: string; readonly boot: number }
  /** One message, in order, once a session. Keep it, then say `session.durable(sequence)`. */
  | {
      readonly kind: "data";
      readonly session: LinkSession;
      readonly nodeId: string;
      readonly boot: number;
      /** 32 bits. */
      readonly sequence: number;
      readonly payload: Uint8Array;
      readonly alarm: boolean;
      /** Make it durable at once: it is an alarm, or the node has little room left. */
      readonly urgent: boolean;
    }
  /** The node gave up messages before they came: `count` of them, all numbered below `before`. */
  | {
      readonly kind: "gap";
      readonly nodeId: string;
      readonly boot: number;
      readonly count: number;
      readonly before: number;
    }
  /** What came of a command. */
  | {
      readonly kind: "result";
      readonly nodeId: string;
      readonly commandId: number;
      readonly status: CommandStatus;
      readonly payload: Uint8Array;
    }
  /** A command was not answered. `unknown`: it was sent, and the node then started anew or left. */
  | {
      readonly kind: "commandLost";
      readonly commandId: number;
      readonly reason: "expired" | "unknown" | "neverSent";
    }
  /** A line for people. Level 0 debug, 1 information, 2 warning, 3 error. */
  | {
      readonly kind: "log";
      readonly nodeId: string;
      readonly level: number;
      readonly message: string;
    }
  /**
   * A schema's descriptor, as asked for by `describe`; undefined where the node has none, or did not
   * answer. Whether it is the one of the schema's fingerprint, its reader has to check.
   */
  | {
      readonly kind: "descriptor";
      readonly nodeId: string;
      readonly schemaId: number;
      readonly bytes: Uint8Array | undefined;
    }
  /** The node's milliseconds since its start, modulo 2^32, as this host's clock was `at`. */
  | {
      readonly kind: "uptime";
      readonly nodeId: string;
      readonly boot: number;
      readonly uptimeMs: number;
      readonly at: number;
    }
  /** The node speaks another version of the protocol. */
  | { readonly kind: "incompatible"; readonly version: number }
  /** Nothing was heard for `silenceMs`, though the node was asked. Told once. */
  | { readonly kind: "silent"; readonly nodeId: string };

/** A host link's figures since it was made. */
export interface LinkHostStats {
  readonly framesReceived: number;
  /** Pieces of the stream that were no frame, and their bytes. */
  readonly badFrames: number;
  readonly discardedBytes: number;
  /** Frames of a type that is unknown here, ignored. */
  readonly unknownFrames: number;
  /** Frames with a body that makes no sense, ignored. */
  readonly malformedFrames: number;
  /** Messages handed on. */
  readonly delivered: number;
  /** Messages that had come before, not handed on. */
  readonly duplicates: number;
  /** Messages too far ahead, not taken. */
  readonly outOfWindow: number;
  /** Messages that nodes gave up. */
  readonly missing: number;
  /** Messages of nodes that had no session, not taken. */
  readonly withoutSession: number;
  readonly sessions: number;
  /** How long an answer of the node takes, smoothed, in ms; absent before the first. */
  readonly roundTripMs?: number;
}
