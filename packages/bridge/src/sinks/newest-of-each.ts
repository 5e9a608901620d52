import { isNewer, type Moment } from "../newest.js";

/** Keeps, with a bound, the newest moment by name. */
export class NewestOfEach {
  readonly #moments = new Map<string, Moment>();
  readonly #max: number;

  /** @param max - names; the one unused for longest is forgotten */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes a moment; true where none newer came before. */
  isNewest(name: string, moment: Moment): boolean {
    const before = this.#moments.get(name);
    if (before && isNewer(before, moment)) return false;
    this.#moments.delete(name);
    this.#moments.set(name, moment);
    const eldest = this.#moments.keys().next();
    if (this.#moments.size > this.#max && !eldest.done) this.#moments.delete(eldest.value);
    return true;
  }
}
