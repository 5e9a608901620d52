import {
  encodeTopic,
  type QoS,
  type SwarmConnection,
  type WritePayload,
} from "@bollard/mqtt-engine";
import { FleetError } from "../error.js";
import { type ArrivalCounts, ArrivalLog } from "./arrival-log.js";
import { expandTemplate, filterOf } from "./expand-template.js";
import { type ConnectResult, FleetConnections } from "./fleet-connections.js";
import { checkOption, type FleetTarget, runNumberOf } from "./fleet-target.js";
import { Latency, type LatencySummary } from "./latency.js";
import { readStamp, STAMP_BYTES, writeStamp } from "./message-stamp.js";
import { TimerWheel } from "./timer-wheel.js";
import { ToolMeter, type ToolUsage } from "./tool-usage.js";

/** What is published, by how many, how often and for how long. */
export interface PublishLoadOptions {
  readonly target: FleetTarget;
  /** Nodes, each with a connection of its own. */
  readonly clients: number;
  /** Connections begun a second. Default: as fast as the broker takes them. */
  readonly connectsPerSecond?: number;
  /**
   * Time between two messages of a node, ms. 0: as fast as the broker takes them, without a schedule
   * and so without latencies from it. Default: 1000.
   */
  readonly intervalMs?: number;
  /** `%i` is the node's number, `%c` its client id. Default: `bollard/fleet/%i`. */
  readonly topic?: string;
  /** Payload, bytes; 24 of them are the stamp that is counted by. Default: 100. */
  readonly payloadBytes?: number;
  /** Default: 0. */
  readonly qos?: QoS;
  readonly retain?: boolean;
  /** How long is published, ms. Default: 10000. */
  readonly durationMs?: number;
  /** Most messages of each node. Default: as many as the duration has room for. */
  readonly count?: number;
  /**
   * Connections that subscribe to all of it and count what arrives by node and sequence number. More
   * than one share the messages (`$share`). Default: 0.
   */
  readonly receivers?: number;
  /** Longest wait for what is under way at the end, ms. Default: 10000. */
  readonly drainMs?: number;
  /** Told once a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Ends the run early, in order. */
  readonly signal?: AbortSignal;
}

/** How a run stands. */
export interface LoadProgress {
  readonly phase: "connecting" | "publishing" | "draining";
  readonly elapsedMs: number;
  readonly connected: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly received: number;
  /** Messages that were due and wait for the broker to take more. */
  readonly heldBack: number;
  /** From due to the acknowledgement, or the arrival, in the last second. */
  readonly latency: LatencySummary | undefined;
  readonly usage: ToolUsage;
}

/** What came of a run. */
export interface PublishResult {
  readonly connect: ConnectResult;
  /** From the first message due to the last, ms. */
  readonly elapsedMs: number;
  /** Messages whose time had come. */
  readonly due: number;
  readonly sent: number;
  /** Due while their connection was down. */
  readonly missed: number;
  /**
   * Sent later than due, since the broker took no more; they are in the latencies from due. At full
   * speed, the times at which a connection had no room for a whole burst.
   */
  readonly heldBack: number;
  /** QoS 1 and 2. */
  readonly acknowledged: number;
  /** Acknowledged with a reason code of 128 or more. */
  readonly refused: number;
  /** In flight when their connection broke, or at the end. */
  readonly unacknowledged: number;
  readonly sentPerSecond: number;
  /** With receivers. */
  readonly arrivals: ArrivalCounts | undefined;
  /** Each from when the message was due, and from when it was sent. */
  readonly latency: {
    readonly acknowledgedFromDue: LatencySummary | undefined;
    readonly acknowledgedFromSend: LatencySummary | undefined;
    readonly arrivedFromDue: LatencySummary | undefined;
    readonly arrivedFromSend: LatencySummary | undefined;
  };
  /** How late the tool itself was, where nothing held it back. */
  readonly lateness: LatencySummary | undefined;
  readonly usage: ToolUsage;
}

/** Time between two looks at the wheel; due times lie on its ticks. */
const TICK_MS = 2;
/** Messages that one connection publishes in a row at full speed: they leave in one write. */
export const BURST = 32;
const PROGRESS_MS = 1000;
const DRAIN_LOOK_MS = 20;
const READY_LOOK_MS = 20;
const NOT_PARKED = -1;

/**
 * Publishes on a schedule that does not wait for the broker: a message's latency counts from when it
 * was due, so a broker that stalls shows in full.
 *
 * @throws {@link FleetError} `FLEET_BAD_OPTION`, `FLEET_NO_CONNECTION`
 */
export async function runPublishLoad(options: PublishLoadOptions): Promise<PublishResult> {
  const load = new PublishLoad(options);
  try {
    return await load.run();
  } finally {
    await load.close();
  }
}

class PublishLoad {
  readonly #options: PublishLoadOptions;
  readonly #nodes: number;
  readonly #qos: QoS;
  readonly #retain: boolean;
  readonly #payloadBytes: number;
  readonly #intervalMs: number;
  readonly #run: number;
  readonly #signal: AbortSignal;
  readonly #publishers: FleetConnections;
  readonly #receivers: FleetConnections;
  readonly #topics: readonly Uint8Array[];
  readonly #filler: Uint8Array;
  /** Messages that each node has sent. */
  readonly #sequence: Uint32Array;
  /** When the message was due that a node waits to send, or -1. */
  readonly #parked: Float64Array;
  readonly #arrivals: ArrivalLog;
  readonly #ackFromDue = new Latency();
  readonly #ackFromSend = new Latency();
  readonly #arrivalFromDue = new Latency();
  readonly #arrivalFromSend = new Latency();
  readonly #lastSecond = new Latency();
  readonly #lateness = new Latency();
  readonly #write: WritePayload = (buffer, at, node, dueMs) =>
    this.#writePayload(buffer, at, node, dueMs);
  #wheel = new TimerWheel(0, 0, TICK_MS);
  #meter = new ToolMeter();
  #phase: LoadProgress["phase"] = "connecting";
  #nowMs = 0;
  #startMs = 0;
  #endMs = 0;
  #sent = 0;
  #missed = 0;
  #heldBack = 0;
  #waiting = 0;
  #acknowledged = 0;
  #refused = 0;
  #unacknowledged = 0;
  #subscribed = 0;
  #whenSubscribed: (() => void) | undefined;
  #whenReady: (() => void) | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: PublishLoadOptions) {
    checkOption("clients", options.clients, 1, 1_000_000);
    checkOption("payloadBytes", options.payloadBytes ?? 100, STAMP_BYTES, 1_000_000);
    checkOption("intervalMs", options.intervalMs ?? 1000, 0, 86_400_000);
    checkOption("durationMs", options.durationMs ?? 10_000, 1, 7 * 86_400_000);
    checkOption("receivers", options.receivers ?? 0, 0, 1000);
    this.#options = options;
    this.#nodes = options.clients;
    this.#qos = options.qos ?? 0;
    this.#retain = options.retain ?? false;
    this.#payloadBytes = options.payloadBytes ?? 100;
    this.#intervalMs = options.intervalMs ?? 1000;
    this.#run = runNumberOf(options.target);
    this.#signal = options.signal ?? new AbortController().signal;
    this.#sequence = new Uint32Array(this.#nodes);
    this.#parked = new Float64Array(this.#nodes).fill(NOT_PARKED);
    this.#arrivals = new ArrivalLog(this.#nodes);
    this.#filler = new Uint8Array(this.#payloadBytes).fill(0x2e);
    this.#publishers = new FleetConnections(options.target, this.#run, {
      acknowledged: (_, __, dueMs, sentMs, reason) => this.#onAcknowledged(dueMs, sentMs, reason),
      unacknowledged: () => {
        this.#unacknowledged++;
      },
      ready: (connection) => this.#resume(connection),
      disconnected: (connection) => this.#resume(connection),
    });
    this.#receivers = new FleetConnections(
      { ...options.target, clientId: `bollard-fleet-${this.#run.toString(16)}-receiver-%i` },
      this.#run,
      {
        message: (_, { buffer, payloadStart, payloadEnd }) =>
          this.#onMessage(buffer, payloadStart, payloadEnd),
        subscribed: () => {
          if (++this.#subscribed === (options.receivers ?? 0)) this.#whenSubscribed?.();
        },
      },
    );
    const template = options.topic ?? "bollard/fleet/%i";
    this.#topics = Array.from({ length: this.#nodes }, (_, index) =>
      encodeTopic(expandTemplate(template, { index: index + 1 })),
    );
  }

  async run(): Promise<PublishResult> {
    this.#timers.push(setInterval(() => this.#tellProgress(), PROGRESS_MS));
    await this.#connect();
    this.#meter.stop();
    this.#meter = new ToolMeter();
    this.#phase = "publishing";
    const { durationMs = 10_000, count = Number.POSITIVE_INFINITY } = this.#options;
    this.#startMs = performance.now();
    this.#endMs = this.#startMs + durationMs;
    if (this.#intervalMs > 0) await this.#publishOnSchedule(count);
    else await this.#publishAtFullSpeed(count);
    const elapsedMs = performance.now() - this.#startMs;
    this.#phase = "draining";
    await this.#drain();
    const usage = this.#meter.read();
    return this.#result(elapsedMs, usage);
  }

  async close(): Promise<void> {
    this.#meter.stop();
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#publishers.close(), this.#receivers.close()]);
  }

  async #connect(): Promise<void> {
    const { receivers = 0, connectsPerSecond = Number.POSITIVE_INFINITY, topic } = this.#options;
    if (receivers > 0) {
      await this.#receivers.open(receivers, Number.POSITIVE_INFINITY, this.#signal);
      this.#checkConnected(this.#receivers);
      const filter = filterOf(topic ?? "bollard/fleet/%i");
      const shared = receivers > 1 ? `$share/bollard-fleet-${this.#run}/${filter}` : filter;
      const subscribed = new Promise<void>((resolve) => {
        this.#whenSubscribed = resolve;
      });
      for (const connection of this.#receivers.connections) {
        this.#receivers.swarm.subscribe(connection, shared, this.#qos);
      }
      await subscribed;
    }
    await this.#publishers.open(this.#nodes, connectsPerSecond, this.#signal);
    this.#checkConnected(this.#publishers);
  }

  #checkConnected(connections: FleetConnections): void {
    const { connected, failed, reasons } = connections.result();
    if (connected > 0 || failed === 0) return;
    const { host = "localhost", port = 1883 } = this.#options.target;
    const [reason] = Object.keys(reasons);
    const message = `not one of ${failed} connections was let in: ${reason}`;
    throw new FleetError("FLEET_NO_CONNECTION", `${host}:${port}`, message);
  }

  /** Each node has a phase of its own, so the load is even. */
  async #publishOnSchedule(count: number): Promise<void> {
    const wheel = new TimerWheel(this.#nodes, this.#startMs, TICK_MS);
    this.#wheel = wheel;
    const lastMs = this.#startMs + (count - 1) * this.#intervalMs + this.#intervalMs;
    if (lastMs < this.#endMs) this.#endMs = lastMs;
    for (let node = 0; node < this.#nodes; node++) {
      const phaseMs = (node / this.#nodes) * this.#intervalMs;
      const dueMs = this.#startMs + Math.floor(phaseMs / TICK_MS) * TICK_MS;
      if (dueMs < this.#endMs) wheel.schedule(node, dueMs);
    }
    const publish = (node: number, dueMs: number) => this.#publishDue(node, dueMs);
    await new Promise<void>((resolve) => {
      const tick = () => {
        this.#nowMs = performance.now();
        if (this.#signal.aborted) this.#endMs = Math.min(this.#endMs, this.#nowMs);
        wheel.advance(Math.min(this.#nowMs, this.#endMs), publish);
        this.#publishers.swarm.flush();
        if (this.#nowMs >= this.#endMs) resolve();
        else setTimeout(tick, TICK_MS);
      };
      tick();
    });
  }

  /** As much as the broker takes, a burst of each node in turn. */
  async #publishAtFullSpeed(count: number): Promise<void> {
    const { connections, swarm } = this.#publishers;
    for (;;) {
      this.#nowMs = performance.now();
      const sentBefore = this.#sent;
      let isAllDone = true;
      for (const [node, connection] of connections.entries()) {
        for (let burst = 0; burst < BURST && (this.#sequence[node] ?? 0) < count; burst++) {
          isAllDone = false;
          if (this.#send(connection, node, this.#nowMs) === "written") continue;
          this.#heldBack++;
          break;
        }
      }
      swarm.flush();
      if (isAllDone || this.#nowMs >= this.#endMs || this.#signal.aborted) return;
      if (this.#sent > sentBefore) await new Promise((resolve) => setImmediate(resolve));
      else await this.#nextReady();
    }
  }

  /** Resolves once a connection takes publishes again, or after a while. */
  async #nextReady(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, READY_LOOK_MS);
      this.#whenReady = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#whenReady = undefined;
  }

  /** A node's time has come: its message leaves, or waits for its connection. */
  #publishDue(node: number, dueMs: number): void {
    const connection = this.#publishers.connections[node] as SwarmConnection;
    const outcome = this.#send(connection, node, dueMs);
    if (outcome === "busy") {
      this.#parked[node] = dueMs;
      this.#waiting++;
      return;
    }
    if (outcome === "down") this.#missed++;
    else this.#lateness.record(this.#nowMs - dueMs);
    const nextMs = dueMs + this.#intervalMs;
    if (nextMs < this.#endMs) this.#wheel.schedule(node, nextMs);
  }

  /** Goes on where a node had to wait: what was due meanwhile leaves now, each from its own time. */
  #resume(connection: SwarmConnection): void {
    this.#whenReady?.();
    const node = connection.index;
    let dueMs = this.#parked[node] ?? NOT_PARKED;
    if (dueMs === NOT_PARKED) return;
    this.#parked[node] = NOT_PARKED;
    this.#waiting--;
    const nowMs = performance.now();
    this.#nowMs = nowMs;
    for (; dueMs <= nowMs && dueMs < this.#endMs; dueMs += this.#intervalMs) {
      const outcome = this.#send(connection, node, dueMs);
      if (outcome === "busy") {
        this.#parked[node] = dueMs;
        this.#waiting++;
        return;
      }
      if (outcome === "down") this.#missed++;
      else this.#heldBack++;
    }
    if (dueMs < this.#endMs) this.#wheel.schedule(node, dueMs);
  }

  #send(connection: SwarmConnection, node: number, dueMs: number) {
    const outcome = this.#publishers.swarm.publish(
      connection,
      this.#topics[node] as Uint8Array,
      this.#qos,
      this.#retain,
      this.#payloadBytes,
      this.#write,
      node,
      dueMs,
      this.#nowMs,
    );
    if (outcome === "written") {
      this.#sent++;
      this.#sequence[node] = (this.#sequence[node] ?? 0) + 1;
    }
    return outcome;
  }

  #writePayload(buffer: Uint8Array, at: number, node: number, dueMs: number): number {
    buffer.set(this.#filler, at);
    writeStamp(buffer, at, {
      run: this.#run,
      node,
      sequence: this.#sequence[node] ?? 0,
      dueMs: performance.timeOrigin + dueMs,
      lateUs: Math.max(0, Math.round((this.#nowMs - dueMs) * 1000)),
    });
    return this.#payloadBytes;
  }

  #onAcknowledged(dueMs: number, sentMs: number, reasonCode: number): void {
    this.#acknowledged++;
    if (reasonCode >= 128) this.#refused++;
    const nowMs = performance.now();
    this.#ackFromDue.record(nowMs - dueMs);
    this.#ackFromSend.record(nowMs - sentMs);
    this.#lastSecond.record(nowMs - dueMs);
  }

  #onMessage(buffer: Uint8Array, start: number, end: number): void {
    const stamp = readStamp(buffer, start, end);
    if (stamp?.run !== this.#run || !this.#arrivals.add(stamp.node, stamp.sequence)) return;
    const fromDueMs = performance.timeOrigin + performance.now() - stamp.dueMs;
    this.#arrivalFromDue.record(fromDueMs);
    this.#arrivalFromSend.record(fromDueMs - stamp.lateUs / 1000);
    if (this.#qos === 0) this.#lastSecond.record(fromDueMs);
  }

  /** Waits until all that was sent is acknowledged and has arrived, but not for ever. */
  async #drain(): Promise<void> {
    const untilMs = performance.now() + (this.#options.drainMs ?? 10_000);
    const isDone = () => {
      const isAcknowledged =
        this.#qos === 0 || this.#acknowledged + this.#unacknowledged >= this.#sent;
      const isArrived = !this.#options.receivers || this.#arrivals.received >= this.#sent;
      return isAcknowledged && isArrived && this.#waiting === 0;
    };
    while (!isDone() && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
    }
    this.#unacknowledged += this.#publishers.connections.reduce(
      (sum, { inFlightCount }) => sum + inFlightCount,
      0,
    );
  }

  #tellProgress(): void {
    const { onProgress } = this.#options;
    if (onProgress) {
      onProgress({
        phase: this.#phase,
        elapsedMs: this.#startMs > 0 ? performance.now() - this.#startMs : 0,
        connected: this.#publishers.stats().up,
        sent: this.#sent,
        acknowledged: this.#acknowledged,
        received: this.#arrivals.received,
        heldBack: this.#waiting,
        latency: this.#lastSecond.summary(),
        usage: this.#meter.read(),
      });
    }
    this.#lastSecond.reset();
  }

  #result(elapsedMs: number, usage: ToolUsage): PublishResult {
    const sent = this.#sent;
    return {
      connect: this.#publishers.result(),
      elapsedMs,
      due: sent + this.#missed + this.#waiting,
      sent,
      missed: this.#missed,
      heldBack: this.#heldBack,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      unacknowledged: this.#unacknowledged,
      sentPerSecond: (sent / elapsedMs) * 1000,
      arrivals: this.#options.receivers ? this.#arrivals.counts(this.#sequence) : undefined,
      latency: {
        acknowledgedFromDue: this.#ackFromDue.summary(),
        acknowledgedFromSend: this.#ackFromSend.summary(),
        arrivedFromDue: this.#arrivalFromDue.summary(),
        arrivedFromSend: this.#arrivalFromSend.summary(),
      },
      lateness: this.#lateness.summary(),
      usage,
    };
  }
}
