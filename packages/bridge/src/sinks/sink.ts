import type { Delivery } from "../delivery.js";
import type { EndStatus } from "../page/api-types.js";
import type { KnownSchema } from "../schema-set.js";

/** What stands at the far end of a sink. */
export type SinkKind = Exclude<EndStatus["kind"], "serial">;

/** How a sink is, for the status. */
export interface SinkState {
  readonly state: "up" | "down" | "connecting";
  /** Why it is down, or where it goes. */
  readonly detail: string;
  /** Messages the far end has acknowledged. */
  readonly messages: number;
  /** Messages refused, here or there; each is left out, and none holds up the rest. */
  readonly errors: number;
  /** What went wrong last, also when all is well again. */
  readonly lastError?: { readonly message: string; readonly at: string };
  /** When it is tried again, while it is down, ms. */
  readonly retryInMs?: number;
}

/** An entity that never left, or that the far end will never take as it is. */
export interface RefusedEntity {
  /** Of the entry in the spool that it comes from; its bytes are there as they came. */
  readonly position: number;
  readonly id: string;
  /** Which gate, or the far end's status, and why. */
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** What a sink keeps of what was refused, to be tried again once it is mended. */
export interface Refusals {
  /** The latest, oldest first. */
  readonly entries: () => readonly RefusedEntity[];
  /** In all, those no longer named too. */
  readonly count: () => number;
  /**
   * Sends once more what was refused of an entry, and nothing else of it. Resolves as `deliver` does;
   * what is refused again, is noted anew.
   */
  readonly retry: (delivery: Delivery) => Promise<void>;
  /** Forgets what was refused of entries that are not there any more. */
  readonly giveUp: (positions: readonly number[]) => Promise<unknown>;
}

/** One end where readings go. It has a cursor of its own in the spool, moved by a drain. */
export interface Sink {
  /** From the configuration; names the cursor, with the kind. */
  readonly name: string;
  readonly kind: SinkKind;
  /** Most entries it takes at a time. */
  readonly window: number;
  /** Entries it may be behind before it holds the spool no more. Default: as many as there are. */
  readonly maxBehind?: number | undefined;
  /** What is new goes before a backlog. Default: everything in order. */
  readonly isLiveFirst?: boolean;
  /** What was refused; only where it is kept. */
  readonly refusals?: Refusals;
  /** Begins to connect, and goes on trying until it is closed. */
  open(): void;
  /**
   * Resolves once the far end has all of it. Calls are carried out in their order. It does not
   * reject: what the far end will never take is counted and left out, and the rest waits for it.
   */
  deliver(delivery: Delivery): Promise<void>;
  /** Told of what was delivered before a restart, in order, so that newest stays newest. */
  recall(delivery: Delivery): void;
  /**
   * Takes back what the far end keeps of a node as its latest, after the node was erased here. Only
   * where it keeps any.
   *
   * @param name - the owner's
   * @param schemas - those that the node may have spoken
   */
  forget?(name: string, schemas: readonly KnownSchema[]): void;
  /** All that there is has been delivered: the time to put right what the far end may have lost. */
  caughtUp(): void;
  state(): SinkState;
  /** Cuts the connection; what was not delivered stays in the spool. */
  close(): Promise<void>;
}
