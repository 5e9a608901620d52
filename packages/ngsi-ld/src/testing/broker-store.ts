/** An entity as stored: what was sent, without its context. */
export type Stored = Readonly<Record<string, unknown>>;

/** The current state and the history of one tenant's entities. */
export class BrokerStore {
  readonly #entities = new Map<string, Stored>();
  readonly #history = new Map<string, Stored>();

  entity(id: string): Stored | undefined {
    return this.#entities.get(id);
  }

  history(id: string): Stored | undefined {
    return this.#history.get(id);
  }

  get size(): number {
    return this.#entities.size;
  }

  /** @returns false where it is there already */
  create(entity: Stored): boolean {
    const id = String(entity.id);
    if (this.#entities.has(id)) return false;
    this.#entities.set(id, withoutContext(entity));
    return true;
  }

  /** Creates it, or overwrites the attributes given. @returns true where it was created */
  upsert(entity: Stored, isUpdate: boolean): boolean {
    const id = String(entity.id);
    const known = this.#entities.get(id);
    const sent = withoutContext(entity);
    this.#entities.set(id, isUpdate ? { ...known, ...sent } : sent);
    return known === undefined;
  }

  /** Adds instances to the history. @returns true where there was none yet */
  addHistory(entity: Stored): boolean {
    const id = String(entity.id);
    const known = this.#history.get(id);
    const merged: Record<string, unknown> = { ...known };
    for (const [name, member] of Object.entries(withoutContext(entity))) {
      const before = merged[name];
      merged[name] =
        Array.isArray(member) && Array.isArray(before) ? [...before, ...member] : member;
    }
    this.#history.set(id, merged);
    return known === undefined;
  }
}

function withoutContext(entity: Stored): Stored {
  const { "@context": context, ...rest } = entity;
  return rest;
}
