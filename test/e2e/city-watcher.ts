import { connect, type MqttConnection } from "@bollard/mqtt-engine";

/**
 * Reads what a broker in the city gets, and knows nothing else: the keys of SenML messages by node, in
 * the order in which they come.
 *
 * It reads at QoS 0: what the broker has taken is then with it before the broker acknowledges it.
 */
export class CityWatcher {
  readonly #topic: string;
  #connection: MqttConnection | undefined;
  /** Node's name to the sequence numbers of its keys, each the first time it came. */
  readonly #firsts = new Map<string, number[]>();
  readonly #seen = new Map<string, Set<string>>();
  #count = 0;
  #messages = 0;
  #changed: (() => void)[] = [];

  private constructor(topic: string) {
    this.#topic = topic;
  }

  static async open(port: number, topic = "city/+/+/senml"): Promise<CityWatcher> {
    const watcher = new CityWatcher(topic);
    await watcher.connect(port);
    return watcher;
  }

  /** Different keys that have come, of all nodes. */
  get count(): number {
    return this.#count;
  }

  /** Messages that have come, repeated ones too. */
  get messages(): number {
    return this.#messages;
  }

  /** The nodes, each with the sequence numbers of its keys in the order of their first coming. */
  get nodes(): ReadonlyMap<string, readonly number[]> {
    return this.#firsts;
  }

  /** Nodes whose readings came out of order, once the repeated ones are left out. */
  get reordered(): string[] {
    const isSorted = (numbers: readonly number[]) =>
      numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
    return [...this.#firsts].filter(([, numbers]) => !isSorted(numbers)).map(([node]) => node);
  }

  /** Reads on, after the broker was started anew. */
  async connect(port: number): Promise<void> {
    await this.#connection?.close();
    this.#connection = await connect({
      host: "127.0.0.1",
      port,
      onMessage: ({ topic, payload, retain }) => {
        if (!retain) this.#take(topic, Buffer.from(payload).toString());
      },
    });
    await this.#connection.subscribe(this.#topic, 0);
  }

  /** Resolves once a condition holds; it is looked at after each message. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  #take(topic: string, text: string): void {
    const node = topic.split("/")[1] ?? "";
    const [, key = ""] = /"vs":"([0-9-]+)"/.exec(text) ?? [];
    const seen = this.#seen.get(node) ?? new Set();
    this.#messages++;
    if (!seen.has(key)) {
      this.#seen.set(node, seen.add(key));
      const firsts = this.#firsts.get(node) ?? [];
      firsts.push(Number(key.split("-")[1]));
      this.#firsts.set(node, firsts);
      this.#count++;
    }
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
