/** One source or sink as the configuration wants it, not made yet. */
export interface PlannedEnd<End> {
  /** Its kind and name, such as `mqtt:street`: stays the same over changes. */
  readonly key: string;
  /** All that it is made from; where that changes, it is made anew. */
  readonly settings: string;
  readonly make: () => End;
}

/** What a new configuration changed, by key. */
export interface EndChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** How ends come and go. */
export interface EndSetOptions<End> {
  readonly open: (end: End) => Promise<void> | void;
  readonly close: (end: End) => Promise<void>;
}

/** The sources, or the sinks, that run: those that a new configuration leaves alone run on. */
export class EndSet<End> {
  readonly #options: EndSetOptions<End>;
  #running = new Map<string, { readonly settings: string; readonly end: End }>();

  constructor(options: EndSetOptions<End>) {
    this.#options = options;
  }

  /** In the order of the configuration. */
  get all(): readonly End[] {
    return [...this.#running.values()].map(({ end }) => end);
  }

  /**
   * Closes what is not wanted any more or has other settings, and opens what is new.
   *
   * Whatever throws in `make` does so before anything is closed.
   */
  async apply(planned: readonly PlannedEnd<End>[]): Promise<EndChanges> {
    const before = this.#running;
    const isKept = ({ key, settings }: PlannedEnd<End>) => before.get(key)?.settings === settings;
    const fresh = new Map(
      planned.filter((end) => !isKept(end)).map((end) => [end.key, end.make()]),
    );
    const wanted = new Set(planned.map(({ key }) => key));
    const removed = [...before.keys()].filter((key) => !wanted.has(key));
    this.#running = new Map(
      planned.map(({ key, settings }) => {
        const end = fresh.get(key) ?? before.get(key)?.end;
        return [key, { settings, end: end as End }];
      }),
    );
    const leaving = [...before].filter(([key]) => fresh.has(key) || removed.includes(key));
    await Promise.all(leaving.map(([, { end }]) => this.#options.close(end)));
    for (const end of fresh.values()) await this.#options.open(end);
    const isChanged = (key: string) => before.has(key);
    return {
      added: [...fresh.keys()].filter((key) => !isChanged(key)),
      changed: [...fresh.keys()].filter(isChanged),
      removed,
    };
  }

  /** Closes them all. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((end) => this.#options.close(end)));
  }
}
