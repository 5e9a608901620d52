/** Commands remembered at once. */
const REMEMBERED = 16;

/** Which commands came in lately, so that one sent again is not done again. */
export class CommandMemory {
  readonly #ids: number[] = [];

  /** True for an id not among the last 16. */
  isNew(id: number): boolean {
    if (this.#ids.includes(id)) return false;
    this.#ids.push(id);
    if (this.#ids.length > REMEMBERED) this.#ids.shift();
    return true;
  }
}
