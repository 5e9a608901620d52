import { FrameDecoder, maxFrameLength } from "@bollard/frame";
import { decodeAck } from "../bodies/ack.js";
import { type CommandStatus, decodeCommand, encodeResult } from "../bodies/command.js";
import {
  decodeDescriptorQuestion,
  encodeDescriptorPiece,
  PIECE_HEAD_BYTES,
} from "../bodies/descriptor.js";
import { encodeHello, PROTOCOL_VERSION } from "../bodies/hello.js";
import { decodeHelloAck, type HelloAck, MAX_HELLO_ACK } from "../bodies/hello-ack.js";
import { decodeTimeAnswer, encodeUptime, type TimeAnswer } from "../bodies/time.js";
import { isLinkError, LinkError } from "../error.js";
import {
  FLAG_ALARM,
  FLAG_ANSWER,
  FLAG_BASE,
  FRAME_TYPE,
  formatFrame,
  HEADER_BYTES,
  type LinkFrame,
  parseFrame,
} from "../frame-header.js";
import { RESET_REASON } from "../reset-reason.js";
import { sequenceDistance } from "../sequence.js";
import { CommandMemory } from "./command-memory.js";
import { Greeting } from "./greeting.js";
import type { LinkNodeEvent, LinkNodeStats } from "./link-node-event.js";
import {
  type CheckedNodeOptions,
  checkNodeOptions,
  type LinkNodeOptions,
} from "./link-node-options.js";
import { SendWindow, type Transmission } from "./send-window.js";

/** How one payload is offered. */
export interface OfferOptions {
  /** The host makes it durable at once. Default: false. */
  readonly alarm?: boolean;
  /**
   * Its sequence number, where the caller counts: the next, or a later one when messages in between
   * were given up, which the host is told. Default: the next.
   */
  readonly sequence?: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** How long at least the host may take to say that messages are durable, before it is asked. */
const DURABLE_WAIT_MS = 1000;
/** Bytes of the base before a payload. */
const BASE_BYTES = 2;
const NOTHING = new Uint8Array(0);

/**
 * The node's half of the serial link: keeps each message until the host says that it is durable.
 *
 * Pure: the line's bytes come in by `receive` and go out by `send`, time comes from `now`, and
 * `poll` is called when {@link nextDeadline} is reached. It starts with the line down.
 *
 * @see docs/link-protocol.md
 */
export class LinkNode {
  readonly #options: CheckedNodeOptions;
  readonly #decoder: FrameDecoder;
  readonly #window = new SendWindow();
  readonly #commands = new CommandMemory();
  readonly #startedAt: number;
  /** Called when {@link nextDeadline} may have come nearer. */
  onSchedule: (() => void) | undefined;

  #state: "down" | "greeting" | "session" = "down";
  #boot: number;
  #maxPayload: number;
  #commitDelayMs = 0;
  readonly #greeting: Greeting;
  #lastHeardAt = 0;
  #lastSentAt = 0;
  /** Since when an answer is due; Infinity when none is. */
  #answerDueSince = NEVER;
  #probeAt = NEVER;
  #timeAt = NEVER;
  #lineFreeAt = 0;
  readonly #counts = {
    offered: 0,
    refused: 0,
    dropped: 0,
    durable: 0,
    messagesSent: 0,
    retransmitted: 0,
    sessions: 0,
    hellosSent: 0,
    framesReceived: 0,
    badFrames: 0,
    unknownFrames: 0,
    malformedFrames: 0,
  };

  /** @throws {@link LinkError} `LINK_BAD_OPTION` */
  constructor(options: LinkNodeOptions) {
    this.#options = checkNodeOptions(options);
    const { boot, maxBody, life, now, helloIntervalMs } = this.#options;
    this.#decoder = new FrameDecoder({
      maxFrameBytes: maxFrameLength(HEADER_BYTES + Math.max(maxBody, MAX_HELLO_ACK)) - 2,
    });
    this.#boot = boot;
    this.#maxPayload = maxBody - BASE_BYTES;
    this.#greeting = new Greeting(helloIntervalMs, life);
    this.#startedAt = now();
  }

  /** The number that messages are kept under; 0 before a node that cannot count was given one. */
  get boot(): number {
    return this.#boot;
  }

  /** The sequence number that the next message offered will have. */
  get nextSequence(): number {
    return this.#window.nextSequence;
  }

  /** Longest payload that `offer` takes, in bytes. */
  get maxPayload(): number {
    return this.#maxPayload;
  }

  /** When `poll` has to be called, by the link's clock; Infinity when there is nothing to wait for. */
  get nextDeadline(): number {
    if (this.#state === "down") return NEVER;
    if (this.#state === "greeting") return this.#greeting.dueAt;
    return Math.min(
      this.#window.timeoutAt,
      this.#probeAt,
      this.#timeAt,
      this.#lastSentAt + this.#options.pingIntervalMs,
      this.#answerDueSince + this.#options.silenceMs,
    );
  }

  stats(): LinkNodeStats {
    return {
      state: this.#state,
      ...this.#counts,
      held: this.#window.held,
      heldBytes: this.#window.heldBytes,
      roundTripMs: this.#window.rtt.roundTripMs,
    };
  }

  /** The line is there: the node says HELLO until it is answered. */
  lineUp(): void {
    if (this.#state === "session") this.#endSession("line");
    this.#decoder.reset();
    this.#lineFreeAt = 0;
    this.#greeting.forget();
    this.#greet();
  }

  /** The line has gone. Messages are kept, and may be offered. */
  lineDown(): void {
    if (this.#state === "session") this.#endSession("line");
    this.#state = "down";
    this.#greeting.forget();
  }

  /**
   * Takes a payload, to be delivered once, in order. It is copied.
   *
   * @returns false when the queue is full and its policy is to refuse, which is counted
   * @throws {@link LinkError} `LINK_PAYLOAD_TOO_LONG` above {@link maxPayload}; `LINK_BAD_OPTION` for
   * a sequence number before {@link nextSequence}
   */
  offer(payload: Uint8Array, options: OfferOptions = {}): boolean {
    const { alarm = false, sequence = this.nextSequence } = options;
    if (sequenceDistance(sequence, this.nextSequence) < 0) {
      const message = `${sequence} was taken before; the next is ${this.nextSequence}`;
      throw new LinkError("LINK_BAD_OPTION", "sequence", message);
    }
    return this.#offer(FRAME_TYPE.DATA, alarm ? FLAG_ALARM : 0, payload.slice(), sequence);
  }

  /**
   * Answers a command; the answer travels among the payloads.
   *
   * @returns false when the queue is full
   * @throws {@link LinkError} `LINK_PAYLOAD_TOO_LONG`
   */
  answer(commandId: number, status: CommandStatus, payload: Uint8Array = NOTHING): boolean {
    const body = encodeResult({ commandId, status, payload });
    return this.#offer(FRAME_TYPE.RESULT, 0, body, this.nextSequence);
  }

  /**
   * Sends a line for people. It is not kept: without a session it is lost.
   *
   * @param level - 0 debug, 1 information, 2 warning, 3 error
   */
  log(level: 0 | 1 | 2 | 3, message: string): void {
    if (this.#state !== "session") return;
    const body = new TextEncoder().encode(message).subarray(0, this.#maxPayload);
    this.#send(formatFrame(FRAME_TYPE.LOG, level, 0, body));
  }

  /** Takes bytes from the line, cut anywhere. */
  receive(chunk: Uint8Array): void {
    for (const event of this.#decoder.push(chunk)) {
      const frame = event.kind === "frame" ? parseFrame(event.body) : undefined;
      if (!frame) {
        this.#counts.badFrames++;
        continue;
      }
      this.#counts.framesReceived++;
      if (this.#state === "down") continue;
      try {
        this.#take(frame);
      } catch (error) {
        if (!isLinkError(error) || error.code !== "LINK_MALFORMED_BODY") throw error;
        this.#counts.malformedFrames++;
      }
    }
    this.#pump();
  }

  /** Does what is due. Calling it early or often does no harm. */
  poll(): void {
    const now = this.#options.now();
    if (this.#state === "greeting" && now >= this.#greeting.dueAt) this.#hello();
    if (this.#state !== "session") return;
    if (now >= this.#answerDueSince + this.#options.silenceMs) {
      this.#endSession("silence");
      this.#greet();
      return;
    }
    if (now >= this.#timeAt) this.#askTime();
    if (now >= this.#probeAt || now >= this.#lastSentAt + this.#options.pingIntervalMs) {
      this.#ping();
    }
    this.#pump();
  }

  #offer(type: number, flags: number, payload: Uint8Array, sequence: number): boolean {
    if (payload.length > this.#maxPayload) {
      const message = `${payload.length} bytes, where at most ${this.#maxPayload} fit a body`;
      throw new LinkError("LINK_PAYLOAD_TOO_LONG", "payload", message);
    }
    if (!this.#makeRoom(payload.length)) {
      this.#counts.refused++;
      return false;
    }
    this.#counts.offered++;
    this.#window.append(type, flags, payload, sequence);
    this.#pump();
    return true;
  }

  #makeRoom(bytes: number): boolean {
    const { maxHeld, maxHeldBytes, whenFull } = this.#options;
    let dropped = 0;
    while (this.#window.held >= maxHeld || this.#window.heldBytes + bytes > maxHeldBytes) {
      if (whenFull === "refuse" || !this.#window.dropOldest()) break;
      dropped++;
    }
    this.#dropped(dropped, "full");
    return this.#window.held < maxHeld && this.#window.heldBytes + bytes <= maxHeldBytes;
  }

  #dropped(count: number, reason: "full" | "tooLong"): void {
    if (count === 0) return;
    this.#counts.dropped += count;
    this.#emit({ kind: "dropped", count, reason });
  }

  #take(frame: LinkFrame): void {
    const now = this.#options.now();
    this.#lastHeardAt = now;
    switch (frame.type) {
      case FRAME_TYPE.HELLO_ACK:
        this.#takeHelloAck(frame.seq, decodeHelloAck(frame.body), now);
        break;
      case FRAME_TYPE.ACK:
        if (this.#state === "session") this.#takeAck(frame, now);
        break;
      case FRAME_TYPE.RESET:
        this.#takeReset(frame.body[0]);
        break;
      case FRAME_TYPE.PING:
        if (this.#state !== "session") break;
        if (frame.flags & FLAG_ANSWER) this.#answered();
        else this.#send(this.#uptimeFrame(FRAME_TYPE.PING, FLAG_ANSWER, frame.seq));
        break;
      case FRAME_TYPE.TIME:
        if (frame.flags & FLAG_ANSWER) this.#takeTime(decodeTimeAnswer(frame.body), now);
        break;
      case FRAME_TYPE.CMD:
        if (this.#state === "session") this.#takeCommand(frame, now);
        break;
      case FRAME_TYPE.DESC:
        if (this.#state === "session") this.#tellDescriptor(frame);
        break;
      default:
        this.#counts.unknownFrames++;
    }
  }

  #takeHelloAck(token: number, ack: HelloAck, now: number): void {
    if (ack.life !== this.#options.life) return; // for the node that was here before
    if (this.#state === "session") {
      // An answer to an earlier HELLO of this greeting. Another number means another session.
      if (ack.boot !== this.#boot) this.#restart("reset");
      return;
    }
    if (!this.#greeting.isAnswer(token)) return; // from before this greeting
    if (ack.version !== PROTOCOL_VERSION) {
      this.#foundIncompatible();
      return;
    }
    this.#state = "session";
    this.#greeting.end();
    this.#counts.sessions++;
    this.#boot = ack.boot;
    this.#commitDelayMs = ack.commitDelayMs;
    this.#maxPayload = Math.min(this.#options.maxBody, ack.maxBody) - BASE_BYTES;
    this.#dropped(this.#window.dropLongerThan(this.#maxPayload), "tooLong");
    const size = Math.min(this.#options.window, ack.window);
    const renumbered = this.#window.begin(ack.next, size);
    const roundTripMs = now - this.#greeting.lastAt;
    const { saidOnce } = this.#greeting;
    if (saidOnce) this.#window.rtt.sample(roundTripMs);
    this.#answered();
    this.#lastSentAt = now;
    this.#timeAt = now + this.#options.timeIntervalMs;
    const renumberedFrom = renumbered ? { renumberedFrom: ack.next } : {};
    this.#emit({ kind: "session", boot: ack.boot, ...renumberedFrom });
    if (ack.timeMs > 0 && saidOnce) {
      this.#emitTime(ack.timeMs, ack.timeSynchronised, now, roundTripMs);
    }
  }

  #takeAck(frame: LinkFrame, now: number): void {
    const { map, durable } = decodeAck(frame.body);
    const freed = this.#window.acknowledge(frame.seq, map, durable, now);
    if (freed === undefined) {
      this.#counts.malformedFrames++;
      this.#restart("numbers");
      return;
    }
    this.#answered();
    if (freed === 0) return;
    this.#counts.durable += freed;
    this.#emit({ kind: "durable", count: freed, through: (this.#window.oldest - 1) >>> 0 });
  }

  #takeReset(reason: number | undefined): void {
    if (reason === RESET_REASON.version) this.#foundIncompatible();
    else if (this.#state === "session") this.#restart("reset");
    else this.#greet(); // the host is there now: do not wait for the next second
  }

  #takeTime(answer: TimeAnswer, now: number): void {
    const roundTripMs = (this.#uptimeMs(now) - answer.uptimeMs) >>> 0;
    this.#answered();
    if (answer.timeMs > 0 && roundTripMs < this.#options.silenceMs) {
      this.#emitTime(answer.timeMs, answer.timeSynchronised, now, roundTripMs);
    }
  }

  #emitTime(timeMs: number, synchronised: boolean, now: number, roundTripMs: number): void {
    const uncertaintyMs = roundTripMs / 2;
    this.#emit({
      kind: "time",
      offsetMs: timeMs + uncertaintyMs - now,
      uncertaintyMs,
      synchronised,
    });
  }

  #takeCommand(frame: LinkFrame, now: number): void {
    const { withinMs, payload } = decodeCommand(frame.body);
    if (!this.#commands.isNew(frame.seq)) return;
    if (!this.#options.takesCommands) {
      this.answer(frame.seq, "unknown");
      return;
    }
    const command = { id: frame.seq, payload: payload.slice(), expiresAt: now + withinMs };
    this.#emit({ kind: "command", ...command });
  }

  #tellDescriptor({ seq, body }: LinkFrame): void {
    const whole = this.#options.describe(seq) ?? NOTHING;
    const offset = decodeDescriptorQuestion(body);
    const room = this.#maxPayload + BASE_BYTES - PIECE_HEAD_BYTES;
    const bytes = whole.subarray(offset, offset + room);
    const piece = encodeDescriptorPiece({ offset, total: whole.length, bytes });
    this.#send(formatFrame(FRAME_TYPE.DESC, FLAG_ANSWER, seq, piece));
  }

  #foundIncompatible(): void {
    if (this.#state === "session") this.#endSession("reset");
    this.#state = "greeting";
    if (!this.#greeting.incompatible) this.#emit({ kind: "incompatible" });
    this.#greeting.refuse(this.#options.now());
    this.onSchedule?.();
  }

  #restart(reason: "reset" | "numbers"): void {
    this.#endSession(reason);
    this.#greet();
  }

  #endSession(reason: "line" | "silence" | "reset" | "numbers"): void {
    this.#state = "greeting";
    this.#window.end();
    this.#answerDueSince = NEVER;
    this.#probeAt = NEVER;
    this.#emit({ kind: "sessionLost", reason });
  }

  /** Begins to say HELLO, or says it earlier than the next second. */
  #greet(): void {
    this.#state = "greeting";
    const now = this.#options.now();
    this.#greeting.begin(now);
    if (this.#greeting.dueAt <= now) this.#hello();
    else this.onSchedule?.();
  }

  #hello(): void {
    const { nodeId, firmware, schemas, life, maxBody, window, maxHeld } = this.#options;
    const now = this.#options.now();
    const body = encodeHello({
      version: PROTOCOL_VERSION,
      takesCommands: this.#options.takesCommands,
      boot: this.#boot,
      life,
      oldest: this.#window.oldest,
      uptimeMs: this.#uptimeMs(now),
      maxBody,
      window,
      hold: maxHeld,
      nodeId,
      firmware,
      schemas,
    });
    this.#counts.hellosSent++;
    this.#send(formatFrame(FRAME_TYPE.HELLO, 0, this.#greeting.say(now), body));
    this.onSchedule?.();
  }

  /** Sends what the window allows, and sets the timers that follow from it. */
  #pump(): void {
    if (this.#state !== "session") return;
    if (this.#window.outOfSpan && this.#window.awaitingDurable === 0) {
      this.#restart("numbers");
      return;
    }
    const now = this.#options.now();
    for (const transmission of this.#window.take(now)) this.#transmit(transmission);
    if (this.#window.inFlight && this.#answerDueSince === NEVER) this.#answerDueSince = now;
    if (this.#window.awaitingDurable === 0) this.#probeAt = NEVER;
    else if (this.#probeAt === NEVER) this.#probeAt = now + this.#durableWaitMs;
    this.onSchedule?.();
  }

  #transmit({ message, base }: Transmission): void {
    const { type, flags, sequence, payload } = message;
    this.#counts.messagesSent++;
    if (message.transmissions > 1) this.#counts.retransmitted++;
    this.#send(
      base === undefined
        ? formatFrame(type, flags, sequence, payload)
        : formatFrame(type, flags | FLAG_BASE, sequence, Uint8Array.of(base, base >>> 8), payload),
    );
    this.#window.leavesAt(message, this.#lineFreeAt);
  }

  #ping(): void {
    const now = this.#options.now();
    if (this.#answerDueSince === NEVER) this.#answerDueSince = now;
    if (this.#probeAt !== NEVER) this.#probeAt = now + this.#durableWaitMs;
    this.#send(this.#uptimeFrame(FRAME_TYPE.PING, 0, 0));
  }

  #askTime(): void {
    this.#timeAt = this.#options.now() + this.#options.timeIntervalMs;
    this.#send(this.#uptimeFrame(FRAME_TYPE.TIME, 0, 0));
  }

  #uptimeFrame(type: number, flags: number, seq: number): Uint8Array {
    return formatFrame(type, flags, seq, encodeUptime(this.#uptimeMs(this.#options.now())));
  }

  /** Something came that shows the session is alive. */
  #answered(): void {
    this.#answerDueSince = NEVER;
    if (this.#probeAt !== NEVER) this.#probeAt = this.#lastHeardAt + this.#durableWaitMs;
  }

  get #durableWaitMs(): number {
    return Math.max(DURABLE_WAIT_MS, 2 * this.#commitDelayMs + this.#window.rtt.timeoutMs);
  }

  #uptimeMs(now: number): number {
    return Math.round(now - this.#startedAt) >>> 0;
  }

  #send(frame: Uint8Array): void {
    const now = this.#options.now();
    this.#lastSentAt = now;
    const { baudRate } = this.#options;
    const durationMs = baudRate ? (frame.length * 10_000) / baudRate : 0;
    this.#lineFreeAt = Math.max(now, this.#lineFreeAt) + durationMs;
    this.#options.send(frame);
  }

  #emit(event: LinkNodeEvent): void {
    this.#options.onEvent(event);
  }
}
