import type { LatestReading } from "../../view/entity-view.js";
import type { CityData } from "./city-data.js";

/** The newest readings of one node, one for each of its schemas. */
export interface LatestOfNode {
  /** The owner's name. */
  readonly name: string;
  readonly readings: readonly LatestReading[];
}

/**
 * The newest reading of each node, in the order of the nodes' names.
 *
 * Where schemas, registry or privacy rules are others than when a reading came, it is read again from
 * the spool by those of now, once; one that is not there any more is left out until the next comes.
 */
export class LatestReadings {
  readonly #data: CityData;
  /** What became of a reading that was read again, by the one that came. */
  #renewed = new Map<LatestReading, LatestReading | undefined>();
  #version = 0;
  #renewing: Promise<void> = Promise.resolve();

  constructor(data: CityData) {
    this.#data = data;
  }

  async nodes(): Promise<LatestOfNode[]> {
    await this.#renew();
    const byName = new Map<string, LatestReading[]>();
    for (const [, came] of this.#data.latest()) {
      const latest = this.#isStale(came) ? this.#renewed.get(came) : came;
      if (!latest) continue;
      const { name } = latest.node;
      const others = byName.get(name);
      if (others) others.push(latest);
      else byName.set(name, [latest]);
    }
    return [...byName]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, readings]) => ({ name, readings }));
  }

  /** One at a time: requests that come meanwhile wait for what is read already. */
  #renew(): Promise<void> {
    this.#renewing = this.#renewing.catch(() => {}).then(() => this.#renewAll());
    return this.#renewing;
  }

  async #renewAll(): Promise<void> {
    if (this.#version !== this.#data.version()) {
      this.#version = this.#data.version();
      this.#renewed = new Map();
    }
    const stale = [...this.#data.latest()].filter(([, came]) => this.#isStale(came));
    const kept = new Map<LatestReading, LatestReading | undefined>();
    for (const [, came] of stale) {
      if (this.#data.pace.isSpent) await this.#data.pace.turn();
      const isKnown = this.#renewed.has(came);
      kept.set(came, isKnown ? this.#renewed.get(came) : await this.#readAgain(came));
    }
    this.#renewed = kept;
  }

  #isStale({ node, schema }: LatestReading): boolean {
    const { schemaOf, nodeOf } = this.#data;
    return schemaOf(schema.schema.id) !== schema || nodeOf(node.id) !== node;
  }

  async #readAgain({ position, reading }: LatestReading): Promise<LatestReading | undefined> {
    for await (const run of this.#data.spool.replay({ from: position, to: position })) {
      for (const stored of run) {
        const delivery = this.#data.interpret(stored);
        if (delivery.kind !== "delivery") return undefined;
        const same = delivery.readings.find(({ key }) => key === reading.key);
        const { node, schema } = delivery;
        return same && { node, schema, position, reading: same };
      }
    }
    return undefined;
  }
}
