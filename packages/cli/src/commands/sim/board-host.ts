import type { Board } from "@bollard/firmware-sim";
import { LinkHost, type LinkHostEvent, LinkSessions } from "@bollard/link";

type Message = Extract<LinkHostEvent, { kind: "data" }>;

/** How long the host's disk takes, ms of the board's clock. */
const DISK_MS = 20;

/** A host at the end of a board's cable that lives by the board's clock, as fast as that goes. */
export class BoardHost {
  readonly #board: Board;
  readonly #link: LinkHost;
  readonly #onEvent: (event: LinkHostEvent) => void;
  readonly #undurable: { readonly at: number; readonly message: Message }[] = [];

  /**
   * @param startMs - what time it is when the board starts, ms since 1970
   * @param onEvent - told what the node says
   */
  constructor(board: Board, startMs: number, onEvent: (event: LinkHostEvent) => void) {
    this.#board = board;
    this.#onEvent = onEvent;
    let sessions = 0;
    this.#link = new LinkHost({
      sessions: new LinkSessions({ allocateSession: () => ++sessions }),
      commitDelayMs: DISK_MS,
      now: () => board.timeMs,
      wallTime: () => ({ timeMs: startMs + board.timeMs, synchronised: true }),
      send: (frame) => board.receive(frame),
      onEvent: (event) => this.#take(event),
    });
    this.#link.lineUp();
  }

  /** Takes what the board has sent. */
  receive(bytes: Uint8Array): void {
    this.#link.receive(bytes);
  }

  /** Does what is due by the board's clock. */
  poll(): void {
    this.#link.poll();
    while ((this.#undurable[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#board.timeMs) {
      const message = this.#undurable.shift()?.message;
      message?.session.durable(message.sequence);
    }
  }

  #take(event: LinkHostEvent): void {
    if (event.kind === "data") {
      this.#undurable.push({ at: this.#board.timeMs + DISK_MS, message: event });
    }
    this.#onEvent(event);
  }
}
