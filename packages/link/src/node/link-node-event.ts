/** What a node's link has to tell. */
export type LinkNodeEvent =
  /** A session is open; what is held goes out. */
  | {
      readonly kind: "session";
      /** The number that the messages are kept under: the boot count, or what the host gave. */
      readonly boot: number;
      /** The host was ahead: the messages held took new numbers, from this one on. */
      readonly renumberedFrom?: number;
    }
  /** The session is over: the line went, the host fell silent or forgot it. */
  | { readonly kind: "sessionLost"; readonly reason: "line" | "silence" | "reset" | "numbers" }
  /** The host speaks another version of the protocol; the node goes on asking, more slowly. */
  | { readonly kind: "incompatible" }
  /** These messages are on the host's disk, and the copies here are gone. */
  | { readonly kind: "durable"; readonly count: number; readonly through: number }
  /** These messages were given up: the queue was full, or the host takes no bodies that long. */
  | { readonly kind: "dropped"; readonly count: number; readonly reason: "full" | "tooLong" }
  /** What time it is: add `offsetMs` to the link's clock to get ms since the Unix epoch. */
  | {
      readonly kind: "time";
      readonly offsetMs: number;
      /** How far off it may be: half the round trip. */
      readonly uncertaintyMs: number;
      readonly synchronised: boolean;
    }
  /** The host asks for something; answer with `answer(id, …)`. */
  | {
      readonly kind: "command";
      readonly id: number;
      readonly payload: Uint8Array;
      /** By the link's clock; do not begin after it. */
      readonly expiresAt: number;
    };

/** A node link's figures since it was made. */
export interface LinkNodeStats {
  readonly state: "down" | "greeting" | "session";
  /** Taken by `offer`. */
  readonly offered: number;
  /** Not taken: the queue was full. */
  readonly refused: number;
  /** Given up after they were taken. */
  readonly dropped: number;
  /** On the host's disk. */
  readonly durable: number;
  /** Kept here now, and their payload bytes. */
  readonly held: number;
  readonly heldBytes: number;
  /** Frames sent that carry a message, the retransmitted among them. */
  readonly messagesSent: number;
  readonly retransmitted: number;
  /** Sessions begun. */
  readonly sessions: number;
  readonly hellosSent: number;
  readonly framesReceived: number;
  /** Pieces of the stream that were no frame. */
  readonly badFrames: number;
  /** Frames of a type that is unknown here, ignored. */
  readonly unknownFrames: number;
  /** Frames with a body that makes no sense, ignored. */
  readonly malformedFrames: number;
  /** Smoothed; undefined before the first measurement. */
  readonly roundTripMs: number | undefined;
}
