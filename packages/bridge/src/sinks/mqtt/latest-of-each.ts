/** The latest of one name, and how far the broker has it. */
export class Latest<Content> {
  readonly content: Content;
  /** Messages of it that are under way. */
  #underWay = 0;
  #takenSince: number;

  /** @param takenSince - see {@link LatestOfEach.note} */
  constructor(content: Content, takenSince: number) {
    this.content = content;
    this.#takenSince = takenSince;
  }

  /** It is sent once more, whatever the broker had of it. */
  again(): void {
    this.#takenSince = Number.POSITIVE_INFINITY;
  }

  /** One of its messages is on its way. */
  sent(): void {
    this.#underWay++;
  }

  /** The broker has taken one of its messages, on this connection. */
  taken(connection: number): void {
    this.#underWay--;
    this.#takenSince = Math.min(this.#takenSince, connection);
  }

  /** Whether the broker has it from this connection, or never will. */
  isTakenOn(connection: number): boolean {
    return this.#underWay === 0 && this.#takenSince >= connection;
  }
}

/**
 * Keeps, with a bound, the latest of each name that the broker retains, to be published again to one
 * that may have lost it.
 */
export class LatestOfEach<Content> {
  readonly #max: number;
  readonly #latest = new Map<string, Latest<Content>>();

  /** @param max - names; the one unused for longest is forgotten */
  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Notes the latest of a name.
   *
   * @param takenSince - the connection on which the broker has taken it before, from 1 on; 0: on
   * none. Default: there is nothing that it needs, until some of it is sent
   */
  note(name: string, content: Content, takenSince = Number.POSITIVE_INFINITY): Latest<Content> {
    const latest = new Latest(content, takenSince);
    this.#latest.delete(name);
    this.#latest.set(name, latest);
    const eldest = this.#latest.keys().next();
    if (this.#latest.size > this.#max && !eldest.done) this.#latest.delete(eldest.value);
    return latest;
  }

  delete(name: string): void {
    this.#latest.delete(name);
  }

  /** Those that the broker has not taken on this connection, as long as they are the latest. */
  *notTakenOn(connection: number): Generator<Latest<Content>, void, undefined> {
    for (const [name, latest] of [...this.#latest]) {
      const isLatest = this.#latest.get(name) === latest;
      if (isLatest && !latest.isTakenOn(connection)) yield latest;
    }
  }
}
