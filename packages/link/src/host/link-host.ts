import { FrameDecoder, maxFrameLength } from "@bollard/frame";
import { encodeAck } from "../bodies/ack.js";
import { decodeResult } from "../bodies/command.js";
import { decodeDescriptorPiece } from "../bodies/descriptor.js";
import { decodeHello, MAX_BODY, MAX_HELLO, MAX_WINDOW, PROTOCOL_VERSION } from "../bodies/hello.js";
import { encodeHelloAck } from "../bodies/hello-ack.js";
import { decodeUptime, encodeTimeAnswer } from "../bodies/time.js";
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
import { type Described, DescriptorRequests } from "./descriptor-requests.js";
import type { LinkHostEvent, LinkHostStats } from "./link-host-event.js";
import type { LinkSession, ReceivedMessage, SessionLink } from "./link-session.js";
import type { LinkSessions } from "./link-sessions.js";
import { PendingCommands } from "./pending-commands.js";
import { RoundTripProbe } from "./round-trip-probe.js";

export interface LinkHostOptions {
  /** One for all lines of the program. */
  readonly sessions: LinkSessions;
  /** How long a message may wait before it is made durable, 0 to 65535 ms. Default: 1000. */
  readonly commitDelayMs?: number;
  /** Longest body taken, 245 to 2048 bytes: small nodes rely on 245. Default: 2048. */
  readonly maxBody?: number;
  /** After how long without a sign of the node it counts as silent. Default: 30000 ms. */
  readonly silenceMs?: number;
  /** The first command's id: another one at each start of the program. Default: 1. */
  readonly firstCommandId?: number;
  /** Milliseconds that never jump, such as `performance.now`. */
  readonly now: () => number;
  /** The wall clock, for the nodes. Default: not known. */
  readonly wallTime?: () => WallTime | undefined;
  /** Hands a frame to the line. */
  readonly send: (frame: Uint8Array) => void;
  readonly onEvent: (event: LinkHostEvent) => void;
}

export interface WallTime {
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** A time service vouches for it. */
  readonly synchronised: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;
/** The least time between two RESETs. */
const RESET_PAUSE_MS = 100;
/** How often a line that came up is asked for its node. */
const INVITATIONS = 3;
const INVITATION_INTERVAL_MS = 1000;
const BASE_BYTES = 2;
/** A small node need not be able to give up a message that is too long. */
const LEAST_MAX_BODY = 245;
/** What stands before a command's payload. */
const WITHIN_BYTES = 4;

/**
 * The host's half of the serial link, one for each line: takes messages in order, once, and tells
 * the node what came and what is durable.
 *
 * Pure: the line's bytes come in by `receive` and go out by `send`, time comes from `now`, and
 * `poll` is called when {@link nextDeadline} is reached. It starts with the line down.
 *
 * @see docs/link-protocol.md
 */
export class LinkHost implements SessionLink {
  readonly #options: Required<LinkHostOptions>;
  readonly #decoder: FrameDecoder;
  readonly #commands: PendingCommands;
  readonly #descriptors = new DescriptorRequests();
  readonly #probe = new RoundTripProbe();
  /** Called when {@link nextDeadline} may have come nearer. */
  onSchedule: (() => void) | undefined;

  #up = false;
  #session: LinkSession | undefined;
  /** Longest body that the node on this line takes as well. */
  #maxBody: number;
  #lastHeardAt = Number.NEGATIVE_INFINITY;
  #lastResetAt = Number.NEGATIVE_INFINITY;
  #invitations = 0;
  #inviteAt = NEVER;
  #pingAt = NEVER;
  #silentAt = NEVER;
  #ackDue = false;
  readonly #counts = {
    framesReceived: 0,
    badFrames: 0,
    unknownFrames: 0,
    malformedFrames: 0,
    delivered: 0,
    duplicates: 0,
    outOfWindow: 0,
    missing: 0,
    withoutSession: 0,
    sessions: 0,
  };

  /** @throws {@link LinkError} `LINK_BAD_OPTION` */
  constructor(options: LinkHostOptions) {
    this.#options = {
      commitDelayMs: 1000,
      maxBody: MAX_BODY,
      silenceMs: 30_000,
      firstCommandId: 1,
      wallTime: () => undefined,
      ...options,
    };
    const { maxBody, firstCommandId } = this.#options;
    if (!(maxBody >= LEAST_MAX_BODY && maxBody <= MAX_BODY)) {
      const message = `${maxBody} is not from ${LEAST_MAX_BODY} to ${MAX_BODY} bytes`;
      throw new LinkError("LINK_BAD_OPTION", "maxBody", message);
    }
    this.#maxBody = maxBody;
    this.#decoder = new FrameDecoder({
      maxFrameBytes: maxFrameLength(HEADER_BYTES + Math.max(maxBody, MAX_HELLO)) - 2,
    });
    this.#commands = new PendingCommands(firstCommandId);
  }

  /** The node on this line. */
  get session(): LinkSession | undefined {
    return this.#session;
  }

  /** When a good frame last came, by the link's clock; -Infinity before the first. */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** When `poll` has to be called, by the link's clock; Infinity when there is nothing to wait for. */
  get nextDeadline(): number {
    if (!this.#up) return NEVER;
    const commands = this.#commands.nextDeadline(this.#session !== undefined);
    const descriptor = this.#descriptors.nextDeadline;
    const ping = Math.min(this.#pingAt, this.#probe.askAt);
    return Math.min(this.#inviteAt, ping, this.#silentAt, commands, descriptor);
  }

  stats(): LinkHostStats {
    const { roundTripMs } = this.#probe;
    const { discardedBytes } = this.#decoder;
    return { ...this.#counts, discardedBytes, ...(roundTripMs !== undefined && { roundTripMs }) };
  }

  /** The line is there: a node that is in the belief of a session is asked for its HELLO. */
  lineUp(): void {
    this.lineDown();
    this.#up = true;
    this.#decoder.reset();
    this.#invitations = 0;
    this.#invite();
  }

  /** The line has gone. The session is kept for when the node comes back. */
  lineDown(): void {
    this.#up = false;
    this.#loseCommands(this.#commands.forgetSent(), "unknown");
    this.#loseCommands(this.#commands.forgetAll(), "neverSent");
    this.#options.sessions.detach(this);
    this.#descriptors.clear();
    this.#probe.end();
    this.#session = undefined;
    this.#inviteAt = NEVER;
    this.#pingAt = NEVER;
    this.#silentAt = NEVER;
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
      if (!this.#up) continue;
      this.#heard();
      try {
        this.#take(frame);
      } catch (error) {
        if (!isLinkError(error) || error.code !== "LINK_MALFORMED_BODY") throw error;
        this.#counts.malformedFrames++;
      }
    }
    if (this.#ackDue && this.#session) this.sendAck(this.#session);
    this.#ackDue = false;
  }

  /** Does what is due. Calling it early or often does no harm. */
  poll(): void {
    if (!this.#up) return;
    const now = this.#options.now();
    if (now >= this.#inviteAt) this.#invite();
    if (now >= this.#pingAt || now >= this.#probe.askAt) {
      this.#pingAt = NEVER;
      this.#options.send(this.#probe.question(now));
    }
    if (now >= this.#silentAt) {
      this.#silentAt = NEVER;
      if (this.#session) this.#emit({ kind: "silent", nodeId: this.#session.nodeId });
    }
    this.#loseCommands(this.#commands.expire(now), "expired");
    if (this.#session) for (const frame of this.#commands.take(now)) this.#options.send(frame);
    this.#askDescriptor(now);
    this.onSchedule?.();
  }

  /**
   * Asks the node on this line for the descriptor of one of its schemas; `descriptor` tells it.
   *
   * @returns false without a session, when it is being asked for already, or when 16 are
   */
  describe(schemaId: number): boolean {
    if (!this.#session || !this.#descriptors.add(schemaId, this.#options.now())) return false;
    this.poll();
    return true;
  }

  /**
   * Sends a command to the node on this line, again and again until it answers or `withinMs` is
   * over. A node does a command once, however often it comes.
   *
   * @param withinMs - by when it has to begin, 1 ms or more
   * @returns the id that `result` and `commandLost` name, or undefined when 16 are under way
   * @throws {@link LinkError} `LINK_PAYLOAD_TOO_LONG` where it fits no body that both ends take
   */
  command(payload: Uint8Array, withinMs: number): number | undefined {
    const longest = this.#maxBody - WITHIN_BYTES;
    if (payload.length > longest) {
      const message = `${payload.length} bytes, where at most ${longest} fit a body`;
      throw new LinkError("LINK_PAYLOAD_TOO_LONG", "payload", message);
    }
    const id = this.#commands.add(payload, this.#options.now(), withinMs);
    this.poll();
    return id;
  }

  /** @internal */
  sendAck(session: LinkSession): void {
    if (session !== this.#session || !this.#up) return;
    const { next, map, acknowledged } = session;
    const body = encodeAck({ map, durable: acknowledged & 0xffff });
    this.#options.send(formatFrame(FRAME_TYPE.ACK, 0, next, body));
  }

  /** @internal */
  sendReset(session: LinkSession): void {
    if (session !== this.#session || !this.#up) return;
    // No frame is taken before the node has begun anew, so none can be told what is no longer true.
    this.#session = undefined;
    this.#probe.end();
    this.#invitations = 0;
    this.#invite();
  }

  #take(frame: LinkFrame): void {
    // A session that went on elsewhere is none here: whoever speaks has to say HELLO.
    if (this.#session && this.#session.link !== this) this.#session = undefined;
    const session = this.#session;
    const now = this.#options.now();
    switch (frame.type) {
      case FRAME_TYPE.HELLO:
        this.#takeHello(frame, now);
        break;
      case FRAME_TYPE.DATA:
      case FRAME_TYPE.RESULT:
        if (session) this.#takeMessage(session, frame);
        else {
          this.#counts.withoutSession++;
          this.#reset(RESET_REASON.noSession);
        }
        break;
      case FRAME_TYPE.PING:
        if (!session) {
          this.#reset(RESET_REASON.noSession);
          break;
        }
        if (frame.flags & FLAG_ANSWER) this.#probe.answered(frame.seq, now);
        else {
          this.#options.send(formatFrame(FRAME_TYPE.PING, FLAG_ANSWER, frame.seq));
          this.#ackDue = true;
        }
        this.#tellUptime(session, decodeUptime("PING", frame.body), now);
        break;
      case FRAME_TYPE.TIME:
        if (session) this.#takeTime(session, frame, now);
        break;
      case FRAME_TYPE.LOG:
        if (session) this.#takeLog(session, frame);
        break;
      case FRAME_TYPE.DESC: {
        const piece = decodeDescriptorPiece(frame.body);
        this.#tellDescriptor(this.#descriptors.accept(frame.seq, piece, now));
        this.poll();
        break;
      }
      default:
        this.#counts.unknownFrames++;
    }
  }

  #takeHello(frame: LinkFrame, now: number): void {
    const version = frame.body[0] ?? 0;
    if (version !== PROTOCOL_VERSION) {
      this.#reset(RESET_REASON.version);
      this.#emit({ kind: "incompatible", version });
      return;
    }
    const hello = decodeHello(frame.body);
    const before = this.#session;
    const opened = this.#options.sessions.open(hello, this, now);
    const { session, resumed, missing, conflict, bootReused } = opened;
    const { nodeId, boot } = session;
    this.#session = session;
    this.#probe.begin(now);
    this.#maxBody = Math.min(this.#options.maxBody, hello.maxBody);
    this.#inviteAt = NEVER;
    this.#counts.sessions++;
    this.#dropCommands(before, session);
    const tooLong = this.#commands.forgetLongerThan(this.#maxBody - WITHIN_BYTES);
    this.#loseCommands(tooLong, "neverSent");
    const time = this.#options.wallTime();
    const ack = encodeHelloAck({
      version: PROTOCOL_VERSION,
      timeSynchronised: time?.synchronised ?? false,
      boot,
      life: hello.life,
      next: session.next,
      timeMs: Math.max(0, Math.round(time?.timeMs ?? 0)),
      maxBody: this.#maxBody,
      window: Math.min(MAX_WINDOW, hello.window),
      commitDelayMs: this.#options.commitDelayMs,
    });
    this.#options.send(formatFrame(FRAME_TYPE.HELLO_ACK, 0, frame.seq, ack));
    this.#ackDue = true;
    if (conflict) this.#emit({ kind: "conflict", nodeId, boot });
    this.#emit({ kind: "session", session, nodeId, boot, hello, resumed, bootReused });
    this.#tellGap(session, missing, hello.oldest);
    this.#tellUptime(session, hello.uptimeMs, now);
    this.poll();
  }

  #askDescriptor(now: number): void {
    const { frame, described } = this.#descriptors.take(now);
    if (frame) this.#options.send(frame);
    this.#tellDescriptor(described);
  }

  #tellDescriptor(described: Described | undefined): void {
    if (!described || !this.#session) return;
    this.#emit({ kind: "descriptor", nodeId: this.#session.nodeId, ...described });
  }

  /** Commands of a node that left, and those that a node which started anew may have done. */
  #dropCommands(before: LinkSession | undefined, after: LinkSession): void {
    if (!before || before === after) return;
    this.#descriptors.clear();
    this.#loseCommands(this.#commands.forgetSent(), "unknown");
    if (before.nodeId === after.nodeId) return;
    this.#loseCommands(this.#commands.forgetAll(), "neverSent");
  }

  #loseCommands(ids: readonly number[], reason: "expired" | "unknown" | "neverSent"): void {
    for (const commandId of ids) this.#emit({ kind: "commandLost", commandId, reason });
  }

  #takeMessage(session: LinkSession, frame: LinkFrame): void {
    this.#ackDue = true;
    let body = frame.body;
    let base: number | undefined;
    if (frame.flags & FLAG_BASE) {
      if (body.length < BASE_BYTES) {
        throw new LinkError("LINK_MALFORMED_BODY", "DATA.base", "the body ends before it does");
      }
      base = (body[0] as number) | ((body[1] as number) << 8);
      body = body.subarray(BASE_BYTES);
    }
    const accepted = session.accept(frame.seq, base, toMessage(frame, body));
    const { messages, missing, before, verdict } = accepted;
    if (verdict === "duplicate") this.#counts.duplicates++;
    if (verdict === "outOfWindow") this.#counts.outOfWindow++;
    this.#tellGap(session, missing, before);
    for (const message of messages) {
      if (sequenceDistance(message.sequence, session.next) >= 0) return; // taken back meanwhile
      this.#deliver(session, message);
    }
  }

  #deliver(session: LinkSession, message: ReceivedMessage): void {
    this.#counts.delivered++;
    const { nodeId, boot } = session;
    const { sequence, payload, alarm, result } = message;
    if (result) {
      this.#commands.settle(result.commandId);
      this.#emit({ kind: "result", nodeId, ...result, payload });
      return;
    }
    const urgent = alarm || session.waiting >= Math.ceil(session.hold / 2);
    this.#emit({ kind: "data", session, nodeId, boot, sequence, payload, alarm, urgent });
  }

  #takeTime(session: LinkSession, frame: LinkFrame, now: number): void {
    const uptimeMs = decodeUptime("TIME", frame.body);
    const time = this.#options.wallTime();
    const body = encodeTimeAnswer({
      uptimeMs,
      timeMs: Math.max(0, Math.round(time?.timeMs ?? 0)),
      timeSynchronised: time?.synchronised ?? false,
    });
    this.#options.send(formatFrame(FRAME_TYPE.TIME, FLAG_ANSWER, frame.seq, body));
    this.#tellUptime(session, uptimeMs, now);
  }

  #takeLog(session: LinkSession, frame: LinkFrame): void {
    const message = new TextDecoder().decode(frame.body);
    this.#emit({ kind: "log", nodeId: session.nodeId, level: frame.flags & 3, message });
  }

  #tellGap(session: LinkSession, count: number, before: number): void {
    if (count === 0) return;
    this.#counts.missing += count;
    const { nodeId, boot } = session;
    this.#emit({ kind: "gap", nodeId, boot, count, before });
  }

  #tellUptime(session: LinkSession, uptimeMs: number, at: number): void {
    session.clock.note(uptimeMs, at);
    this.#emit({ kind: "uptime", nodeId: session.nodeId, boot: session.boot, uptimeMs, at });
  }

  #heard(): void {
    const now = this.#options.now();
    this.#lastHeardAt = now;
    this.#pingAt = now + this.#options.silenceMs / 2;
    this.#silentAt = now + this.#options.silenceMs;
  }

  #invite(): void {
    this.#invitations++;
    this.#inviteAt =
      this.#invitations < INVITATIONS ? this.#options.now() + INVITATION_INTERVAL_MS : NEVER;
    this.#reset(RESET_REASON.noSession);
    this.onSchedule?.();
  }

  #reset(reason: number): void {
    const now = this.#options.now();
    if (now < this.#lastResetAt + RESET_PAUSE_MS) return;
    this.#lastResetAt = now;
    this.#options.send(formatFrame(FRAME_TYPE.RESET, 0, 0, Uint8Array.of(reason)));
  }

  #emit(event: LinkHostEvent): void {
    this.#options.onEvent(event);
  }
}

function toMessage(frame: LinkFrame, body: Uint8Array): Omit<ReceivedMessage, "sequence"> {
  const alarm = frame.type === FRAME_TYPE.DATA && (frame.flags & FLAG_ALARM) !== 0;
  if (frame.type !== FRAME_TYPE.RESULT) return { payload: body, alarm };
  const { commandId, status, payload } = decodeResult(body);
  return { payload, alarm, result: { commandId, status } };
}
