import { openConnection } from "@bollard/mqtt-engine";

const CLIENT_ID = "bench-city";

/**
 * Reads what arrives in the city, with a session that the broker keeps, and holds it against what
 * was sent: each reading by its node and its number there.
 */
export class CityReader {
  #sent = new Map();
  #connection;
  #delays = [];
  #measures = false;
  sent = 0;
  /** Messages, repeated ones included. */
  arrived = 0;
  duplicates = 0;
  /** Readings that came for the first time behind a later one of their node. */
  reordered = 0;
  /** Readings that nobody sent. */
  invented = 0;
  distinct = 0;

  /** @param keyOf - gives node and number of a message, by its topic and payload */
  static async open(url, topic, keyOf) {
    const reader = new CityReader();
    const { hostname, port } = new URL(url);
    const connection = openConnection({
      host: hostname,
      port: Number(port),
      clientId: CLIENT_ID,
      cleanSession: false,
      reconnect: { minDelayMs: 50, maxDelayMs: 200 },
      onMessage: (message, ack) => {
        reader.#take(keyOf(message.topic, message.payload), performance.now());
        ack();
      },
    });
    reader.#connection = connection;
    await connection.subscribe(topic, 1);
    return reader;
  }

  /** Notes that a node has just sent its next reading. */
  noteSent(node, number) {
    let known = this.#sent.get(node);
    if (known === undefined) {
      known = { times: new Float64Array(1024), arrived: new Uint8Array(1024), highest: -1 };
      this.#sent.set(node, known);
    }
    if (number >= known.times.length) {
      const times = new Float64Array(known.times.length * 2);
      times.set(known.times);
      const arrived = new Uint8Array(times.length);
      arrived.set(known.arrived);
      known.times = times;
      known.arrived = arrived;
    }
    known.times[number] = performance.now();
    this.sent++;
  }

  #take(key, nowMs) {
    this.arrived++;
    const known = key && this.#sent.get(key.node);
    const sentMs = known?.times[key.number];
    if (!sentMs) {
      this.invented++;
      return;
    }
    if (known.arrived[key.number]) {
      this.duplicates++;
      return;
    }
    known.arrived[key.number] = 1;
    this.distinct++;
    if (key.number < known.highest) this.reordered++;
    else known.highest = key.number;
    if (this.#measures) this.#delays.push(nowMs - sentMs);
  }

  /** From now on delays are kept, or not. */
  measure(isOn) {
    this.#measures = isOn;
  }

  /** From a node's sending to here, in milliseconds. */
  delays() {
    const sorted = Float64Array.from(this.#delays).sort();
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: sorted.at(-1) };
  }

  /** Resolves once every reading sent is here, or none has come for so long. */
  async untilQuiet(quietMs) {
    let last = this.arrived;
    let sinceMs = performance.now();
    while (this.distinct < this.sent && performance.now() - sinceMs < quietMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (this.arrived !== last) {
        last = this.arrived;
        sinceMs = performance.now();
      }
    }
  }

  async close() {
    await this.#connection.close();
  }
}
