/**
 * Topic aliases that we give, on one network connection: a topic is sent once with its number and
 * from then on as the number alone. First come, first served, up to the broker's maximum.
 *
 * @see MQTT 5.0, section 3.3.2.3.4
 */
export class TopicAliases {
  readonly #maximum: number;
  readonly #aliases = new Map<string, number>();
  readonly #known: boolean[] = [];

  /** @param maximum - the Topic Alias Maximum from CONNACK, 1 to 65535 */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** The topic's alias, or 0 when all are given to others. */
  assign(topic: string): number {
    const given = this.#aliases.get(topic);
    if (given !== undefined) return given;
    if (this.#aliases.size === this.#maximum) return 0;
    const alias = this.#aliases.size + 1;
    this.#aliases.set(topic, alias);
    return alias;
  }

  /** True once a packet has carried the topic together with this alias. */
  isKnown(alias: number): boolean {
    return this.#known[alias] === true;
  }

  /** Says that a packet has carried the topic together with this alias. */
  sent(alias: number): void {
    this.#known[alias] = true;
  }
}
