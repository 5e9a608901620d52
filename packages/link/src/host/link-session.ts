import type { CommandStatus } from "../bodies/command.js";
import { addSequence, extendSequence, sequenceDistance } from "../sequence.js";
import { UptimeClock } from "./uptime-clock.js";

/** One message that came in order. */
export interface ReceivedMessage {
  /** 32 bits. */
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly alarm: boolean;
  /** Present for the answer to a command. */
  readonly result?: { readonly commandId: number; readonly status: CommandStatus };
}

/** What a message did to the session. */
export interface Acceptance {
  /** Now deliverable, in order. */
  readonly messages: readonly ReceivedMessage[];
  /** Messages that the node has given up, all before sequence number `before`. */
  readonly missing: number;
  readonly before: number;
  readonly verdict: "taken" | "duplicate" | "outOfWindow";
}

/** What a session needs of the link it runs on. */
export interface SessionLink {
  /** When something last came from this line, by the link's clock. */
  readonly lastHeardAt: number;
  sendAck(session: LinkSession): void;
  sendReset(session: LinkSession): void;
}

const MAX_WINDOW = 8;

/**
 * One node's messages since one of its starts: which came, and which are durable.
 *
 * It outlives the line, so a node that is plugged in again, here or elsewhere, goes on where it was.
 */
export class LinkSession {
  readonly nodeId: string;
  /** Boot count or session number, 1 to 65535. */
  readonly boot: number;
  /** The node's own mark for this start; 0 when it has none, or it is not known. */
  life: number;
  /** Most messages that the node keeps until they are durable. */
  hold = 1;
  /** The node's clock, as the host knows it. */
  readonly clock = new UptimeClock();
  /** The link it runs on now. */
  link: SessionLink | undefined;
  /** The link it ran on before, where that was heard shortly before the node came to this one. */
  leftLink: SessionLink | undefined;
  #next: number;
  #durableNext: number;
  /** The node has nothing before this one, as it said in its last HELLO. */
  #oldest: number;
  #began = false;
  /** Came before their time, by sequence number. */
  readonly #early = new Map<number, Omit<ReceivedMessage, "sequence">>();
  /** Results need no disk: they are durable as soon as everything before them is. */
  readonly #selfDurable = new Set<number>();

  /** @internal */
  constructor(nodeId: string, boot: number, life: number, next: number) {
    this.nodeId = nodeId;
    this.boot = boot;
    this.life = life;
    this.#next = next;
    this.#durableNext = next;
    this.#oldest = next;
  }

  /** All messages before this one came, or were given up by the node. */
  get next(): number {
    return this.#next;
  }

  /** All messages before this one are durable. */
  get durableNext(): number {
    return this.#durableNext;
  }

  /**
   * What an ACK says is durable: what the node gave up long ago counts as well, so that the number
   * stays near enough for its 16 bits.
   */
  get acknowledged(): number {
    const ahead = sequenceDistance(this.#oldest, this.#durableNext) > 0;
    return ahead ? this.#oldest : this.#durableNext;
  }

  /** Delivered and not yet durable. */
  get waiting(): number {
    return sequenceDistance(this.#next, this.#durableNext);
  }

  /** True once a message was delivered. */
  get began(): boolean {
    return this.#began;
  }

  /** Bit i is set when the message `next` + 1 + i is there. */
  get map(): number {
    let map = 0;
    for (const sequence of this.#early.keys()) {
      map |= 1 << (sequenceDistance(sequence, this.#next) - 1);
    }
    return map & 0xff;
  }

  /**
   * Says that every message up to and including `sequence` is kept for good. Only now does the
   * node free its copies. Numbers already durable, or not yet delivered, change nothing.
   */
  durable(sequence: number): void {
    const after = addSequence(sequence, 1);
    if (sequenceDistance(after, this.#durableNext) <= 0) return;
    if (sequenceDistance(after, this.#next) > 0) return;
    this.#durableNext = after;
    this.#passResults();
    this.link?.sendAck(this);
  }

  /**
   * Takes back what was delivered and is not durable, because it could not be kept: the node sends
   * it again.
   */
  rewind(): void {
    this.#next = this.#durableNext;
    this.#early.clear();
    this.#selfDurable.clear();
    this.link?.sendReset(this);
  }

  /**
   * The node begins or goes on, with nothing before `oldest`.
   *
   * @returns how many messages it has given up meanwhile
   * @internal
   */
  resume(oldest: number): number {
    this.#early.clear();
    this.#oldest = oldest;
    const missing = sequenceDistance(oldest, this.#next);
    if (missing <= 0) return 0;
    if (this.waiting === 0) this.#durableNext = oldest;
    this.#next = oldest;
    return missing;
  }

  /** @internal */
  accept(
    seq16: number,
    base16: number | undefined,
    message: Omit<ReceivedMessage, "sequence">,
  ): Acceptance {
    const messages: ReceivedMessage[] = [];
    let missing = 0;
    const base = base16 === undefined ? this.#next : extendSequence(base16, this.#next);
    while (sequenceDistance(base, this.#next) > 0) {
      if (!this.#deliver(messages)) {
        missing++;
        const after = addSequence(this.#next, 1);
        if (this.waiting === 0) this.#durableNext = after;
        this.#next = after;
        this.#passResults();
      }
    }
    const sequence = extendSequence(seq16, this.#next);
    const ahead = sequenceDistance(sequence, this.#next);
    let verdict: Acceptance["verdict"] = "taken";
    if (ahead < 0 || this.#early.has(sequence)) verdict = "duplicate";
    else if (ahead >= MAX_WINDOW) verdict = "outOfWindow";
    else this.#early.set(sequence, message);
    while (this.#deliver(messages)) {
      // one after the other
    }
    return { messages, missing, before: base, verdict };
  }

  #deliver(into: ReceivedMessage[]): boolean {
    const message = this.#early.get(this.#next);
    if (!message) return false;
    this.#early.delete(this.#next);
    into.push({ sequence: this.#next, ...message });
    if (message.result) this.#selfDurable.add(this.#next);
    this.#began = true;
    this.#next = addSequence(this.#next, 1);
    this.#passResults();
    return true;
  }

  #passResults(): void {
    while (this.#selfDurable.delete(this.#durableNext)) {
      this.#durableNext = addSequence(this.#durableNext, 1);
    }
  }
}
