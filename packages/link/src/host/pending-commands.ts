import { encodeCommand } from "../bodies/command.js";
import { FRAME_TYPE, formatFrame } from "../frame-header.js";

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 2000;
/** Commands under way at once on one line. */
const MAX_PENDING = 16;

interface PendingCommand {
  readonly id: number;
  readonly payload: Uint8Array;
  readonly expiresAt: number;
  sendAt: number;
  tries: number;
}

/** The commands that a node has not answered: each is sent again until it is, or too late. */
export class PendingCommands {
  readonly #pending = new Map<number, PendingCommand>();
  #nextId: number;

  /** @param firstId - any number, another one at each start, so that a node does not take it for old */
  constructor(firstId: number) {
    this.#nextId = firstId & 0xffff || 1;
  }

  /** @returns the command's id, or undefined when 16 are under way */
  add(payload: Uint8Array, now: number, withinMs: number): number | undefined {
    if (this.#pending.size >= MAX_PENDING) return undefined;
    const id = this.#nextId;
    this.#nextId = (id + 1) & 0xffff || 1; // 0 is no id
    const expiresAt = now + withinMs;
    this.#pending.set(id, { id, payload: payload.slice(), expiresAt, sendAt: now, tries: 0 });
    return id;
  }

  /** The node has answered. */
  settle(id: number): boolean {
    return this.#pending.delete(id);
  }

  /** Ids given up: the node started anew, so nobody knows whether one that was sent is done. */
  forgetSent(): number[] {
    const sent = [...this.#pending.values()].filter(({ tries }) => tries > 0);
    for (const { id } of sent) this.#pending.delete(id);
    return sent.map(({ id }) => id);
  }

  /** Ids given up because another node is on the line, or none any more. */
  forgetAll(): number[] {
    const ids = [...this.#pending.keys()];
    this.#pending.clear();
    return ids;
  }

  /** Ids given up because the node that came takes no payload that long. */
  forgetLongerThan(maxPayload: number): number[] {
    const long = [...this.#pending.values()].filter(({ payload }) => payload.length > maxPayload);
    for (const { id } of long) this.#pending.delete(id);
    return long.map(({ id }) => id);
  }

  /** Ids whose time is over. */
  expire(now: number): number[] {
    const late = [...this.#pending.values()].filter(({ expiresAt }) => now >= expiresAt);
    for (const { id } of late) this.#pending.delete(id);
    return late.map(({ id }) => id);
  }

  /** The frames to send now. */
  take(now: number): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (const command of this.#pending.values()) {
      if (now < command.sendAt) continue;
      command.sendAt = now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** command.tries);
      command.tries++;
      const withinMs = Math.max(1, Math.round(command.expiresAt - now));
      const body = encodeCommand({ withinMs, payload: command.payload });
      frames.push(formatFrame(FRAME_TYPE.CMD, 0, command.id, body));
    }
    return frames;
  }

  /** When something has to be sent again, or is too late. */
  nextDeadline(canSend: boolean): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { expiresAt, sendAt } of this.#pending.values()) {
      deadline = Math.min(deadline, expiresAt, canSend ? sendAt : expiresAt);
    }
    return deadline;
  }
}
