import type { Buffer } from "node:buffer";
import type { TlsSession } from "../connection/open-socket.js";
import type { Transport, TransportEvents } from "../connection/transport.js";
import type { MqttError } from "../error.js";
import { PacketParser } from "../packet/packet-parser.js";
import type { InFlightList } from "./in-flight-table.js";
import type { SwarmClient } from "./swarm-options.js";

/** Where a connection of a swarm stands. */
export type SwarmState = "waiting" | "connecting" | "up" | "closing" | "closed";

/** What a connection needs of its swarm. */
export interface SwarmCore {
  opened(connection: SwarmConnection): void;
  received(connection: SwarmConnection, chunk: Buffer, start: number, end: number): void;
  drained(connection: SwarmConnection): void;
  closed(connection: SwarmConnection, error: Error | undefined): void;
}

/**
 * One connection of a swarm, kept small: there may be tens of thousands. Everything it does is done
 * by the swarm.
 */
export class SwarmConnection implements InFlightList, TransportEvents {
  readonly index: number;
  readonly client: SwarmClient;
  /** Who is told of bytes and ends; the swarm. @internal */
  readonly core: SwarmCore;
  /** @internal */
  readonly parser: PacketParser;
  /** @internal */
  transport: Transport | undefined;
  state: SwarmState = "closed";
  /** Why it is about to end, where we ended it. @internal */
  failure: MqttError | undefined;
  inFlightHead = -1;
  inFlightTail = -1;
  inFlightCount = 0;
  /** Most publishes in flight: ours, or the broker's Receive Maximum where that is less. */
  maxInFlight = 0;
  /** Most topics that the broker remembers by number; 0 without `topicAliases`. @internal */
  maxAliases = 0;
  /** @internal */
  nextPacketId = 1;
  /** Identifiers have been used once all through. @internal */
  hasWrapped = false;
  /** More waits to be written than may. @internal */
  isBehind = false;
  /** False while the caller has stopped reading from it. @internal */
  isReading = true;
  /** A publish was refused as `busy` since it last was ready. @internal */
  wantsReady = false;
  /** When its attempt began, in the swarm's ms; it waits before that while too many are under way. */
  attemptMs = 0;
  /** Whole seconds of the swarm's clock. @internal */
  lastSentS = 0;
  /** @internal */
  lastReceivedS = 0;
  /** -1 without one under way. @internal */
  pingSentS = -1;
  /** Acknowledgements for identifiers that were not in flight. */
  unknownAcks = 0;
  /** The TLS session to go on with. @internal */
  tlsSession: TlsSession | undefined;
  #aliases: Map<Uint8Array, number> | undefined;

  constructor(index: number, client: SwarmClient, core: SwarmCore, maxPacketBytes: number) {
    this.index = index;
    this.client = client;
    this.core = core;
    this.parser = new PacketParser(maxPacketBytes);
  }

  /** Makes it as new, to connect once more. @internal */
  renew(maxInFlight: number): void {
    this.state = "waiting";
    this.failure = undefined;
    this.maxInFlight = maxInFlight;
    this.maxAliases = 0;
    this.#aliases = undefined;
    this.isBehind = false;
    this.isReading = true;
    this.wantsReady = false;
    this.pingSentS = -1;
    this.parser.reset();
  }

  /**
   * The number that stands for a topic.
   *
   * @returns below zero where this use makes it known; 0 where the broker remembers no more @internal
   */
  aliasOf(topic: Uint8Array): number {
    this.#aliases ??= new Map();
    const known = this.#aliases.get(topic);
    if (known !== undefined) return known;
    if (this.#aliases.size >= this.maxAliases) return 0;
    this.#aliases.set(topic, this.#aliases.size + 1);
    return -this.#aliases.size;
  }

  opened(): void {
    this.core.opened(this);
  }

  data(chunk: Buffer, start: number, end: number): void {
    this.core.received(this, chunk, start, end);
  }

  drained(): void {
    this.core.drained(this);
  }

  closed(error: Error | undefined): void {
    this.core.closed(this, error);
  }
}
