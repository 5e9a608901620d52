import { randomInt } from "node:crypto";
import { keepPolling, LinkHost, type LinkHostEvent, type LinkSessions } from "@bollard/link";
import { type PayloadHeader, readHeader } from "@bollard/payload";
import type { Logger } from "pino";
import type { Alarms } from "../../alarms.js";
import type { BridgeClock } from "../../clock.js";
import type { CommandAnswer } from "../../commands/command-desk.js";
import type { SourceName } from "../../entry.js";
import type { LinkedNodeView, OpenLinkView } from "../../page/detail-types.js";
import type { SchemaSet } from "../../schema-set.js";
import type { Accept } from "../source.js";
import { tellSessionRefused } from "../tell-session-refused.js";
import type { SerialStream } from "./open-port.js";
import { WriteQueue } from "./write-queue.js";

/** What every connection of a source shares. */
export interface PortConnectionOptions {
  readonly source: SourceName;
  readonly sessions: LinkSessions;
  readonly schemas: SchemaSet;
  readonly accept: Accept;
  /** Brings what waits to the disk at once. */
  readonly commit: () => Promise<void>;
  readonly commitDelayMs: number;
  /** Silence after which the port is opened anew; 0: never. */
  readonly silenceMs: number;
  /** The port is closed when no node is heard within this time of its opening. Default: it is not. */
  readonly unheardMs?: number;
  readonly maxQueueBytes: number;
  readonly alarms: Alarms;
  readonly clock: BridgeClock;
  readonly log: Logger;
}

const STATUS_OF_RESULT = {
  done: "done",
  refused: "refused",
  unknown: "unknown-command",
  failed: "failed",
} as const;
const LOST_COMMAND: Readonly<Record<"expired" | "unknown" | "neverSent", CommandAnswer>> = {
  expired: { status: "expired", message: "the node did not answer in time" },
  unknown: {
    status: "expired",
    message: "the node started anew or left before it answered; it may have done it",
  },
  neverSent: { status: "unreachable", message: "the node left before it was sent" },
};
/** How long nothing is taken when a message could not be kept. */
const HOLD_BACK_MS = 2000;

/**
 * One open port and the link on it, from the moment it was opened until it is gone: its bytes to the
 * link, the link's messages to the pipeline, and the acknowledgement back once they are kept.
 */
export class PortConnection {
  readonly #options: PortConnectionOptions;
  readonly #path: string;
  readonly #stream: SerialStream;
  readonly #link: LinkHost;
  readonly #queue: WriteQueue;
  readonly #stopPolling: () => void;
  #cancelSilence: (() => void) | undefined;
  #cancelHold: (() => void) | undefined;
  #cancelUnheard: (() => void) | undefined;
  #isClosed = false;
  #node = "";
  #firmware = "";
  #messages = 0;
  /** By the wall clock. */
  readonly #openedMs: number;
  #linked: LinkedNodeView | undefined;
  /** Commands under way, at most as many as the link takes. */
  readonly #commands = new Map<number, (answer: CommandAnswer) => void>();
  /** What the node speaks: schema id to the fingerprint of its layout. */
  readonly #layouts = new Map<number, string>();

  /** @param onGone - called once, when the port is closed, with the reason where there is one */
  constructor(
    path: string,
    stream: SerialStream,
    options: PortConnectionOptions,
    onGone: (reason: Error | undefined) => void,
  ) {
    this.#path = path;
    this.#stream = stream;
    this.#options = options;
    const { clock } = options;
    this.#openedMs = clock.wallMs();
    this.#queue = new WriteQueue({
      write: (bytes, done) => stream.write(bytes, done),
      maxBytes: options.maxQueueBytes,
    });
    this.#link = new LinkHost({
      sessions: options.sessions,
      firstCommandId: randomInt(0x10000),
      commitDelayMs: Math.min(0xffff, options.commitDelayMs),
      now: () => clock.monotonicMs(),
      wallTime: () =>
        clock.quality() === "unset"
          ? undefined
          : { timeMs: clock.wallMs(), synchronised: clock.quality() === "synchronised" },
      send: (frame) => this.#queue.push(frame),
      onEvent: (event) => this.#onEvent(event),
    });
    stream.onData((chunk) => this.#receive(chunk));
    stream.onClose((reason) => {
      this.#end();
      onGone(reason);
    });
    this.#link.lineUp();
    this.#stopPolling = keepPolling(this.#link, {
      now: () => clock.monotonicMs(),
      after: (delayMs, task) => clock.after(delayMs, task),
    });
    this.#watchSilence();
    const { unheardMs } = options;
    if (unheardMs === undefined) return;
    this.#cancelUnheard = clock.after(unheardMs, () => {
      if (!this.isHeard) this.#stream.close().catch(() => {});
    });
  }

  /** A frame came, so the line's speed is right. */
  get isHeard(): boolean {
    return this.#link.lastHeardAt > Number.NEGATIVE_INFINITY;
  }

  /** The node that said HELLO here; empty before. */
  get node(): string {
    return this.#node;
  }

  /** In words, for the status. */
  get detail(): string {
    if (!this.#node) return "no node has said HELLO";
    return this.#firmware ? `${this.#node}, ${this.#firmware}` : this.#node;
  }

  /** Messages taken. */
  get messages(): number {
    return this.#messages;
  }

  /** Frames that were none, frames that could not be written, and messages that the node gave up. */
  get errors(): number {
    const { badFrames, malformedFrames, missing } = this.#link.stats();
    return badFrames + malformedFrames + missing + this.#queue.dropped;
  }

  /** How the link is. */
  view(): OpenLinkView {
    const { clock } = this.#options;
    const stats = this.#link.stats();
    const heardMs = clock.monotonicMs() - this.#link.lastHeardAt;
    return {
      openedAt: new Date(this.#openedMs).toISOString(),
      ...(this.#linked && { node: this.#linked }),
      ...(Number.isFinite(heardMs) && { heardMsAgo: Math.max(0, Math.round(heardMs)) }),
      ...(stats.roundTripMs !== undefined && {
        roundTripMs: Math.round(stats.roundTripMs * 10) / 10,
      }),
      frames: stats.framesReceived,
      badFrames: stats.badFrames,
      discardedBytes: stats.discardedBytes,
      strangeFrames: stats.malformedFrames + stats.unknownFrames,
      messages: stats.delivered,
      repeated: stats.duplicates,
      givenUp: stats.missing,
      waiting: this.#link.session?.waiting ?? 0,
      unsent: this.#queue.dropped,
    };
  }

  /** Where no session can be opened the node says HELLO again in a second. */
  #receive(chunk: Uint8Array): void {
    try {
      this.#link.receive(chunk);
    } catch (error) {
      tellSessionRefused(this.#path, error, this.#options);
    }
  }

  /** Sends a command to the node and waits for what came of it. */
  command(payload: Uint8Array, withinMs: number): Promise<CommandAnswer> {
    const id = this.#link.command(payload, withinMs);
    if (id === undefined) {
      const message = "as many commands are under way as the link takes; try later";
      return Promise.resolve({ status: "unreachable", message });
    }
    return new Promise((resolve) => this.#commands.set(id, resolve));
  }

  #settle(commandId: number, answer: CommandAnswer): void {
    this.#commands.get(commandId)?.(answer);
    this.#commands.delete(commandId);
  }

  /** Resolves once the port is free for others. */
  async close(): Promise<void> {
    this.#end();
    await this.#stream.close();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#link.lineDown();
    this.#queue.clear();
    this.#stopPolling();
    this.#cancelSilence?.();
    this.#cancelHold?.();
    this.#cancelUnheard?.();
  }

  /** A port that hung up unseen, or a USB chip that fell asleep, says nothing for ever. */
  #watchSilence(): void {
    const { silenceMs, clock, log } = this.#options;
    if (silenceMs === 0) return;
    const since = Math.max(this.#link.lastHeardAt, clock.monotonicMs() - silenceMs);
    const openedAt = clock.monotonicMs();
    const check = (heardAt: number) => {
      const lastAt = Math.max(heardAt, this.#link.lastHeardAt);
      const leftMs = lastAt + silenceMs - clock.monotonicMs();
      this.#cancelSilence = clock.after(Math.max(1, leftMs), () => {
        const quietMs = clock.monotonicMs() - Math.max(heardAt, this.#link.lastHeardAt);
        if (quietMs < silenceMs) return check(heardAt);
        log.warn({ port: this.#path, quietMs }, "nothing was heard: the port is opened anew");
        this.#stream.close().catch(() => {});
        return undefined;
      });
    };
    check(Math.max(since, openedAt));
  }

  #onEvent(event: LinkHostEvent): void {
    const { alarms, log } = this.#options;
    const port = this.#path;
    switch (event.kind) {
      case "data":
        this.#take(event);
        break;
      case "session": {
        const { nodeId, boot, hello, resumed } = event;
        this.#node = nodeId;
        this.#firmware = hello.firmware;
        this.#linked = {
          id: nodeId,
          firmware: hello.firmware,
          boot,
          window: hello.window,
          schemas: hello.schemas.map(({ id }) => id),
        };
        log.info({ port, node: nodeId, boot, firmware: hello.firmware, resumed }, "node");
        this.#noteLayouts(event);
        break;
      }
      case "conflict":
        alarms.raise(
          "NODE_ID_TWICE",
          event.nodeId,
          `Two nodes that live have this id, one of them on ${port}: what each sends is kept under a session of its own.`,
        );
        log.error({ port, node: event.nodeId }, "two nodes have one id");
        break;
      case "gap":
        log.warn({ port, ...event }, "the node gave up messages before they came");
        alarms.raise(
          "MESSAGES_GIVEN_UP",
          event.nodeId,
          "The node ran out of memory while it could not send, and gave up its oldest messages.",
        );
        break;
      case "incompatible":
        alarms.raise(
          "LINK_VERSION",
          port,
          `The node speaks version ${event.version} of the link protocol, which this bridge does not.`,
        );
        break;
      case "result":
        this.#settle(event.commandId, { status: STATUS_OF_RESULT[event.status] });
        break;
      case "commandLost":
        this.#settle(event.commandId, LOST_COMMAND[event.reason]);
        break;
      case "log":
        log.info({ port, node: event.nodeId, level: event.level }, event.message);
        break;
      case "silent":
        log.warn({ port, node: event.nodeId }, "the node is silent");
        break;
      default:
    }
  }

  #noteLayouts({ nodeId, hello }: Extract<LinkHostEvent, { kind: "session" }>): void {
    this.#layouts.clear();
    for (const { id, fingerprint } of hello.schemas) {
      this.#layouts.set(id, fingerprint);
      const place = `${nodeId} schema ${id}`;
      const configured = this.#options.schemas.find(id)?.fingerprint;
      if (configured === undefined || configured === fingerprint) {
        this.#options.alarms.clear("LAYOUT_DIFFERS", place);
      } else {
        const message = `The node's layout of schema ${id} is not the one configured here: its messages are held until the right schema is.`;
        this.#options.alarms.raise("LAYOUT_DIFFERS", place, message);
      }
    }
  }

  #take(event: Extract<LinkHostEvent, { kind: "data" }>): void {
    if (this.#cancelHold) return;
    const { session, nodeId, boot, sequence, payload, alarm, urgent } = event;
    this.#messages++;
    const header = headerOf(payload);
    const taken = this.#options.accept({
      source: this.#options.source,
      node: nodeId,
      boot,
      sequence,
      payload,
      layout: header && this.#otherLayout(header),
      ...(alarm && { isAlarm: true }),
      nodeClock:
        header?.timeMode === "uptime"
          ? session.clock.read(this.#options.clock.monotonicMs())
          : undefined,
      kept: () => session.durable(sequence),
    });
    if (!taken) this.#holdBack(session);
    else if (urgent) this.#options.commit().catch(() => {});
  }

  /** The layout that the node announced for this payload, where it is not the configured one. */
  #otherLayout({ schemaId }: PayloadHeader): string | undefined {
    const id = schemaId ?? (this.#layouts.size === 1 ? this.#layouts.keys().next().value : 0);
    const layout = this.#layouts.get(id ?? 0);
    const configured =
      schemaId === undefined ? this.#options.schemas.only : this.#options.schemas.find(schemaId);
    return layout === configured?.fingerprint ? undefined : layout;
  }

  /** Nothing can be kept now: the node keeps it for us, and sends it again. */
  #holdBack(session: { rewind(): void }): void {
    this.#cancelHold = this.#options.clock.after(HOLD_BACK_MS, () => {
      this.#cancelHold = undefined;
      if (!this.#isClosed) session.rewind();
    });
  }
}

/** Undefined for what is no payload of ours: it is kept as it came. */
function headerOf(payload: Uint8Array): PayloadHeader | undefined {
  try {
    return readHeader(payload);
  } catch {
    return undefined;
  }
}
