import { LinkHost } from "../host/link-host.js";
import type { LinkHostEvent } from "../host/link-host-event.js";
import { LinkSessions } from "../host/link-sessions.js";
import { keepPolling, type Polled } from "../keep-polling.js";
import { LinkNode } from "../node/link-node.js";
import type { LinkNodeEvent } from "../node/link-node-event.js";
import type { LinkNodeOptions } from "../node/link-node-options.js";
import { SimulatedLine } from "./simulated-line.js";
import { VirtualTime } from "./virtual-time.js";

export interface SimulatedStreetOptions {
  /** Default: 115200. */
  readonly baudRate?: number;
  /** One way. Default: 1 ms. */
  readonly delayMs?: number;
  /** From delivery to durable. Default: 100 ms, or at once when urgent. */
  readonly commitDelayMs?: number;
  readonly toHost?: (bytes: Uint8Array) => Uint8Array;
  readonly toNode?: (bytes: Uint8Array) => Uint8Array;
  readonly node?: Partial<LinkNodeOptions>;
  /** Another street's, so that both lines end in one program. */
  readonly sessions?: LinkSessions;
  readonly time?: VirtualTime;
}

/** A delivered message: whose, which, what. */
export interface Delivered {
  readonly key: string;
  readonly text: string;
}

/** A node's half of the link, in whatever language. */
export interface StreetNode extends Polled {
  receive(chunk: Uint8Array): void;
  lineUp(): void;
  lineDown(): void;
  /** False: there is no room. */
  offer(payload: Uint8Array): boolean;
  stats(): { readonly held: number };
}

/**
 * One node, one line and one host with a disk, on virtual time. Either end can be started anew, and
 * the line cut and joined.
 */
export class StreetOf<Node extends StreetNode> {
  readonly time: VirtualTime;
  readonly #options: Required<Omit<SimulatedStreetOptions, "sessions" | "time">>;
  readonly #makeNode: (options: LinkNodeOptions) => Node;
  readonly #toHost: SimulatedLine;
  readonly #toNode: SimulatedLine;
  readonly delivered: Delivered[] = [];
  readonly nodeEvents: LinkNodeEvent[] = [];
  readonly hostEvents: LinkHostEvent[] = [];
  /** Sequence number of the last durable message of each boot, and so what a new host knows. */
  readonly disk = new Map<number, number>();
  /** Boot numbers handed out; on the disk, so that they outlive the host. */
  allocated = 0;
  node: Node;
  host: LinkHost;
  sessions: LinkSessions;
  joined = true;
  /** The line that this street's node writes to. */
  #nodeLine: SimulatedLine;
  #stopNode: () => void = () => {};
  #stopHost: () => void = () => {};

  constructor(options: SimulatedStreetOptions, makeNode: (options: LinkNodeOptions) => Node) {
    this.#makeNode = makeNode;
    this.time = options.time ?? new VirtualTime();
    const good = (bytes: Uint8Array): Uint8Array => bytes;
    this.#options = {
      baudRate: 115_200,
      delayMs: 1,
      commitDelayMs: 100,
      toHost: good,
      toNode: good,
      node: {},
      ...options,
    };
    const { baudRate, delayMs } = this.#options;
    const line = { time: this.time, baudRate, delayMs };
    this.#toHost = new SimulatedLine({ ...line, carry: this.#options.toHost });
    this.#toNode = new SimulatedLine({ ...line, carry: this.#options.toNode });
    this.#nodeLine = this.#toHost;
    this.sessions = options.sessions ?? this.#newSessions();
    this.host = this.#newHost();
    this.node = this.#newNode({});
    this.host.lineUp();
    this.node.lineUp();
  }

  /** The node loses its memory and starts again. */
  restartNode(options: Partial<LinkNodeOptions> = {}): void {
    this.#stopNode();
    this.node.lineDown();
    this.node = this.#newNode(options);
    if (this.joined) this.node.lineUp();
  }

  /** The host program is killed and starts again; only the disk is left. */
  restartHost(): void {
    this.#stopHost();
    this.host.lineDown();
    this.#toHost.unplug();
    this.#toNode.unplug();
    this.sessions = this.#newSessions();
    for (const [boot, sequence] of this.disk) {
      this.sessions.restore({ nodeId: "node-1", boot, next: (sequence + 1) >>> 0 });
    }
    this.host = this.#newHost();
    if (this.joined) this.host.lineUp();
  }

  /** Pulls the plug, which both ends notice. */
  unplug(): void {
    this.joined = false;
    this.#toHost.unplug();
    this.#toNode.unplug();
    this.node.lineDown();
    this.host.lineDown();
  }

  plug(): void {
    this.joined = true;
    this.host.lineUp();
    this.node.lineUp();
  }

  /** Takes over another street's node, which is unplugged, and plugs it in here. */
  adopt(other: StreetOf<Node>): void {
    this.#stopNode();
    this.node = other.node;
    this.#toNode.onBytes = (bytes) => this.node.receive(bytes);
    other.#toHost.onBytes = () => {};
    other.#nodeLine = this.#toHost;
    this.joined = true;
    this.plug();
  }

  /** Lets time pass until the node holds nothing, at most `limitMs`. */
  drain(limitMs: number): void {
    this.time.run(limitMs, () => this.node.stats().held === 0);
  }

  #newSessions(): LinkSessions {
    return new LinkSessions({ allocateSession: () => ++this.allocated });
  }

  #newNode(options: Partial<LinkNodeOptions>): Node {
    const node = this.#makeNode({
      nodeId: "node-1",
      life: 1,
      now: this.time.now,
      send: (frame) => this.#nodeLine.send(frame),
      onEvent: (event) => this.nodeEvents.push(event),
      ...this.#options.node,
      ...options,
    });
    this.#toNode.onBytes = (bytes) => node.receive(bytes);
    this.#stopNode = keepPolling(node, { now: this.time.now, after: this.time.after });
    return node;
  }

  #newHost(): LinkHost {
    const host: LinkHost = new LinkHost({
      sessions: this.sessions,
      commitDelayMs: this.#options.commitDelayMs,
      now: this.time.now,
      wallTime: () => ({ timeMs: 1_700_000_000_000 + this.time.now(), synchronised: true }),
      send: (frame) => this.#toNode.send(frame),
      onEvent: (event) => {
        this.hostEvents.push(event);
        if (event.kind === "data") this.#keep(event);
      },
    });
    this.#toHost.onBytes = (bytes) => host.receive(bytes);
    this.#stopHost = keepPolling(host, { now: this.time.now, after: this.time.after });
    return host;
  }

  /** Delivers, and commits after the delay, unless the host was killed meanwhile. */
  #keep(event: LinkHostEvent & { readonly kind: "data" }): void {
    const { session, boot, sequence, payload, urgent } = event;
    const { sessions } = this;
    this.delivered.push({ key: `${boot}-${sequence}`, text: new TextDecoder().decode(payload) });
    this.time.after(urgent ? 1 : this.#options.commitDelayMs, () => {
      if (sessions !== this.sessions) return;
      this.disk.set(boot, sequence);
      session.durable(sequence);
    });
  }
}

/** A street whose node is the TypeScript half. */
export class SimulatedStreet extends StreetOf<LinkNode> {
  constructor(options: SimulatedStreetOptions = {}) {
    super(options, (nodeOptions) => new LinkNode(nodeOptions));
  }
}
