import type { ServerResponse } from "node:http";
import type { BridgeClock } from "../clock.js";
import type { BridgeStatus, ControlView, NodeView } from "../page/api-types.js";

/** What the streams tell. */
export interface EventStreamsOptions {
  readonly clock: BridgeClock;
  /** Most streams at a time. */
  readonly maxStreams: number;
  readonly status: () => BridgeStatus;
  readonly controls: () => readonly ControlView[];
  /** The nodes as they are now, and by their keys those that changed since the last call. */
  readonly nodes: () => Iterable<readonly [key: string, node: NodeView]>;
  readonly takeChangedNodes: () => Iterable<readonly [key: string, node: NodeView]>;
}

interface Stream {
  readonly response: ServerResponse;
  /** What it has not been told, the latest of each: so a slow one costs no more than one of each. */
  readonly nodes: Map<string, NodeView>;
  status: boolean;
  controls: boolean;
  /** Since when it takes nothing, monotonic ms. */
  stuckSinceMs: number | undefined;
}

const NODES_EVERY_MS = 500;
const STATUS_EVERY_MS = 1000;
const STUCK_FOR_MS = 30_000;
const MAX_WAITING_BYTES = 256 * 1024;

/**
 * Server-sent events to the pages that watch: `status` each second, `nodes` at most twice a second
 * and only those that changed, `controls` when one changed.
 *
 * A page that reads slowly is told less often, always the latest, and is let go after 30 s without
 * taking anything.
 *
 * @see the WHATWG HTML standard, section 9.2
 */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #streams = new Set<Stream>();
  #cancel: (() => void) | undefined;
  #statusDueMs = 0;
  #lastControls = "";

  constructor(options: EventStreamsOptions) {
    this.#options = options;
  }

  /** Pages that watch. */
  get size(): number {
    return this.#streams.size;
  }

  /**
   * Takes a response whose head is not sent yet, and first tells all there is.
   *
   * @returns false when there are as many streams as may be
   */
  add(response: ServerResponse, headers: Readonly<Record<string, string>>): boolean {
    if (this.#streams.size >= this.#options.maxStreams) return false;
    if (this.#streams.size === 0) this.#lastControls = JSON.stringify(this.#options.controls());
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.write("retry: 2000\n\n");
    const stream: Stream = {
      response,
      nodes: new Map(this.#options.nodes()),
      status: true,
      controls: true,
      stuckSinceMs: undefined,
    };
    this.#streams.add(stream);
    const forget = () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#stop();
    };
    response.on("close", forget);
    response.on("error", forget);
    this.#tell(stream);
    this.#schedule();
    return true;
  }

  /** Tells a change of a control at once. */
  controlsChanged(): void {
    for (const stream of this.#streams) {
      stream.controls = true;
      this.#tell(stream);
    }
  }

  /** Ends every stream. */
  close(): void {
    this.#stop();
    for (const { response } of this.#streams) response.destroy();
    this.#streams.clear();
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    if (this.#cancel) return;
    this.#cancel = this.#options.clock.after(NODES_EVERY_MS, () => {
      this.#cancel = undefined;
      this.#tick();
      if (this.#streams.size > 0) this.#schedule();
    });
  }

  #tick(): void {
    const now = this.#options.clock.monotonicMs();
    const changed = [...this.#options.takeChangedNodes()];
    const statusIsDue = now >= this.#statusDueMs;
    if (statusIsDue) this.#statusDueMs = now + STATUS_EVERY_MS - NODES_EVERY_MS / 2;
    const controls = JSON.stringify(this.#options.controls());
    const controlsChanged = controls !== this.#lastControls;
    this.#lastControls = controls;
    for (const stream of this.#streams) {
      for (const [key, node] of changed) stream.nodes.set(key, node);
      stream.status ||= statusIsDue;
      stream.controls ||= controlsChanged;
      this.#tell(stream);
      if (stream.stuckSinceMs !== undefined && now - stream.stuckSinceMs > STUCK_FOR_MS) {
        stream.response.destroy();
      }
    }
  }

  #tell(stream: Stream): void {
    const { response } = stream;
    if (response.writableLength > MAX_WAITING_BYTES || response.writableNeedDrain) {
      stream.stuckSinceMs ??= this.#options.clock.monotonicMs();
      return;
    }
    stream.stuckSinceMs = undefined;
    let text = "";
    if (stream.status) text += event("status", this.#options.status());
    if (stream.nodes.size > 0) text += event("nodes", [...stream.nodes.values()]);
    if (stream.controls) text += event("controls", this.#options.controls());
    stream.status = false;
    stream.controls = false;
    stream.nodes.clear();
    if (text) response.write(text);
  }
}

/** JSON has no line breaks, so one `data` line holds it. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
