import { encodeTopic, type SwarmPublish } from "@bollard/mqtt-engine";
import type { FleetConnections } from "./fleet-connections.js";

const PAYLOAD = Buffer.from('{"simulated":true}');

/** Publishes many retained messages, each on a topic of its own, as fast as the broker takes them. */
export class RetainedFlood {
  readonly #connections: FleetConnections;
  readonly #prefix: string;
  #wanted = 0;
  #sent = 0;
  #cleared = 0;

  /** @param prefix - of the topics; a number follows */
  constructor(connections: FleetConnections, prefix: string) {
    this.#connections = connections;
    this.#prefix = prefix;
  }

  /** Messages published so far. */
  get sent(): number {
    return this.#sent;
  }

  add(count: number): void {
    this.#wanted += count;
  }

  /** Publishes as many as every connection takes now. */
  advance(): void {
    this.#sent = this.#publish(this.#sent, this.#wanted, PAYLOAD);
  }

  /** Makes the broker forget as many as it takes now. @returns true once it has forgotten all */
  clear(): boolean {
    this.#cleared = this.#publish(this.#cleared, this.#sent, Buffer.alloc(0));
    return this.#cleared >= this.#sent;
  }

  #publish(from: number, to: number, payload: Buffer): number {
    if (from >= to) return from;
    const kind: SwarmPublish = {
      qos: 0,
      retain: true,
      payloadBytes: payload.length,
      write: (buffer, at) => {
        buffer.set(payload, at);
        return payload.length;
      },
    };
    let at = from;
    for (const connection of this.#connections.up()) {
      while (at < to) {
        const topic = encodeTopic(`${this.#prefix}${at}`);
        const { driver } = this.#connections;
        if (driver.publish(connection, topic, kind, 0, 0, 0) !== "written") break;
        at++;
        // What is written and has not left does not make a connection busy.
        if (at % 64 === 0) driver.flush();
      }
    }
    this.#connections.driver.flush();
    return at;
  }
}
