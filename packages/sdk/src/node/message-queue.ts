import type { OutgoingMessage } from "./transport.js";

/** What a queue is given: it numbers the message itself. */
export type NewMessage = Omit<OutgoingMessage, "sequence">;

/** What a node has reported and nobody else has for good, in the order reported. */
export interface MessageQueue {
  /** Messages held, those on their way among them. */
  readonly size: number;
  /** The number that the next message takes. */
  readonly nextSequence: number;
  /** Messages that were given up since there was no room. */
  readonly dropped: number;
  /** Makes room for one more message and those that are reserved; false where there is none. */
  makeRoom(reserved: number): boolean;
  /** Takes a message under `nextSequence`; false where it could not, and the message is lost. */
  add(message: NewMessage): boolean;
  /** The oldest message that is not on its way; it is from now on. None while more are being read. */
  take(): OutgoingMessage | undefined;
  /** The message waits again, in its old place. */
  putBack(sequence: number): void;
  /** The far end has it for good, or never takes it. */
  remove(sequence: number): void;
  /** Called when `take` has something again that it had not before. */
  onMore: () => void;
  close(): Promise<void>;
}
