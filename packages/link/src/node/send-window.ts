import { RttEstimator } from "../rtt-estimator.js";
import { addSequence, extendSequence, sequenceDistance } from "../sequence.js";

/** One message the node keeps until the host says that it is durable. */
export interface HeldMessage {
  /** 32 bits. */
  sequence: number;
  readonly type: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  /** The host has it, out of order. */
  received: boolean;
  /** Times sent in this session. */
  transmissions: number;
  /** Place among all transmissions of the first and of the last one. */
  firstOrder: number;
  lastOrder: number;
  /** When the last transmission left, in ms of the link's clock. */
  sentAt: number;
}

/** One message to be sent now. */
export interface Transmission {
  readonly message: HeldMessage;
  /** Nothing before this will come any more; present where the host does not know it yet. */
  readonly base: number | undefined;
}

/** Sequence numbers in use at once: far below the 32768 that 16 bits tell apart. */
const MAX_SPAN = 16_384;

/**
 * The node's messages: which are waiting, sent, received, durable. Selective repeat, pure.
 *
 * A serial line never reorders, so a message sent before one that arrived is lost, and is sent
 * again at once; only the last ones of a burst need the timer.
 */
export class SendWindow {
  readonly rtt = new RttEstimator();
  /** Received in order, not yet durable. */
  #received: HeldMessage[] = [];
  /** Not received in order. */
  #unreceived: HeldMessage[] = [];
  /** The host has everything before this. */
  #receivedNext = 0;
  #nextSequence = 0;
  #heldBytes = 0;
  #size = 1;
  #order = 0;
  /** Of the transmissions known to have arrived, the last one's place. */
  #arrivedOrder = 0;
  /** When the retransmission timer began. */
  #timerFrom = 0;
  #timeouts = 0;

  /** The number the next message will have. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** The oldest number held; the next one when nothing is. */
  get oldest(): number {
    return (this.#received[0] ?? this.#unreceived[0])?.sequence ?? this.#nextSequence;
  }

  get held(): number {
    return this.#received.length + this.#unreceived.length;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Received, and only waiting to be durable. */
  get awaitingDurable(): number {
    return this.#received.length;
  }

  get inFlight(): boolean {
    return this.#unreceived
      .slice(0, this.#size)
      .some(({ transmissions, received }) => transmissions > 0 && !received);
  }

  /** Adds one message at the end, with the next number or a later one. */
  append(type: number, flags: number, payload: Uint8Array, sequence: number): void {
    this.#unreceived.push({
      sequence,
      type,
      flags,
      payload,
      received: false,
      transmissions: 0,
      firstOrder: 0,
      lastOrder: 0,
      sentAt: 0,
    });
    this.#heldBytes += payload.length;
    this.#nextSequence = addSequence(sequence, 1);
  }

  /** Gives up the oldest message that was not sent in this session; undefined when all were. */
  dropOldest(): HeldMessage | undefined {
    const index = this.#unreceived.findIndex(({ transmissions }) => transmissions === 0);
    if (index === -1) return undefined;
    const [dropped] = this.#unreceived.splice(index, 1);
    if (dropped) this.#heldBytes -= dropped.payload.length;
    return dropped;
  }

  /** Gives up every message longer than `maxPayload`, which the host would not take. */
  dropLongerThan(maxPayload: number): number {
    const kept = this.#unreceived.filter(({ payload }) => payload.length <= maxPayload);
    const dropped = this.#unreceived.length - kept.length;
    this.#unreceived = kept;
    this.#heldBytes = [...this.#received, ...kept].reduce((sum, m) => sum + m.payload.length, 0);
    return dropped;
  }

  /**
   * A session begins: the host has everything before `next`, and the rest goes out again.
   *
   * @returns true when the host was ahead of this node, so that the messages took new numbers
   */
  begin(next: number, size: number): boolean {
    const all = [...this.#received, ...this.#unreceived];
    const renumber = sequenceDistance(next, this.#nextSequence) > 0;
    all.forEach((message, index) => {
      if (renumber) message.sequence = addSequence(next, index);
      message.received = false;
      message.transmissions = 0;
    });
    if (renumber) this.#nextSequence = addSequence(next, all.length);
    this.#received = all.filter(({ sequence }) => sequenceDistance(sequence, next) < 0);
    this.#unreceived = all.slice(this.#received.length);
    this.#receivedNext = next;
    this.#size = size;
    this.#arrivedOrder = this.#order;
    this.#timeouts = 0;
    return renumber;
  }

  /** The session is over: nothing counts as sent any more. */
  end(): void {
    for (const message of this.#unreceived) {
      message.transmissions = 0;
      message.received = false;
    }
  }

  /**
   * Takes what the host says it has.
   *
   * @returns how many messages became durable and were freed, or undefined when the numbers cannot
   * be true: they go back, which a line in order never does, or beyond what was sent
   */
  acknowledge(received16: number, map: number, durable16: number, now: number): number | undefined {
    const received = extendSequence(received16, this.#receivedNext);
    const durable = extendSequence(durable16, received);
    if (
      sequenceDistance(received, this.#receivedNext) < 0 ||
      sequenceDistance(received, this.#nextSequence) > 0 ||
      sequenceDistance(durable, received) > 0
    ) {
      return undefined;
    }
    this.#markReceived(received, map, now);
    return this.#free(durable);
  }

  /** The messages to send now, each counted as sent. */
  take(now: number): Transmission[] {
    const due: Transmission[] = [];
    const timedOut = now >= this.timeoutAt;
    let retransmitOne = timedOut;
    for (const message of this.#sendable()) {
      if (message.received) continue;
      const lost = message.transmissions > 0 && message.lastOrder < this.#arrivedOrder;
      if (message.transmissions > 0 && !lost && !retransmitOne) continue;
      retransmitOne = false;
      this.#order++;
      if (message.transmissions === 0) message.firstOrder = this.#order;
      message.lastOrder = this.#order;
      message.transmissions++;
      message.sentAt = now;
      due.push({ message, base: this.#base });
    }
    if (timedOut) this.#timeouts++;
    if (due.length > 0) this.#timerFrom = now;
    return due;
  }

  /** Corrects when the last transmissions leave, where the line's speed is known. */
  leavesAt(message: HeldMessage, at: number): void {
    message.sentAt = at;
    this.#timerFrom = Math.max(this.#timerFrom, at);
  }

  /** When the oldest unanswered message counts as lost; Infinity when none is on its way. */
  get timeoutAt(): number {
    if (!this.inFlight) return Number.POSITIVE_INFINITY;
    return this.#timerFrom + this.rtt.backedOffMs(this.#timeouts);
  }

  /** The session's numbers have come too far apart for 16 bits: it has to begin anew. */
  get outOfSpan(): boolean {
    const front = this.#unreceived[0];
    return front !== undefined && sequenceDistance(front.sequence, this.#receivedNext) > MAX_SPAN;
  }

  /** What the host has to be told, when it waits for messages that were given up. */
  get #base(): number | undefined {
    const front = this.#unreceived[0];
    return front && front.sequence !== this.#receivedNext ? front.sequence : undefined;
  }

  /** The messages of the window: up to the first that was given up in between. */
  *#sendable(): Generator<HeldMessage> {
    const front = this.#unreceived[0];
    if (!front || this.outOfSpan) return;
    for (let index = 0; index < this.#size; index++) {
      const message = this.#unreceived[index];
      if (message?.sequence !== addSequence(front.sequence, index)) return;
      if (sequenceDistance(message.sequence, this.oldest) > MAX_SPAN) return;
      yield message;
    }
  }

  #markReceived(received: number, map: number, now: number): void {
    let progress = false;
    const arrived = (message: HeldMessage): void => {
      if (message.received || message.transmissions === 0) return;
      message.received = true;
      progress = true;
      const once = message.transmissions === 1;
      if (once) this.rtt.sample(Math.max(0, now - message.sentAt));
      const order = once ? message.lastOrder : message.firstOrder;
      this.#arrivedOrder = Math.max(this.#arrivedOrder, order);
    };
    let inOrder = 0;
    for (const message of this.#unreceived) {
      if (sequenceDistance(message.sequence, received) >= 0) break;
      arrived(message);
      inOrder++;
    }
    this.#received.push(...this.#unreceived.splice(0, inOrder));
    this.#receivedNext = received;
    for (const message of this.#unreceived.slice(0, this.#size)) {
      const bit = sequenceDistance(message.sequence, received) - 1;
      if (bit >= 0 && bit < 8 && (map >> bit) & 1) arrived(message);
      else message.received = false; // on a line in order, the last word is the truth
    }
    if (progress) {
      this.#timeouts = 0;
      this.#timerFrom = Math.max(this.#timerFrom, now);
    }
  }

  #free(durable: number): number {
    let count = 0;
    for (const message of this.#received) {
      if (sequenceDistance(message.sequence, durable) >= 0) break;
      this.#heldBytes -= message.payload.length;
      count++;
    }
    this.#received.splice(0, count);
    return count;
  }
}
